/** What devices were told, and how it ended. */
import { Code } from '@alink/contract/codes';
import { SYSTEM_ACCOUNT } from '@alink/contract/enumerations';
import type { Platform } from '../platform';
import { jsonOrText } from '../words/json-or-text';
import { isoOfMs } from '../words/time-text';
import { readValue } from './property-values';

/** `SendLogInfo.action`, with a word for each. */
const actions = {
  actionSend: 'call',
  sendMsg: 'send',
  propertyControlSend: 'set',
  propertyGetReportSend: 'get',
} as const;
export type CommandAction = keyof typeof actions;

const results: Partial<Record<number, string>> = {
  [Code.ok]: 'success',
  [Code.inProgress]: 'not answered yet',
  [Code.deviceOffline]: 'the device is offline',
  [Code.deviceTimeout]: 'no answer in time',
};

type Entry = Awaited<ReturnType<Platform['messages']['sendLogIndex']>>['list'][number];
export type CommandRow = ReturnType<typeof commandRow>;

/**
 * A call's content holds its input and, once there is one, its answer, and so does that of a message that was answered;
 * that of others is a value, or values.
 */
const contentOf = ({ action, content }: Entry): { content: unknown; output?: unknown } => {
  const call = action === 'actionSend' || action === 'sendMsg' ? jsonOrText(content) : undefined;
  if (!isObject(call) || (action === 'sendMsg' && !('resp' in call))) return { content: readValue(content) };
  const { req, resp } = call as { req?: unknown; resp?: { outputParams?: unknown } };
  const output = resp?.outputParams;
  return { content: req, ...(typeof output === 'string' && output !== '' && { output: jsonOrText(output) }) };
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A line of `sendLogIndex`, as people read it. */
export const commandRow = (entry: Entry) => ({
  time: isoOfMs(entry.timestamp),
  action: Object.hasOwn(actions, entry.action) ? actions[entry.action as CommandAction] : entry.action,
  identifier: entry.dataID,
  output: undefined as unknown,
  ...contentOf(entry),
  code: Number(entry.resultCode),
  result: results[Number(entry.resultCode)] ?? '',
  // Nobody in particular asked.
  account: entry.account === SYSTEM_ACCOUNT ? undefined : entry.account || undefined,
  timestamp: Number(entry.timestamp),
});
