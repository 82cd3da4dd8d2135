/**
 * What devices have reported, on its way from our node to our dm: `alink.up.{shard}`. One message holds the reports of
 * one turn of the node's event loop, whoever they are from; each is written as JSON once and read once. The place of a
 * report (stream, sequence, index in the message) is its id: the stream delivers at least once.
 */
import type { DeviceMessage } from './device-message';
import type { Handle } from './subjects';

/** One report, answer or custom message of a device. */
export interface DeviceReport {
  readonly productID: string;
  readonly deviceName: string;
  /** As the device published it, without its query. */
  readonly topic: string;
  /** Unix milliseconds at which the node had it. */
  readonly arrivedAt: number;
  readonly handle: Handle;
  /** The part of the handle: `property`, `event`, `action`, `request`; of `ext` the family of the topic. */
  readonly type: string;
  /** The platform's own message; absent where the payload means nothing to the platform. */
  readonly message?: DeviceMessage;
  /** The payload as it came, where there is no message. */
  readonly bytes?: Buffer;
  /** The product's script that the device asked to read the payload (`?_sn=` on its topic); absent where it asked for none. */
  readonly script?: string;
  /** Why something is odd about it, for the device's log; empty for a plain one. */
  readonly explain?: string;
  /** Set where a foreign node sent it: nobody has held it against the thing model yet, nor answered it. */
  readonly foreign?: ForeignOrigin;
}

/** Where a foreign node hears answers. */
export interface ForeignOrigin {
  /** Code of its protocol; empty where it does not say, and then the product's. */
  readonly protocolCode: string;
}

/** The text of one report, ready to stand in a message. */
export const encodeReport = ({ bytes, ...report }: DeviceReport): string =>
  JSON.stringify(bytes ? { ...report, bytes: bytes.toString('base64') } : report);

/** A message of reports that {@link encodeReport} has made; at least one. */
export const joinReports = (reports: readonly string[]): string => `{"reports":[${reports.join(',')}]}`;

type Parsed = Partial<Record<keyof DeviceReport, unknown>>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const readReport = (parsed: unknown): DeviceReport => {
  const report = (isRecord(parsed) ? parsed : {}) as Parsed;
  const { productID, deviceName, topic, arrivedAt, handle, type, message, bytes, script, explain, foreign } = report;
  if (typeof productID !== 'string' || typeof deviceName !== 'string') throw new TypeError('report names no device');
  if (message !== undefined && !isRecord(message)) throw new TypeError('report holds no message');
  return {
    productID,
    deviceName,
    topic: textOf(topic),
    arrivedAt: typeof arrivedAt === 'number' ? arrivedAt : 0,
    handle: textOf(handle) as Handle,
    type: textOf(type),
    message: message as DeviceMessage | undefined,
    bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : undefined,
    script: typeof script === 'string' ? script : undefined,
    explain: textOf(explain),
    foreign: isRecord(foreign) ? { protocolCode: textOf(foreign['protocolCode']) } : undefined,
  };
};

/**
 * Reads a message of reports. One that cannot be read stands as its error at its place, so that the others keep theirs.
 * @throws {SyntaxError | TypeError} on what is no such message
 */
export const decodeReports = (body: string): (DeviceReport | TypeError)[] => {
  const parsed = JSON.parse(body) as { readonly reports?: unknown } | null;
  if (!Array.isArray(parsed?.reports)) throw new TypeError('message has no "reports"');
  return parsed.reports.map((report) => {
    try {
      return readReport(report);
    } catch (error) {
      return error as TypeError;
    }
  });
};

/** FNV-1a, 32 bits: fast, and spreads names that differ in their last digit. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
};

/** The shard that all reports of a device go to, from 0; their order is kept within it. */
export const shardOf = (productID: string, deviceName: string, shards: number): number =>
  shards === 1 ? 0 : hash(`${productID}/${deviceName}`) % shards;
