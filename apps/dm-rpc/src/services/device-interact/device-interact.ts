import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { actionHandlers } from './action';
import type { CommandSender } from './command-sender';
import { propertyControlHandlers } from './property-control';
import { propertyGetHandlers } from './property-get';
import { sendMsgHandlers } from './send-msg';
import type { Shadows } from './shadow';

/** `dm.DeviceInteract`. */
export const deviceInteract = (
  context: DmContext,
  sender: CommandSender,
  shadows: Shadows,
): Handlers<typeof services.deviceInteract> => ({
  ...propertyControlHandlers(context, sender, shadows),
  ...propertyGetHandlers(context, sender),
  ...actionHandlers(context, sender),
  ...sendMsgHandlers(context, sender),
});
