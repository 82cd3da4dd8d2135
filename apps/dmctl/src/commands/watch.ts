import { LogCursor, type LogRow, readHubLog } from '@alink/operator/messages';
import { RpcError } from '@alink/rpc/rpc-error';
import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import type { Session } from '../session';

const INTERVAL_MS = 500;
const PAGE_SIZE = 500;
/** How often products are listed anew, to notice those that come: every 10 s. */
const ROUNDS_PER_PRODUCT_LIST = 20;

export const completeWatchCommand = (watchCommand: Command, io: Io): void => {
  withExample(
    watchCommand
      .argument('[productKey]', 'of this product only')
      .argument('[deviceName]', 'of this device only')
      .action(
        inSession(io, (session, _options, productID?: string, deviceName?: string) =>
          watch(session, productID, deviceName),
        ),
      ),
    'watch aliyun_test_01 dev001',
    'watch --json | jq .content',
  );
};

interface Device {
  readonly productID: string;
  readonly deviceName?: string;
}

const watch = async (session: Session, productID?: string, deviceName?: string): Promise<void> => {
  const { out, io } = session;
  const signal = io.onInterrupt();
  const start = io.now();
  const cursors = new Map<string, LogCursor>();
  let devices: readonly Device[] = [];
  let state: 'unknown' | 'connected' | 'lost' = 'unknown';
  for (let round = 0; !signal.aborted; round++) {
    try {
      if (round % ROUNDS_PER_PRODUCT_LIST === 0 || devices.length === 0) {
        devices = productID ? [{ productID, deviceName }] : await allProducts(session);
      }
      for (const device of devices) {
        const cursor = cursors.get(device.productID) ?? new LogCursor(start);
        cursors.set(device.productID, cursor);
        for (const row of cursor.take(await readSince(session, device, cursor.since))) out.follow(row, lineOf(row));
      }
      if (state === 'lost') out.note('dm.rpc is back');
      else if (state === 'unknown') out.note('watching; Ctrl-C ends it');
      state = 'connected';
    } catch (error) {
      // At first a failure is the answer; later the service may be on its way back.
      if (state === 'unknown' || !(error instanceof RpcError) || !error.unavailable) throw error;
      if (state === 'connected') out.note('dm.rpc is not reachable, trying on');
      state = 'lost';
    }
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
};

/** The log is kept by product. */
const allProducts = async ({ products }: Session): Promise<readonly Device[]> => {
  const { list } = await products.productInfoIndex({});
  return list.map(({ productID }) => ({ productID }));
};

/** All lines from a moment on, however many pages they take. */
const readSince = async (session: Session, device: Device, since: number): Promise<LogRow[]> => {
  const all = await readHubLog(session, { ...device, since, page: 1, size: PAGE_SIZE });
  // Pages count from the newest line: what comes in meanwhile must not move them.
  const until = all.at(-1)?.timestamp;
  for (let page = 2, more = all.length; more === PAGE_SIZE; page++) {
    const rows = await readHubLog(session, { ...device, since, until, page, size: PAGE_SIZE });
    all.unshift(...rows);
    more = rows.length;
  }
  return all;
};

const lineOf = ({ time, action, topic, code, content }: LogRow): string =>
  [time, action.padEnd(11), code, topic, content].filter((part) => part !== '').join('  ');
