/** The platform's own message, inside a device publish: what Alink becomes on its way to dm, and comes from. */
import type { DownlinkMessage, UplinkMessage } from '@alink/alink';

export type { EventSample, PropertySample } from '@alink/alink';
export type { Json, JsonObject } from '@alink/thing-model';

/** Any message, whichever way it goes; `msgToken` is the Alink id. */
export type DeviceMessage = UplinkMessage | DownlinkMessage;
