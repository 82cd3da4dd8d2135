import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { PresenceNews } from '../../presence/presence-news';
import { deviceResetHandlers } from '../reset-device';
import { deviceInfoHandlers } from './device-info';
import { onlineFixHandlers } from './online-fix';

/** `dm.DeviceManage`. */
export const deviceManage = (context: DmContext, news: PresenceNews): Handlers<typeof services.deviceManage> => ({
  ...deviceInfoHandlers(context),
  ...deviceResetHandlers(context),
  ...onlineFixHandlers(context, news),
});
