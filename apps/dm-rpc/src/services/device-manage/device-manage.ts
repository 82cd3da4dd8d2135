import { Code, type services } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { PresenceNews } from '../../presence/presence-news';
import { groupsOfDeviceHandlers } from '../../domains/groups/groups-of-device';
import { deviceResetHandlers } from '../reset-device';
import { notServed } from '../not-served';
import { deviceInfoHandlers } from './device-info';
import { deviceProfileHandlers } from './device-profile';
import { deviceSchemaHandlers } from './device-schema';
import { onlineFixHandlers } from './online-fix';

/** Nobody is root on the MQTT of our nodes, as in unitedrhino where its configuration names nobody. */
const rootCheck = async (): Promise<never> => {
  throw new RpcError(Code.permission, 'no account may do anything it likes');
};

/** `dm.DeviceManage`. */
export const deviceManage = (context: DmContext, news: PresenceNews): Handlers<typeof services.deviceManage> => ({
  ...deviceInfoHandlers(context),
  ...deviceProfileHandlers(context),
  ...groupsOfDeviceHandlers(context),
  rootCheck,
  ...deviceSchemaHandlers(context),
  ...deviceResetHandlers(context),
  ...onlineFixHandlers(context, news),
  ...notServed(
    'DeviceInfoMultiUpdate',
    'deviceMove',
    'deviceModuleVersionRead',
    'deviceModuleVersionIndex',
    'deviceTypeCount',
    'deviceCount',
  ),
  ...notServed(
    'deviceGatewayMultiCreate',
    'deviceGatewayMultiUpdate',
    'deviceGatewayIndex',
    'deviceGatewayMultiDelete',
  ),
});
