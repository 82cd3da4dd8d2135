import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { deviceTokenHandlers } from './device-token';
import { iotTokenHandlers } from './iot-token';
import { registerDeviceHandlers } from './register-device';
import { resolveCertificateHandlers } from './resolve-certificate';

/** `alink.Credentials`. */
export const credentials = (context: DmContext): Handlers<typeof services.credentials> => ({
  ...registerDeviceHandlers(context),
  ...deviceTokenHandlers(context),
  ...iotTokenHandlers(context),
  ...resolveCertificateHandlers(context),
});
