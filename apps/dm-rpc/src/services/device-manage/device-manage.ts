import { Code, type services } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { PresenceNews } from '../../presence/presence-news';
import { deviceDefinitionHandlers } from '../../domains/device-definitions/service';
import { groupsOfDeviceHandlers } from '../../domains/groups/groups-of-device';
import { gatewayHandlers } from '../../domains/topology/service';
import { deviceResetHandlers } from '../reset-device';
import { moduleVersionHandlers } from '../../domains/versions/service';
import { deviceCountHandlers } from './device-counts';
import { deviceInfoHandlers } from './device-info';
import { deviceProfileHandlers } from './device-profile';
import { moveDeviceHandlers } from './move-device';
import { multiUpdateHandlers } from './multi-update';
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
  ...deviceDefinitionHandlers(context),
  ...deviceResetHandlers(context),
  ...onlineFixHandlers(context, news),
  ...deviceCountHandlers(context),
  ...multiUpdateHandlers(context),
  ...moveDeviceHandlers(context),
  ...moduleVersionHandlers(context),
  ...gatewayHandlers(context),
});
