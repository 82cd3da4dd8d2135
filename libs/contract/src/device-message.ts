/** The platform's own message, inside a {@link DevicePublish}: what Alink becomes on its way to dm, and comes from. */

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Members that every message has. `msgToken` is the Alink id. */
interface MessageBase {
  readonly msgToken: string;
  /** Unix milliseconds: device time where the device gave one, else arrival time. */
  readonly timestamp: number;
  readonly code?: number;
  readonly msg?: string;
  readonly sys?: { readonly noAsk?: boolean; readonly retMsg?: boolean };
}

export interface PropertySample {
  readonly timestamp: number;
  readonly params: JsonObject;
}
export interface EventSample extends PropertySample {
  readonly eventID: string;
}

export type DeviceMessage = MessageBase &
  (
    | { readonly method: 'report'; readonly params: JsonObject }
    | {
        readonly method: 'packReport';
        readonly properties: readonly PropertySample[];
        readonly events: readonly EventSample[];
      }
    | { readonly method: 'controlReply'; readonly code: number; readonly data?: Json }
    | { readonly method: 'control'; readonly params: JsonObject }
    | { readonly method: 'getReport'; readonly identifiers: readonly string[] }
    | { readonly method: 'getReportReply'; readonly code: number; readonly data?: Json }
    | {
        readonly method: 'eventPost';
        readonly eventID: string;
        readonly type: string;
        readonly params: JsonObject;
      }
    | { readonly method: 'action'; readonly actionID: string; readonly params: JsonObject }
    | { readonly method: 'actionReply'; readonly code: number; readonly actionID?: string; readonly data?: Json }
  );
