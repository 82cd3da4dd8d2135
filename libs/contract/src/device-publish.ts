/** A message from or for a device, in unitedrhino's form: `data` of the envelope on `device.up.>` and `device.down.>`. */
import { decodeEnvelope, encodeEnvelope, type EnvelopeOptions } from './envelope';
import { PROTOCOL_CODE, type Handle } from './subjects';

export interface DevicePublish {
  readonly topic: string;
  readonly handle: Handle;
  /** The part of the handle: `property`, `event`, `action`, ... */
  readonly type: string;
  /** The platform's own message (JSON), or raw bytes for custom topics. */
  readonly payload: Buffer;
  /** Unix milliseconds at which the sender made the message. */
  readonly timestamp: number;
  readonly productID: string;
  readonly deviceName: string;
  readonly explain: string;
  readonly protocolCode: string;
  /** Milliseconds for which the sender waits for an answer; absent where it does not say. */
  readonly waitMs?: number;
}

/** What is said to or by a device; everything else of a publish follows from it. */
export interface PublishContent {
  readonly productID: string;
  readonly deviceName: string;
  readonly handle: Handle;
  readonly type: string;
  /** Absent where the receiver knows which topic it is. */
  readonly topic?: string;
  /** The platform's own message, or bytes. */
  readonly body: object | Buffer;
  readonly explain?: string;
  /** Code of the protocol whose nodes it is for or from (default: ours). */
  readonly protocolCode?: string;
  readonly waitMs?: number;
}

/**
 * Makes the NATS message of a device publish.
 * @param now unix milliseconds
 */
export const writeDevicePublish = (content: PublishContent, now: number, options?: EnvelopeOptions): string => {
  const { productID, deviceName, handle, type, topic = '', body, explain = '', protocolCode = PROTOCOL_CODE } = content;
  const payload = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const named = { topic, handle, type, payload, timestamp: now, productID, deviceName, explain };
  const { waitMs } = content;
  const publish = { ...named, protocolCode, ...(waitMs !== undefined && { waitMs }) };
  return encodeEnvelope(encodeDevicePublish(publish), now, options);
};

/** Reads what {@link writeDevicePublish} has made, or unitedrhino. Throws SyntaxError or TypeError on anything else. */
export const readDevicePublish = (body: Uint8Array): DevicePublish =>
  decodeDevicePublish(decodeEnvelope(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8')).data);

/** Text of a device publish: the payload becomes base64. */
export const encodeDevicePublish = (message: DevicePublish): string =>
  JSON.stringify({ ...message, payload: message.payload.toString('base64') });

/** Reads a device publish. Throws SyntaxError or TypeError on anything else. */
export const decodeDevicePublish = (data: string): DevicePublish => {
  const parsed = JSON.parse(data) as Omit<DevicePublish, 'payload'> & { payload: unknown };
  if (typeof parsed?.productID !== 'string' || typeof parsed.deviceName !== 'string') {
    throw new TypeError('device publish names no device');
  }
  // No bytes at all are null where a Go service writes them.
  const payload = parsed.payload === null ? '' : parsed.payload;
  if (typeof payload !== 'string') throw new TypeError('device publish has no payload');
  return { ...parsed, payload: Buffer.from(payload, 'base64') };
};
