/** What devices were told, and how it ended. */
import { Code } from '@alink/contract/codes';
import type { Command } from 'commander';
import { withExample } from './example';
import { inSession } from './in-session';
import type { Io } from './io';
import { jsonOrText } from './json-or-text';
import { withLogPage, type LogPage } from './log-page';
import type { Session } from './session';
import { isoOfMs } from './time-text';

/** `SendLogInfo.action`, with a word for each. */
const actions = { actionSend: 'call', propertyControlSend: 'set', propertyGetReportSend: 'get' } as const;
type Action = keyof typeof actions;

const results: Partial<Record<number, string>> = {
  [Code.ok]: 'success',
  [Code.inProgress]: 'not answered yet',
  [Code.deviceOffline]: 'the device is offline',
  [Code.deviceTimeout]: 'no answer in time',
};

type Entry = Awaited<ReturnType<Session['messages']['sendLogIndex']>>['list'][number];

/** Adds `log` to a group of commands. @param wanted the actions that it is about @param what they are, in words */
export const addCommandLogCommand = (group: Command, io: Io, wanted: readonly Action[], what: string): void => {
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
    const columns = ['time', 'action', 'identifier', 'content', 'code', 'result', 'account'] as const;
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

const rowOf = ({ timestamp, action, dataID, content, resultCode, account }: Entry) => ({
  time: isoOfMs(timestamp),
  action: Object.hasOwn(actions, action) ? actions[action as Action] : action,
  identifier: dataID,
  content: jsonOrText(content),
  code: Number(resultCode),
  result: results[Number(resultCode)] ?? '',
  account: account || undefined,
  timestamp: Number(timestamp),
});
