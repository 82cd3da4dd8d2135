/** The envelope around every message on NATS in unitedrhino's form, and what stands in it but device publishes. */
import type { LoggedMessage } from './enumerations';
import { newSpanContext } from './span-context';
import type { UserContext } from './user-context';

/** A message on NATS, opened. */
export interface Envelope {
  /** JSON text of a span context; empty where the sender knows none. */
  readonly trace: string;
  /** Unix milliseconds at which the sender made the message. */
  readonly timestamp: number;
  /** The real payload, as text. */
  readonly data: string;
  /** What the sender says of a user context, unchecked. */
  readonly userCtx?: Readonly<Record<string, unknown>>;
}

/** A session that began or ended: `data` on `alink.status.*` and `device.up.status.*`. */
export interface StatusChange {
  readonly username: string;
  /** Unix milliseconds. */
  readonly timestamp: number;
  /** Address of the device, `host:port`. */
  readonly addr: string;
  /** `<productID>&<deviceName>`. */
  readonly clientID: string;
  /** Why, in words; empty for a plain connect. */
  readonly reason: string;
  readonly action: 'connected' | 'disconnected';
  readonly productID: string;
  readonly deviceName: string;
  /**
   * Epoch of the session: the stream sequence of its `connected` message. In `connected` itself it is absent, since
   * the sequence is only known once the message is kept.
   */
  readonly epoch?: number;
  /** When that stream was made, unix milliseconds: one that is made anew counts from 1 again. Beside `epoch`. */
  readonly stream?: number;
  /** Instance id of the node that holds the session (key `alink.node/<id>` in the registry). */
  readonly node?: string;
  /** The same, as earlier versions say it. */
  readonly gateway?: string;
  /** Only in `connected`: the session of the gateway device that this one goes through. It ends with that. */
  readonly via?: {
    readonly productID: string;
    readonly deviceName: string;
    /** Absent where the node does not know it: then any end of that gateway device's session ends this one. */
    readonly epoch?: number;
    readonly stream?: number;
  };
  /** ClientID as the device sent it, whole; only in `connected`. */
  readonly rawClientID?: string;
}

/** One line of a device's log as a node sees it: `data` on `alink.hub.log`. */
export interface HubLogEntry {
  readonly productID: string;
  readonly deviceName: string;
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly action:
    'connect' | 'disconnect' | 'publish' | 'subscribe' | 'unsubscribe' | 'deliver' | 'refuse' | LoggedMessage;
  readonly topic: string;
  /** Alink id of the message it is about; may be empty. */
  readonly requestID: string;
  /** What happened, the cause, and the step to take. Never holds a secret. */
  readonly content: string;
  /** 200, or the code that the device was answered with. */
  readonly resultCode: number;
  /** What the device was answered, as text. */
  readonly respPayload: string;
}

/** What an envelope may say besides its data. */
export interface EnvelopeOptions {
  /** Who asked for it. */
  readonly user?: UserContext;
  /** JSON text of the span context that it belongs to (default: of a new trace). */
  readonly trace?: string;
  /** The stream keeps the same elsewhere already: whoever keeps what it hears leaves this one out. */
  readonly kept?: boolean;
}

/** How the envelope of a copy ends. No other can: inside `data` a quote is escaped, and a user context closes itself. */
const KEPT = ',"kept":true}';
const KEPT_END = Buffer.from(KEPT);

/**
 * Makes the body of a NATS message.
 * @param now unix milliseconds
 */
export const encodeEnvelope = (data: string, now: number, options: EnvelopeOptions = {}): string => {
  const { user, trace = newSpanContext(), kept } = options;
  const userCtx = user ? `,"userCtx":${JSON.stringify(user)}` : '';
  return `{"trace":${JSON.stringify(trace)},"timestamp":${now},"data":${JSON.stringify(data)}${userCtx}${kept ? KEPT : '}'}`;
};

/** Whether the body of a NATS message is a copy of what the stream keeps; told by its last bytes, without reading it. */
export const isKeptCopy = (body: Uint8Array): boolean => KEPT_END.equals(body.subarray(-KEPT_END.length));

/** Only what is meant as a number: turning nested arrays into one can exhaust the stack. */
const timeOf = (value: unknown): number => {
  const time = typeof value === 'string' ? Number(value) : value;
  return typeof time === 'number' && Number.isFinite(time) ? time : 0;
};
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The payload of an opened body. unitedrhino's services leave `data` out where there is nothing to say, as in the ticks of
 * its jobs (its public source, package `events`); `trace` is there always.
 */
const dataOf = ({ data, trace }: Readonly<Record<string, unknown>>): unknown =>
  data === undefined && typeof trace === 'string' ? '' : data;

/** Opens the body of a NATS message. Throws SyntaxError or TypeError on anything that is not an envelope. */
export const decodeEnvelope = (body: string): Envelope => {
  const parsed: unknown = JSON.parse(body);
  const data = isObject(parsed) ? dataOf(parsed) : undefined;
  if (!isObject(parsed) || typeof data !== 'string') throw new TypeError('envelope has no "data" text');
  const { trace, timestamp, userCtx } = parsed;
  return {
    trace: typeof trace === 'string' ? trace : '',
    timestamp: timeOf(timestamp),
    data,
    ...(isObject(userCtx) && { userCtx }),
  };
};
