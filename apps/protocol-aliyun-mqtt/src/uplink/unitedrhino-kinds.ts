/**
 * What unitedrhino's dm keeps and our own platform does not serve yet. One kind is one line in the table below; once the
 * catalogue serves it, its own message goes the way of all reports.
 */
import { lineText, readEnvelope, type LogLine } from '@alink/alink';
import type { DeviceMessage, Handle } from '@alink/contract';
import type { DeviceTopic } from '@alink/topic';
import { NeverKeptError } from './keeper';

/** A message of its form. */
export interface RhinoUplink {
  readonly handle: Handle;
  readonly type: string;
  readonly body: object;
}

/**
 * @param now unix milliseconds of its arrival
 * @returns undefined for what is worth nothing there
 * @throws {NeverKeptError} for what is no such message
 */
type Kind = (payload: Buffer, now: number) => RhinoUplink | undefined;

/** Its replies come as downlinks; where the node answers the device, or Alink has no reply, none is wanted. */
const ANSWERED = { noAsk: true };
/** The module that stands for the device as a whole, in both worlds. */
const DEFAULT_MODULE = 'default';

const malformed = (what: string): NeverKeptError =>
  new NeverKeptError(460, `request parameter error: ${what}`, 'see the message in "Alibaba Cloud IoT documentation"');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const paramsOf = (payload: Buffer): unknown => {
  const { body, fault } = readEnvelope(payload);
  if (fault) throw malformed(fault.message);
  return body.params;
};

const membersOf = (payload: Buffer): Record<string, unknown> => {
  const params = paramsOf(payload);
  if (!isRecord(params)) throw malformed('params is no object');
  return params;
};

/** The version of the firmware. Its dm has one for a device; versions of further modules it keeps nowhere. */
const inform: Kind = (payload, now) => {
  const { version, module } = membersOf(payload);
  if (typeof version !== 'string' || version === '') throw malformed('version is missing');
  if (typeof module === 'string' && module !== '' && module !== DEFAULT_MODULE) {
    const step = `inform the version of module ${DEFAULT_MODULE}, or of none`;
    throw new NeverKeptError(6831, 'unitedrhino’s dm keeps the version of one module only', step);
  }
  const body = { method: 'reportInfo', msgToken: String(now), timestamp: now, sys: ANSWERED, params: { version } };
  return { handle: 'thing', type: 'property', body };
};

/** How an upgrade goes. Step 0 is none to its dm: it is the one that the upgrade has already. */
const progress: Kind = (payload, now) => {
  const { step, desc } = membersOf(payload);
  const steps = Number(step);
  if (!Number.isInteger(steps)) throw malformed('step is no whole number');
  if (steps === 0) return undefined;
  const params = { step: steps, desc: typeof desc === 'string' ? desc : '' };
  const body = { method: 'progress', msgToken: String(now), timestamp: now, sys: ANSWERED, params };
  return { handle: 'ota', type: 'progress', body };
};

/** Characters of a line: its column has no room for more, and would refuse the line. */
const MAX_CONTENT = 256;

const textLine = (line: LogLine): object => ({
  timestamp: line.timestamp,
  logLevel: line.logLevel,
  content: Array.from(lineText(line)).slice(0, MAX_CONTENT).join(''),
});

/**
 * A message of ours in its words, where those are others.
 * @throws {NeverKeptError} for what its dm has no place for
 */
export const inItsWords = (message: DeviceMessage): object => {
  if (message.method === 'logReport') return { ...message, method: 'report', params: message.params.map(textLine) };
  if (message.method === 'networkReport') {
    throw new NeverKeptError(
      6831,
      'unitedrhino’s dm keeps no state of networks',
      'let the device report it as a line of its log (thing/log/post)',
    );
  }
  return message;
};

/** By family and path of the topic. */
const kinds: Readonly<Record<string, Kind>> = {
  'ota/device/inform': inform,
  'ota/device/progress': progress,
};

/** How a publish on that topic is said; undefined where its dm has no words for it. */
export const kindOf = ({ scope, path }: Pick<DeviceTopic, 'scope' | 'path'>): Kind | undefined =>
  kinds[`${scope}/${path}`];
