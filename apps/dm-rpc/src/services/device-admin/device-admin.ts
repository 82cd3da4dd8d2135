import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { permitHandlers } from '../../domains/topology/gateway-calls';
import { statusLogWithReasons } from '../device-msg/status-log';
import { resetDeviceHandlers } from '../reset-device';
import type { CommandSender } from '../device-interact/command-sender';
import { auditLogHandlers } from './audit-log-index';
import { bootstrapHandlers } from './bootstrap';
import { certificateHandlers } from './certificates';
import { connectParamsHandlers } from './connect-params';
import { createDevicesHandlers } from './create-devices';
import { deviceCountHandlers } from './device-counts';
import { rotateKeyHandlers } from './rotate-key';
import { rotateSecretHandlers } from './rotate-secret';
import { subDeviceParamsHandlers } from './sub-device-params';

import { tokenHandlers } from './tokens';
import { topicHandlers } from './topics';

/** `alink.DeviceAdmin`, but what the domains bring. */
export const deviceAdmin = (
  context: DmContext,
  sender: CommandSender,
): Omit<Handlers<typeof services.deviceAdmin>, 'setDeviceTags' | 'setProductTags'> => ({
  ...rotateSecretHandlers(context),
  ...resetDeviceHandlers(context),
  ...topicHandlers(context),
  ...bootstrapHandlers(context, sender),
  ...permitHandlers(context, sender),
  ...connectParamsHandlers(context),
  ...subDeviceParamsHandlers(context),
  ...tokenHandlers(context),
  ...deviceCountHandlers(context),
  ...createDevicesHandlers(context),
  ...certificateHandlers(context),
  ...rotateKeyHandlers(context),
  ...auditLogHandlers(context),
  ...statusLogWithReasons(context),
});
