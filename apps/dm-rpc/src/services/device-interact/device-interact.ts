import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DesiredPush } from '../../domains/desired/push';
import { gatewayCallHandlers } from '../../domains/topology/gateway-calls';
import { actionHandlers } from './action';
import { actionRespHandlers } from './action-resp';
import type { CommandSender } from './command-sender';
import { propertyControlHandlers } from './property-control';
import { propertyAsker, propertyGetHandlers } from './property-get';
import { propertyMultiHandlers } from './property-multi';
import { sendMsgHandlers } from './send-msg';
import { propertySetter } from './set-properties';

/** `dm.DeviceInteract`. */
export const deviceInteract = (
  context: DmContext,
  sender: CommandSender,
  desiredPush: DesiredPush,
): Handlers<typeof services.deviceInteract> => {
  const setProperties = propertySetter(context, sender, desiredPush);
  const askProperties = propertyAsker(context, sender);
  return {
    ...propertyControlHandlers(context, setProperties),
    ...propertyGetHandlers(context, askProperties),
    ...propertyMultiHandlers(context, setProperties, askProperties),
    ...actionHandlers(context, sender),
    ...sendMsgHandlers(context, sender),
    ...actionRespHandlers(context),
    ...gatewayCallHandlers(context, sender),
  };
};
