/**
 * An uplink of a foreign node, in unitedrhino's form: a device publish whose payload is the platform's own message, with
 * whatever is empty left out (its public source, packages `devices` and `deviceMsg`).
 */
import { decodeDevicePublish, type DevicePublish, type Envelope } from '@alink/contract';
import { isObject, isText } from '../../wire/shape';
import { deviceTime, timeOr } from '../fit';

/** What a device publish says besides its message. */
export interface ForeignUplink extends Omit<DevicePublish, 'timestamp'> {
  /** Unix milliseconds at which the node had it. */
  readonly arrivedAt: number;
}

/** The message inside. */
export interface ForeignMessage {
  /** Empty where there is none: some kinds need no other name than their type. */
  readonly method: string;
  readonly msgToken: string;
  /** Unix milliseconds; 0 where the device gave none. */
  readonly timestamp: number;
  /** Nobody waits for an answer. */
  readonly noAsk: boolean;
  /** The answer is to say in words what is wrong. */
  readonly retMsg: boolean;
  /** Everything that it has. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** @throws {SyntaxError | TypeError} on what is no uplink */
export const readUplink = ({ data, timestamp: sentAt }: Envelope): ForeignUplink => {
  const { timestamp, protocolCode, type, topic, explain, ...publish } = decodeDevicePublish(data);
  const text = (value: unknown): string => (isText(value) ? value : '');
  return {
    ...publish,
    type: text(type),
    topic: text(topic),
    explain: text(explain),
    protocolCode: text(protocolCode),
    arrivedAt: deviceTime(timestamp || sentAt, Date.now()),
  };
};

/**
 * The message in a payload. No bytes are a message that says nothing: some kinds need none.
 * @throws {SyntaxError | TypeError} on what is no object
 */
export const readMessage = (payload: Buffer): ForeignMessage => {
  const parsed: unknown = payload.length === 0 ? {} : JSON.parse(payload.toString('utf8'));
  if (!isObject(parsed)) throw new TypeError('device message is no object');
  const members = parsed as Record<string, unknown>;
  const { method, msgToken, timestamp, sys } = members;
  const { noAsk, retMsg } = (isObject(sys) ? sys : {}) as { noAsk?: unknown; retMsg?: unknown };
  return {
    method: isText(method) ? method : '',
    msgToken: isText(msgToken) || typeof msgToken === 'number' ? String(msgToken) : '',
    timestamp: timeOr(timestamp, 0),
    noAsk: noAsk === true,
    retMsg: retMsg === true,
    members,
  };
};
