/** Takes what gateways put into the stream: one batch, one transaction; acknowledged once it is committed. */
import type { Bus, Consumer, KeptMessage } from '@alink/bus';
import { Prisma, type PrismaClient } from '@alink/db';
import type { Logger } from '@alink/runtime';
import type { DeviceCore, Transaction } from '../context';
import type { PresenceNews } from '../presence/presence-news';
import { applyPresenceBatch, type DeviceChange } from '../presence/presence-store';
import type { ApplicationNews } from './application-news';
import { decodeMessage, type Decoded, type HubLine, type Presence, type Uplink } from './decode-message';
import { addRows, type ReplyRow, type Rows } from './rows';
import { writeRows } from './write-rows';

export const DURABLE = 'dm-rpc';
/** Messages in one transaction at most, and how long to wait for more of them: a report is to be seen at once. */
const MAX_BATCH = 500;
const MAX_WAIT_MS = 20;

export interface ConsumeOptions {
  readonly bus: Bus;
  readonly prisma: PrismaClient;
  readonly presenceNews: PresenceNews;
  readonly applicationNews: ApplicationNews;
  /** Told of devices' answers to commands, once they are kept. */
  readonly onReplies: (replies: readonly ReplyRow[]) => void;
  readonly log: Logger;
}

interface DeviceFound {
  readonly id: bigint;
  readonly product_id: string;
  readonly device_name: string;
}

const keyOf = ({ productID, deviceName }: DeviceCore): string => `${productID}/${deviceName}`;

/**
 * Ids of the devices that exist, which then stay until the transaction ends: the foreign key of a latest value would
 * otherwise fail the batch when one is deleted meanwhile.
 */
const findDevices = async (tx: Transaction, uplinks: readonly Uplink[]): Promise<ReadonlyMap<string, bigint>> => {
  const devices = [...new Map(uplinks.map((uplink) => [keyOf(uplink), uplink])).values()];
  if (devices.length === 0) return new Map();
  const rows = await tx.$queryRaw<DeviceFound[]>`
    SELECT id, product_id, device_name FROM device
    WHERE (product_id, device_name) IN (SELECT * FROM unnest(
      ${devices.map((device) => device.productID)}::text[], ${devices.map((device) => device.deviceName)}::text[]))
    ORDER BY id FOR KEY SHARE`;
  return new Map(rows.map((row) => [keyOf({ productID: row.product_id, deviceName: row.device_name }), row.id]));
};

/** A message that cannot be read never will be: it is logged and left out, lest the ones behind it wait for ever. */
const decodeAll = (batch: readonly KeptMessage[], stream: number, log: Logger): Decoded[] =>
  batch.flatMap((message) => {
    try {
      return decodeMessage(message, stream) ?? [];
    } catch (error) {
      log.error({ err: error, subject: message.subject, sequence: message.sequence }, 'unreadable message skipped');
      return [];
    }
  });

interface Written {
  readonly changes: readonly DeviceChange[];
  readonly rows: Rows;
}

const writeBatch = async (
  tx: Transaction,
  presence: readonly Presence[],
  uplinks: readonly Uplink[],
  lines: readonly HubLine[],
): Promise<Written> => {
  // Presence first: it locks device rows for update, and a share lock that must be raised later can deadlock.
  const changes = await applyPresenceBatch(tx, presence);
  const devices = await findDevices(tx, uplinks);
  const rows: Rows = { properties: [], events: [], replies: [], hubLines: [...lines] };
  for (const uplink of uplinks) addRows(rows, uplink, devices.get(keyOf(uplink)));
  await writeRows(tx, rows);
  return { changes, rows };
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
  const { bus, prisma, presenceNews, applicationNews, onReplies, log } = options;

  const keep = async (decoded: readonly Decoded[]): Promise<void> => {
    const presence = decoded.filter((item) => item.kind === 'presence');
    const uplinks = decoded.filter((item) => item.kind === 'uplink');
    const lines = decoded.filter((item) => item.kind === 'hubLine');
    const { changes, rows } = await prisma.$transaction((tx) => writeBatch(tx, presence, uplinks, lines));
    presenceNews.tell(changes);
    onReplies(rows.replies);
    for (const uplink of uplinks) applicationNews.tell(uplink);
  };

  /** One message that the database refuses must not hold up the others: halves are tried until it stands alone. */
  const keepWhatCanBe = async (decoded: readonly Decoded[]): Promise<void> => {
    if (decoded.length === 0) return;
    try {
      await keep(decoded);
    } catch (error) {
      if (!isDataFault(error)) throw error;
      if (decoded.length === 1) {
        const { kind, productID, deviceName } = decoded[0]!;
        log.error({ err: error, kind, productID, deviceName }, 'message refused by the database, skipped');
        return;
      }
      const middle = decoded.length >> 1;
      await keepWhatCanBe(decoded.slice(0, middle));
      await keepWhatCanBe(decoded.slice(middle));
    }
  };

  return async (batch) => keepWhatCanBe(decodeAll(batch, await bus.streamCreatedMs(), log));
};

/** Starts consuming. */
export const startConsuming = (options: ConsumeOptions): Promise<Consumer> =>
  options.bus.consume({ durable: DURABLE, maxBatch: MAX_BATCH, maxWaitMs: MAX_WAIT_MS }, createIngest(options));
