/** What devices were told, and how it ended. */
import { Code } from '@alink/contract/codes';
import { SYSTEM_ACCOUNT } from '@alink/contract/enumerations';
import type { Command } from 'commander';
import { withExample } from './example';
import { inSession } from './in-session';
import type { Io } from './io';
import { jsonOrText } from './json-or-text';
import { withLogPage, type LogPage } from './log-page';
import { readValue } from './property-values';
import type { Session } from './session';
import { isoOfMs } from './time-text';

/** `SendLogInfo.action`, with a word for each. */
const actions = {
  actionSend: 'call',
  sendMsg: 'send',
  propertyControlSend: 'set',
  propertyGetReportSend: 'get',
} as const;
type Action = keyof typeof actions;

const results: Partial<Record<number, string>> = {
  [Code.ok]: 'success',
  [Code.inProgress]: 'not answered yet',
  [Code.deviceOffline]: 'the device is offline',
  [Code.deviceTimeout]: 'no answer in time',
};

type Entry = Awaited<ReturnType<Session['messages']['sendLogIndex']>>['list'][number];

interface CommandLog {
  /** The actions that it is about. */
  readonly wanted: readonly Action[];
  /** What they are, in words. */
  readonly what: string;
  readonly columns: readonly (keyof ReturnType<typeof rowOf>)[];
}

/** Adds `log` to a group of commands. */
export const addCommandLogCommand = (group: Command, io: Io, { wanted, what, columns }: CommandLog): void => {
  const showLog = async (
    { messages, out }: Session,
    { since, limit, page }: LogPage,
    productID: string,
    deviceName: string,
  ): Promise<void> => {
    const { list, total } = await messages.sendLogIndex({
      productID,
      deviceName,
      actions: [...wanted],
      timeStart: since,
      page: { page, size: limit },
    });
    out.rows(list.map(rowOf), columns, `no ${what} of ${deviceName}`);
    out.pageNote({ page, size: limit, shown: list.length, total: Number(total) });
  };
  withExample(
    withLogPage(
      group
        .command('log')
        .description(`show the ${what} of a device and how they ended, newest first`)
        .argument('<productKey>')
        .argument('<deviceName>'),
      io,
    ).action(inSession(io, showLog)),
    `${group.name()} log aliyun_test_01 dev001 --since 1d`,
  );
};

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

const rowOf = (entry: Entry) => ({
  time: isoOfMs(entry.timestamp),
  action: Object.hasOwn(actions, entry.action) ? actions[entry.action as Action] : entry.action,
  identifier: entry.dataID,
  output: undefined as unknown,
  ...contentOf(entry),
  code: Number(entry.resultCode),
  result: results[Number(entry.resultCode)] ?? '',
  // Nobody in particular asked.
  account: entry.account === SYSTEM_ACCOUNT ? undefined : entry.account || undefined,
  timestamp: Number(entry.timestamp),
});
