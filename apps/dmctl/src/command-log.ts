/** What devices were told, and how it ended. */
import { commandRow, type CommandAction, type CommandRow } from '@alink/operator/messages';
import type { Command } from 'commander';
import { withExample } from './example';
import { inSession } from './in-session';
import type { Io } from './io';
import { withLogPage, type LogPage } from './log-page';
import type { Session } from './session';

interface CommandLog {
  /** The actions that it is about. */
  readonly wanted: readonly CommandAction[];
  /** What they are, in words. */
  readonly what: string;
  readonly columns: readonly (keyof CommandRow)[];
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
    out.rows(list.map(commandRow), columns, `no ${what} of ${deviceName}`);
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
