/**
 * The platform's own message: what Alink becomes on its way in, and comes from on its way out. The contract lib
 * offers both directions together as `DeviceMessage`.
 */
import type { DeviceIdentity } from '@alink/signing';
import type { Json, JsonObject } from '@alink/thing-model';

/** Members that every message has. */
interface MessageBase {
  /** The Alink id as text; of a synchronous call its message id. */
  readonly msgToken: string;
  /** Unix milliseconds: device time where the device gave one, else arrival time. */
  readonly timestamp: number;
  readonly code?: number;
  readonly msg?: string;
  /** `noAsk`: the platform need not reply, the node has done so. */
  readonly sys?: { readonly noAsk?: boolean; readonly retMsg?: boolean };
}

export interface PropertySample {
  readonly timestamp: number;
  readonly params: JsonObject;
}
export interface EventSample extends PropertySample {
  readonly eventID: string;
}

/** What a gateway packs of one of its sub-devices. */
export interface SubDeviceSamples {
  readonly productID: string;
  readonly deviceName: string;
  readonly properties: readonly PropertySample[];
  readonly events: readonly EventSample[];
}

/** A line of a device's own log. Texts are empty where it says nothing of them. */
export interface LogLine {
  /** Unix milliseconds: the device's time, else that of arrival. */
  readonly timestamp: number;
  /** 2 error or worse, 3 warn, 4 info, 5 debug. */
  readonly logLevel: 2 | 3 | 4 | 5;
  readonly module: string;
  readonly code: string;
  readonly traceContext: string;
  readonly content: string;
}

/** How the network of a device was at a moment. */
export interface NetworkSample {
  /** Unix milliseconds. */
  readonly timestamp: number;
  /** By the kind of network: `{"wifi":{"rssi":75,"snr":20,"per":10,"err_stats":"10,02,01"}}`. */
  readonly metrics: JsonObject;
}

/** From a device. */
export type UplinkMessage = MessageBase &
  (
    | { readonly method: 'report'; readonly params: JsonObject }
    | {
        readonly method: 'packReport';
        readonly properties: readonly PropertySample[];
        readonly events: readonly EventSample[];
        readonly subDevices?: readonly SubDeviceSamples[];
        /** What the device measured while it was offline: it is no news of how things are now. */
        readonly history?: true;
      }
    | { readonly method: 'controlReply'; readonly code: number; readonly data?: Json }
    | { readonly method: 'getReportReply'; readonly code: number; readonly data?: Json }
    | {
        readonly method: 'eventPost';
        readonly eventID: string;
        readonly type: string;
        readonly params: JsonObject;
      }
    | { readonly method: 'actionReply'; readonly code: number; readonly actionID?: string; readonly data?: Json }
    | { readonly method: 'requestReply'; readonly code: number; readonly data?: Json }
    | { readonly method: 'logReport'; readonly params: readonly LogLine[] }
    /** `history`: of before, and no news of how the network is now. */
    | { readonly method: 'networkReport'; readonly samples: readonly NetworkSample[]; readonly history: boolean }
  );

/** To a device. */
export type DownlinkMessage = MessageBase &
  (
    | { readonly method: 'control'; readonly params: JsonObject }
    | { readonly method: 'getReport'; readonly identifiers: readonly string[] }
    | { readonly method: 'action'; readonly actionID: string; readonly params: JsonObject }
    /**
     * Any other request that Alink has: where it goes, below `/sys/{productKey}/{deviceName}/`, says what it is. With `of` it
     * is about that sub-device of the gateway device that it is sent to, and the names in the topic are those.
     */
    | { readonly method: 'request'; readonly path: string; readonly params: Json; readonly of?: DeviceIdentity }
  );
