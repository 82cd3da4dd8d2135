/** Takes what nodes put into the stream in batches: each is acknowledged once all of it is committed. */
import type { Bus, Consumer, KeptMessage } from '@alink/bus';
import { Prisma, type PrismaClient } from '@alink/db';
import type { Logger } from '@alink/runtime';
import type { PresenceNews } from '../presence/presence-news';
import type { DeviceChange } from '../presence/presence-rows';
import { applyPresenceBatch } from '../presence/presence-store';
import type { Transaction } from '../transaction';
import type { ApplicationNews } from './application-news';
import { hasLine, lineOf, writeDeviceLog } from './device-log';
import { findDevices } from './find-devices';
import { createReader, type Item } from './read-message';
import type { Gathered, SinkTable } from './sink-table';

export const DURABLE = 'dm-rpc';
/** Messages that are taken at once at most, and how long to wait for more of them: a report is to be seen at once. */
const MAX_BATCH = 500;
/** Reports in one transaction at most: a message of a busy node holds hundreds, and rows cost memory until they are written. */
const MAX_TRANSACTION = 2000;
const MAX_WAIT_MS = 20;

export interface ConsumeOptions {
  readonly bus: Bus;
  readonly prisma: PrismaClient;
  readonly presenceNews: PresenceNews;
  readonly applicationNews: ApplicationNews;
  readonly sinks: SinkTable;
  readonly log: Logger;
}

interface Written {
  readonly changes: readonly DeviceChange[];
  readonly gathered: Gathered;
}

/** The order of the tables is the same for every batch: presence, devices, each sink's, the log. */
const writeBatch = async (tx: Transaction, items: readonly Item[], sinks: SinkTable): Promise<Written> => {
  const reports = items.filter((item) => item.kind === 'report');
  const lines = items.filter((item) => item.kind === 'hubLine');
  // Presence first: it locks device rows for update, and a share lock that must be raised later can deadlock.
  const presence = items.filter((item) => item.kind === 'presence');
  const changes = await applyPresenceBatch(tx, presence);
  const devices = await findDevices(tx, reports);
  const gathered = sinks.gather(reports, (report) => devices.of(report)?.id);
  await sinks.write(tx, gathered);
  const logged = reports.filter((report) => hasLine(report, devices.of(report), sinks));
  await writeDeviceLog(tx, [...lines, ...logged.map(lineOf)]);
  return { changes, gathered };
};

/**
 * True for what the database refuses about the data itself (SQLSTATE classes 22, 23 and 54), which no repetition mends.
 * Everything else, such as an outage or a deadlock, may go well the next time.
 */
const isDataFault = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError &&
  /"originalCode":"(22|23|54)/.test(JSON.stringify(error.meta ?? {}));

/** Handles a batch; rejects when the database fails, so that the whole batch comes again. */
export const createIngest = (options: ConsumeOptions): ((batch: readonly KeptMessage[]) => Promise<void>) => {
  const { bus, prisma, presenceNews, applicationNews, sinks, log } = options;
  const read = createReader(sinks, log);

  const keep = async (items: readonly Item[]): Promise<void> => {
    const { changes, gathered } = await prisma.$transaction((tx) => writeBatch(tx, items, sinks));
    presenceNews.tell(changes);
    sinks.kept(gathered);
    for (const item of items) if (item.kind === 'report') applicationNews.tell(item, sinks.newsOf(item));
  };

  /** One report that the database refuses must not hold up the others: halves are tried until it stands alone. */
  const keepWhatCanBe = async (items: readonly Item[]): Promise<void> => {
    if (items.length === 0) return;
    try {
      await keep(items);
    } catch (error) {
      if (!isDataFault(error)) throw error;
      if (items.length === 1) {
        const { kind, productID, deviceName } = items[0]!;
        log.error({ err: error, kind, productID, deviceName }, 'message refused by the database, skipped');
        return;
      }
      const middle = items.length >> 1;
      await keepWhatCanBe(items.slice(0, middle));
      await keepWhatCanBe(items.slice(middle));
    }
  };

  return async (batch) => {
    const stream = await bus.streamCreatedMs();
    const items = batch.flatMap((message) => read(message, stream));
    for (let start = 0; start < items.length; start += MAX_TRANSACTION) {
      await keepWhatCanBe(items.slice(start, start + MAX_TRANSACTION));
    }
  };
};

/** Starts consuming. */
export const startConsuming = (options: ConsumeOptions): Promise<Consumer> =>
  options.bus.consume({ durable: DURABLE, maxBatch: MAX_BATCH, maxWaitMs: MAX_WAIT_MS }, createIngest(options));
