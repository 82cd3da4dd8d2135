import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DesiredPush } from '../../domains/desired/push';
import { notServed } from '../not-served';
import { actionHandlers } from './action';
import type { CommandSender } from './command-sender';
import { propertyControlHandlers } from './property-control';
import { propertyGetHandlers } from './property-get';
import { sendMsgHandlers } from './send-msg';

/** `dm.DeviceInteract`. */
export const deviceInteract = (
  context: DmContext,
  sender: CommandSender,
  desiredPush: DesiredPush,
): Handlers<typeof services.deviceInteract> => ({
  ...propertyControlHandlers(context, sender, desiredPush),
  ...propertyGetHandlers(context, sender),
  ...actionHandlers(context, sender),
  ...sendMsgHandlers(context, sender),
  ...notServed('actionResp', 'propertyGetReportMultiSend', 'propertyControlMultiSend'),
  ...notServed('gatewayGetFoundSend', 'gatewayNotifyBindSend'),
});
