import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { foundHandlers } from '../../domains/topology/found';
import { abnormalLogHandlers } from './abnormal-log';
import { deviceLogHandlers } from './device-logs';
import { eventLogHandlers } from './event-log';
import { commandLogHandlers } from './command-log';
import { propertyDataHandlers } from './property-data';
import { propertyLogHandlers } from './property-log';
import { propertyLogAggHandlers } from './property-log-agg';
import { sdkLogHandlers } from './sdk-log';
import { statusLogHandlers } from './status-log';

/** `dm.DeviceMsg`. */
export const deviceMsg = (context: DmContext): Handlers<typeof services.deviceMsg> => ({
  ...propertyDataHandlers(context),
  ...propertyLogHandlers(context),
  ...propertyLogAggHandlers(context),
  ...eventLogHandlers(context),
  ...deviceLogHandlers(context),
  ...commandLogHandlers(context),
  ...statusLogHandlers(context),
  ...sdkLogHandlers(context),
  ...abnormalLogHandlers(context),
  ...foundHandlers(context),
});
