import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { resetDevice } from '../reset-device';
import { requireDevice } from './device-record';

type Methods = Pick<Handlers<typeof services.deviceManage>, 'deviceReset'>;

/** `deviceSchema` and `bind` find nothing to reset here: devices have no thing model of their own and no owner. */
export const deviceResetHandlers = (context: DmContext): Methods => ({
  async deviceReset({ device, log, info }, call) {
    await resetDevice(context, call, requireDevice(device, 'device.'), { log, info });
    return {};
  },
});
