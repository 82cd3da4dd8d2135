import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { requireDevice } from '../device-manage/device-record';
import { resetDevice } from '../reset-device';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'resetDevice'>;

export const resetDeviceHandlers = (context: DmContext): Methods => ({
  async resetDevice(request, call) {
    await resetDevice(context, call, requireDevice(request));
    return {};
  },
});
