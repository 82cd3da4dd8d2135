import { RpcError } from '@alink/rpc';
import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { withExample } from '../example';
import { readHubLog, type LogRow } from '../hub-log';
import type { Io } from '../io';
import { LogCursor } from '../log-cursor';
import { inSession, type Session } from '../session';

const INTERVAL_MS = 500;
const PAGE_SIZE = 500;

export const addWatchCommand = (program: Command, io: Io): void => {
  withExample(
    program
      .command('watch')
      .description('follow what happens between the gateway and devices, until Ctrl-C')
      .argument('[productKey]', 'of this product only')
      .argument('[deviceName]', 'of this device only')
      .action(
        inSession(io, (session, _options, productID?: string, deviceName?: string) =>
          watch(session, { productID, deviceName }),
        ),
      ),
    'watch aliyun_test_01 dev001',
    'watch --json | jq .content',
  );
};

const watch = async (session: Session, device: { productID?: string; deviceName?: string }): Promise<void> => {
  const { out, io } = session;
  const signal = io.onInterrupt();
  const cursor = new LogCursor(io.now());
  let connected = false;
  let lost = false;
  while (!signal.aborted) {
    try {
      for (const row of cursor.take(await readSince(session, device, cursor.since))) out.follow(row, lineOf(row));
      if (lost) out.note('dm.rpc is back');
      else if (!connected) out.note('watching; Ctrl-C ends it');
      connected = true;
      lost = false;
    } catch (error) {
      // At first a failure is the answer; later the service may be on its way back.
      if (!connected || !(error instanceof RpcError) || !error.unavailable) throw error;
      if (!lost) out.note('dm.rpc is not reachable, trying on');
      lost = true;
    }
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
};

/** All lines from a moment on, however many pages they take. */
const readSince = async (session: Session, device: object, since: number): Promise<LogRow[]> => {
  const all: LogRow[] = [];
  for (let page = 1; ; page++) {
    const { rows, total } = await readHubLog(session, { ...device, since, page, size: PAGE_SIZE });
    all.push(...rows);
    if (rows.length < PAGE_SIZE || all.length >= total) return all.sort((a, b) => a.timestamp - b.timestamp);
  }
};

const lineOf = ({ time, action, topic, code, content }: LogRow): string =>
  [time, action.padEnd(11), code, topic, content].filter((part) => part !== '').join('  ');
