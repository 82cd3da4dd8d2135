/** The rows that uplinks become. */
import type { Json, JsonObject } from '@alink/contract';
import { codeOr, hashID, timeOr, type HubLine, type Uplink } from './decode-message';

export interface PropertyRow {
  readonly deviceID: bigint;
  readonly identifier: string;
  readonly timestamp: number;
  readonly arrivedAt: number;
  readonly messageID: string;
  /** JSON. */
  readonly value: string;
}

export interface EventRow {
  readonly deviceID: bigint;
  readonly identifier: string;
  readonly type: string;
  readonly timestamp: number;
  readonly arrivedAt: number;
  readonly messageID: string;
  /** JSON object. */
  readonly params: string;
}

/** A device's answer to a command. */
export interface ReplyRow {
  readonly deviceID: bigint;
  readonly msgToken: bigint;
  readonly code: number;
  readonly msg: string;
  /** JSON; empty where the device sent none. */
  readonly output: string;
  /** Unix milliseconds. */
  readonly endedAt: number;
}

export type HubRow = Omit<HubLine, 'kind'>;

export interface Rows {
  readonly properties: PropertyRow[];
  readonly events: EventRow[];
  readonly replies: ReplyRow[];
  readonly hubLines: HubRow[];
}

/** A uint32 in decimal, as msgTokens are; devices may answer to anything. */
export const tokenOf = (msgToken: string): bigint | undefined =>
  /^\d{1,10}$/.test(msgToken) ? BigInt(msgToken) : undefined;

/** Letters of an identifier: an index takes no longer ones. Thing models allow far fewer, validation `none` anything. */
const MAX_IDENTIFIER = 256;

/** PostgreSQL keeps no U+0000 in a text. */
const clean = (text: string): string => text.slice(0, MAX_IDENTIFIER).replaceAll('\0', '');

const addProperties = (rows: Rows, uplink: Uplink, deviceID: bigint, params: JsonObject, time: unknown): void => {
  const timestamp = timeOr(time, uplink.arrivedAt);
  const { arrivedAt, messageID } = uplink;
  for (const [identifier, value] of Object.entries(params)) {
    const row = { deviceID, identifier: clean(identifier), timestamp, arrivedAt, messageID };
    rows.properties.push({ ...row, value: JSON.stringify(value) });
  }
};

/** @param index which of the message's events it is: each needs an id of its own */
const addEvent = (
  rows: Rows,
  uplink: Uplink,
  deviceID: bigint,
  event: { eventID: string; type: string; params: JsonObject; time: unknown },
  index: number,
): void => {
  rows.events.push({
    deviceID,
    identifier: clean(event.eventID),
    type: clean(event.type),
    timestamp: timeOr(event.time, uplink.arrivedAt),
    arrivedAt: uplink.arrivedAt,
    messageID: index === 0 ? uplink.messageID : hashID(uplink.messageID, String(index)),
    params: JSON.stringify(event.params ?? {}),
  });
};

const addReply = (rows: Rows, uplink: Uplink, deviceID: bigint, data: Json | undefined): void => {
  const { message, arrivedAt } = uplink;
  const msgToken = tokenOf(String(message?.msgToken ?? ''));
  if (msgToken === undefined || msgToken === 0n) return;
  rows.replies.push({
    deviceID,
    msgToken,
    code: codeOr(message?.code, 0),
    msg: clean(String(message?.msg ?? '')),
    output: data === undefined ? '' : JSON.stringify(data),
    endedAt: arrivedAt,
  });
};

/** The line in the device's log that every uplink has. */
const hubLineOf = (uplink: Uplink): HubRow => ({
  messageID: uplink.messageID,
  productID: uplink.productID,
  deviceName: uplink.deviceName,
  timestamp: uplink.arrivedAt,
  action: 'publish',
  topic: uplink.topic,
  requestID: clean(String(uplink.message?.msgToken ?? '')),
  content: uplink.explain || uplink.payload,
  resultCode: codeOr(uplink.message?.code, 200),
  respPayload: '',
});

/** Type of an event inside a pack, which does not say: the thing model would; `info` is what a reader expects least of. */
const PACKED_EVENT_TYPE = 'info';

/** Adds the rows of one uplink. `deviceID` is undefined for a device that does not exist (any more): only its log line stays. */
export const addRows = (rows: Rows, uplink: Uplink, deviceID: bigint | undefined): void => {
  rows.hubLines.push(hubLineOf(uplink));
  const { message } = uplink;
  if (!message || deviceID === undefined) return;
  switch (message.method) {
    case 'report':
      addProperties(rows, uplink, deviceID, message.params, message.timestamp);
      break;
    case 'packReport':
      for (const { params, timestamp } of message.properties) {
        addProperties(rows, uplink, deviceID, params, timestamp);
      }
      message.events.forEach(({ eventID, params, timestamp }, index) =>
        addEvent(rows, uplink, deviceID, { eventID, type: PACKED_EVENT_TYPE, params, time: timestamp }, index),
      );
      break;
    case 'eventPost': {
      const { eventID, type, params, timestamp } = message;
      addEvent(rows, uplink, deviceID, { eventID, type, params, time: timestamp }, 0);
      break;
    }
    case 'controlReply':
    case 'actionReply':
    case 'getReportReply':
      addReply(rows, uplink, deviceID, message.data);
      break;
    default:
      break;
  }
};
