/** What dm consumes from the stream, taken apart. */
import { createHash } from 'node:crypto';
import type { KeptMessage } from '@alink/bus';
import {
  decodeDevicePublish,
  decodeEnvelope,
  subjects,
  type DeviceMessage,
  type HubLogEntry,
  type StatusChange,
} from '@alink/contract';
import { parseClientId } from '@alink/signing';
import type { DeviceCore } from '../context';
import type { DevicePresence } from '../presence/presence-store';

/** An uplink of a device. Times are unix milliseconds. */
export interface Uplink extends DeviceCore {
  readonly kind: 'uplink';
  /** A hash of the message, as a UUID: the same message delivered twice is the same row. */
  readonly messageID: string;
  /** When the gateway had it. */
  readonly arrivedAt: number;
  readonly topic: string;
  readonly explain: string;
  /** The payload as text; empty for bytes that are no text. */
  readonly payload: string;
  /** Undefined for what carries no message of the platform's, as custom topics do. */
  readonly message: DeviceMessage | undefined;
}

export interface HubLine extends HubLogEntry {
  readonly kind: 'hubLine';
  readonly messageID: string;
}

export interface Presence extends DevicePresence {
  readonly kind: 'presence';
}

export type Decoded = Uplink | HubLine | Presence;

/** PostgreSQL keeps no U+0000 in a text. */
const text = (value: unknown, maxLength: number): string =>
  typeof value === 'string' ? value.slice(0, maxLength).replaceAll('\0', '') : '';

/** Latest time that JavaScript and PostgreSQL both know, unix milliseconds. */
const MAX_TIME = 8.64e15;

/** A time that comes from a device or a gateway, in unix milliseconds; nonsense gives way to `fallback`. */
export const timeOr = (value: unknown, fallback: number): number =>
  typeof value === 'number' && value >= 0 && value <= MAX_TIME ? Math.trunc(value) : fallback;

/** A code that fits the column; a device may send anything. */
export const codeOr = (value: unknown, fallback: number): number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : fallback;

/** Characters of a payload or an answer in a device's log. */
const MAX_CONTENT = 4096;
/** Characters of a name: those of devices that exist are shorter, refused clients call themselves anything. */
const MAX_NAME = 128;
const MAX_TOPIC = 1024;

/** Any bytes as a UUID-shaped hash. */
export const hashID = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  const hex = hash.digest('hex').slice(0, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** Bytes that are valid UTF-8 as text, others as none. */
const payloadText = (payload: Buffer): string => {
  const decoded = payload.toString('utf8');
  return decoded.includes('\ufffd') ? '' : text(decoded, MAX_CONTENT);
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSample = (value: unknown): boolean => isObject(value) && isObject((value as { params?: unknown }).params);

/** Everything that is read of a message later; a message that lacks it could never be kept. */
const isWellFormed = (message: Partial<Record<string, unknown>>): boolean => {
  const { method, params, properties, events } = message;
  switch (method) {
    case 'report':
      return isObject(params);
    case 'packReport':
      return [properties, events].every((list) => Array.isArray(list) && list.every(isSample));
    case 'eventPost':
      return isObject(params) && typeof message['eventID'] === 'string' && typeof message['type'] === 'string';
    default:
      return typeof method === 'string';
  }
};

/** @throws {SyntaxError | TypeError} on what is no message of the platform's */
const readDeviceMessage = (payload: Buffer): DeviceMessage => {
  const message: unknown = JSON.parse(payload.toString('utf8'));
  if (!isObject(message) || !isWellFormed(message as Record<string, unknown>)) {
    throw new TypeError('device message is not well-formed');
  }
  return message as DeviceMessage;
};

const decodeUplink = (data: string, sentAt: number): Uplink => {
  const publish = decodeDevicePublish(data);
  const { handle, payload } = publish;
  const arrivedAt = timeOr(publish.timestamp, sentAt);
  const topic = text(publish.topic, MAX_TOPIC);
  // Custom topics carry anything; all others the platform's own messages.
  const message = handle === 'ext' ? undefined : readDeviceMessage(payload);
  return {
    kind: 'uplink',
    productID: text(publish.productID, MAX_NAME),
    deviceName: text(publish.deviceName, MAX_NAME),
    messageID: hashID(publish.productID, publish.deviceName, topic, payload, String(message?.timestamp ?? arrivedAt)),
    arrivedAt,
    topic,
    explain: text(publish.explain, MAX_CONTENT),
    payload: payloadText(payload),
    message,
  };
};

/** `host:port` without its port; also of IPv6. */
const hostOf = (address: string): string => address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

/** The token that a session began with, by what the device sent: a deviceToken's clientId, or an iotToken's iotId. */
const tokenUsed = (rawClientID: string, username: string): { tokenID?: string } => {
  const { authType, securemode, clientId } = parseClientId(rawClientID);
  if (authType === 'connwl') return { tokenID: clientId };
  return securemode === '-1' ? { tokenID: username } : {};
};

const decodeStatus = (data: string, stream: number, sequence: number): Presence => {
  const status = JSON.parse(data) as StatusChange;
  const { productID, deviceName } = status;
  if (typeof productID !== 'string' || typeof deviceName !== 'string') throw new TypeError('status names no device');
  const timestamp = timeOr(status.timestamp, Date.now());
  const key = { stream, epoch: sequence };
  const device = { kind: 'presence', productID, deviceName } as const;
  if (status.action === 'connected') {
    const ip = hostOf(text(status.addr, MAX_NAME));
    const clientId = text(status.rawClientID, MAX_TOPIC);
    return {
      ...device,
      ...tokenUsed(clientId, text(status.username, MAX_NAME)),
      event: { kind: 'connected', key, timestamp, ip, clientId, gateway: text(status.gateway, MAX_NAME) || null },
    };
  }
  const epoch = typeof status.epoch === 'number' ? status.epoch : undefined;
  return { ...device, event: { kind: 'disconnected', key, timestamp, epoch, reason: text(status.reason, MAX_TOPIC) } };
};

const decodeHubLine = (data: string, sentAt: number): HubLine => {
  const entry = JSON.parse(data) as HubLogEntry;
  return {
    kind: 'hubLine',
    messageID: hashID(data),
    productID: text(entry.productID, MAX_NAME),
    deviceName: text(entry.deviceName, MAX_NAME),
    timestamp: timeOr(entry.timestamp, sentAt),
    action: text(entry.action, MAX_NAME) as HubLogEntry['action'],
    topic: text(entry.topic, MAX_TOPIC),
    requestID: text(entry.requestID, MAX_NAME),
    content: text(entry.content, MAX_CONTENT),
    resultCode: codeOr(entry.resultCode, 0),
    respPayload: text(entry.respPayload, MAX_CONTENT),
  };
};

/**
 * Reads one message.
 * @param stream when the stream was made, unix milliseconds
 * @returns undefined for subjects that mean nothing here
 * @throws {SyntaxError | TypeError} on what is no message of ours
 */
export const decodeMessage = ({ subject, data, sequence }: KeptMessage, stream: number): Decoded | undefined => {
  const envelope = decodeEnvelope(data.toString('utf8'));
  if (subject === subjects.connected || subject === subjects.disconnected) {
    return decodeStatus(envelope.data, stream, sequence);
  }
  if (subject === subjects.hubLog) return decodeHubLine(envelope.data, envelope.timestamp);
  return subject.startsWith('device.up.') ? decodeUplink(envelope.data, envelope.timestamp) : undefined;
};
