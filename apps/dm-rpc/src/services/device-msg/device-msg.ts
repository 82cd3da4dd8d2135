import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { deviceLogHandlers } from './device-logs';
import { eventLogHandlers } from './event-log';
import { propertyDataHandlers } from './property-data';
import { statusLogHandlers } from './status-log';

/** `dm.DeviceMsg`. */
export const deviceMsg = (context: DmContext): Handlers<typeof services.deviceMsg> => ({
  ...propertyDataHandlers(context),
  ...eventLogHandlers(context),
  ...deviceLogHandlers(context),
  ...statusLogHandlers(context),
});
