import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { PresenceNews } from '../../presence/presence-news';
import { groupsOfDeviceHandlers } from '../../domains/groups/groups-of-device';
import { deviceResetHandlers } from '../reset-device';
import { notServed } from '../not-served';
import { deviceInfoHandlers } from './device-info';
import { deviceProfileHandlers } from './device-profile';
import { deviceSchemaHandlers } from './device-schema';
import { onlineFixHandlers } from './online-fix';

/** `dm.DeviceManage`. */
export const deviceManage = (context: DmContext, news: PresenceNews): Handlers<typeof services.deviceManage> => ({
  ...deviceInfoHandlers(context),
  ...deviceProfileHandlers(context),
  ...groupsOfDeviceHandlers(context),
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
