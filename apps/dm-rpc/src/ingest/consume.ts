/** Takes what nodes put into the stream: a batch is a transaction, or several; acknowledged once all is committed. */
import type { Bus, Consumer, KeptMessage } from '@alink/bus';
import { Prisma, type PrismaClient } from '@alink/db';
import type { Logger } from '@alink/runtime';
import type { PresenceNews } from '../presence/presence-news';
import type { DeviceChange } from '../presence/presence-rows';
import type { CompiledModels } from '../services/product-manage/compiled-models';
import { applyPresenceBatch } from '../presence/presence-store';
import type { Transaction } from '../transaction';
import { acceptedSettings } from './accepted-settings';
import type { ApplicationNews } from './application-news';
import { hasLine, lineOf, writeDeviceLog } from './device-log';
import { findDevices } from './find-devices';
import type { ForeignReports } from './foreign/foreign-reports';
import { createReader, type Item } from './read-message';
import type { Gathered, SinkTable } from './sink-table';
import type { TakenReport } from './taken-report';
import { inParts } from './transaction-parts';

export const DURABLE = 'dm-rpc';
/** Messages in one transaction at most, and how long to wait for more of them: a report is to be seen at once. */
const MAX_BATCH = 500;
const MAX_WAIT_MS = 20;
/**
 * Bytes of the messages in one transaction. A plain load stays far below; after an outage messages are full, and 500 of
 * them in one transaction would take longer than a transaction may, again and again.
 */
const MAX_TRANSACTION_BYTES = 1_000_000;

export interface ConsumeOptions {
  readonly bus: Bus;
  readonly prisma: PrismaClient;
  readonly presenceNews: PresenceNews;
  readonly applicationNews: ApplicationNews;
  readonly models: CompiledModels;
  readonly sinks: SinkTable;
  readonly foreignReports: ForeignReports;
  readonly log: Logger;
}

interface Written {
  readonly changes: readonly DeviceChange[];
  /** What was reported, and what devices have accepted to be set to. */
  readonly taken: readonly TakenReport[];
  readonly gathered: Gathered;
}

/** Our own code can make no rows of what is reported: foreign nodes send what ours would have refused. */
class RowError extends Error {
  override readonly name = 'RowError';
}

/** @throws {RowError} when `make` throws */
const madeOf = <T>(make: () => T): T => {
  try {
    return make();
  } catch (cause) {
    throw new RowError('no rows can be made of it', { cause });
  }
};

/** The order of the tables is the same for every batch: presence, devices, each sink's, the log. */
const writeBatch = async (
  tx: Transaction,
  items: readonly Item[],
  { sinks, models, foreignReports }: Pick<ConsumeOptions, 'sinks' | 'models' | 'foreignReports'>,
): Promise<Written> => {
  const reports = items.filter((item) => item.kind === 'report');
  const lines = items.filter((item) => item.kind === 'hubLine');
  // Presence first: it locks device rows for update, and a share lock that must be raised later can deadlock.
  const presence = items.filter((item) => item.kind === 'presence');
  const changes = await applyPresenceBatch(tx, presence);
  const devices = await findDevices(tx, models, [...reports, ...lines]);
  const checked = madeOf(() => reports.map((report) => foreignReports.take(report, devices.of(report))));
  const taken = [...checked, ...(await acceptedSettings(tx, checked))];
  const gathered = madeOf(() => sinks.gather(taken));
  await sinks.write(tx, gathered);
  const logged = checked.filter((each) => hasLine(each, sinks));
  const told = lines.filter((line) => devices.of(line));
  await writeDeviceLog(tx, [...told, ...madeOf(() => logged.map(lineOf))]);
  return { changes, taken, gathered };
};

/**
 * True for what is wrong with the data itself, or refused about it by the database (SQLSTATE classes 22, 23 and 54):
 * no repetition mends it. Everything else, such as an outage or a deadlock, may go well the next time.
 */
const isDataFault = (error: unknown): boolean =>
  error instanceof RowError ||
  (error instanceof Prisma.PrismaClientKnownRequestError &&
    /"originalCode":"(22|23|54)/.test(JSON.stringify(error.meta ?? {})));

/** Messages in their order, cut where a transaction would hold too much. */
const inTransactions = (messages: readonly KeptMessage[]): KeptMessage[][] => {
  const parts: KeptMessage[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    bytes += message.data.length;
    if (bytes > MAX_TRANSACTION_BYTES) {
      parts.push([]);
      bytes = message.data.length;
    }
    parts.at(-1)!.push(message);
  }
  return parts;
};

/** Handles a batch; rejects when the database fails, so that the batch comes again: then only what is not kept yet is. */
export const createIngest = (options: ConsumeOptions): ((batch: readonly KeptMessage[]) => Promise<void>) => {
  const { bus, prisma, presenceNews, applicationNews, sinks, foreignReports, log } = options;
  const read = createReader(sinks, log);
  const done = new WeakSet<KeptMessage>();

  const keep = async (items: readonly Item[]): Promise<void> => {
    const { changes, taken, gathered } = await prisma.$transaction((tx) => writeBatch(tx, items, options));
    presenceNews.tell(changes);
    sinks.kept(gathered);
    for (const each of taken) tell(each);
  };

  /** It is kept: what cannot be told must not have it kept again. */
  const tell = (taken: TakenReport): void => {
    try {
      foreignReports.kept(taken);
      applicationNews.tell(sinks.newsOf(taken));
    } catch (err) {
      const { productID, deviceName } = taken.report;
      log.error({ err, productID, deviceName }, 'nobody could be told of a report');
    }
  };

  /** One report that the database refuses must not hold up the others: halves are tried until it stands alone. */
  const keepWhatCanBe = async (items: readonly Item[]): Promise<void> => {
    if (items.length === 0) return;
    try {
      await keep(items);
    } catch (error) {
      if (!isDataFault(error)) throw error;
      if (items.length === 1) {
        const [item] = items;
        const { kind, productID, deviceName } = item!;
        if (item!.kind === 'report') foreignReports.refused(item!);
        const why = error instanceof RowError ? 'that holds what cannot be written' : 'refused by the database,';
        log.error({ err: error, kind, productID, deviceName }, `message ${why} skipped`);
        return;
      }
      const middle = items.length >> 1;
      await keepWhatCanBe(items.slice(0, middle));
      await keepWhatCanBe(items.slice(middle));
    }
  };

  return async (batch) => {
    const stream = await bus.streamCreatedMs();
    for (const messages of inTransactions(batch.filter((message) => !done.has(message)))) {
      const items = messages.flatMap((message) => read(message, stream));
      for (const part of await inParts(prisma, items)) await keepWhatCanBe(part);
      for (const message of messages) done.add(message);
    }
  };
};

/** Starts consuming. */
export const startConsuming = (options: ConsumeOptions): Promise<Consumer> =>
  options.bus.consume({ durable: DURABLE, maxBatch: MAX_BATCH, maxWaitMs: MAX_WAIT_MS }, createIngest(options));
