/**
 * Daily partitions of the tables that grow with every message: made ahead, and dropped with their rows when they are
 * older than the retention. A default partition takes what no day's partition is there for, as from a node whose
 * clock is wrong or from a long backlog.
 */
import type { PrismaClient } from './generated/client';
import type { Log } from './log';

const DAY_MS = 86_400_000;
/** A week of not running is bridged without the default partition. */
const DAYS_AHEAD = 7;
/** "alinkprt" in ASCII, cut to 31 bits. */
const LOCK_KEY = 0x6b707274;
/** Attaching and dropping wait for long queries, and everyone else would wait behind: rather try again next time. */
const LOCK_TIMEOUT = '5s';

/** Partitioned tables, and the column with unix milliseconds by which they are. */
const TABLES = [
  { table: 'property_history', column: 'arrived_at' },
  { table: 'event_history', column: 'arrived_at' },
  { table: 'hub_log', column: 'timestamp' },
  { table: 'sdk_log', column: 'arrived_at' },
  { table: 'network_status', column: 'arrived_at' },
] as const;
type PartitionedTable = (typeof TABLES)[number];

type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

const startOfDay = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;
const suffixOf = (dayMs: number): string => new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '');

/** Names of the partitions that a table has. */
const listPartitions = async (tx: Transaction, table: string): Promise<ReadonlySet<string>> => {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass(${table})`;
  return new Set(rows.map((row) => row.name));
};

/** Made apart and then attached: so rows of that day move out of the default partition, and readers are not locked out. */
const addDay = async (tx: Transaction, { table, column }: PartitionedTable, dayMs: number): Promise<void> => {
  const name = `${table}_${suffixOf(dayMs)}`;
  const end = dayMs + DAY_MS;
  await tx.$executeRawUnsafe(`CREATE TABLE "${name}" (LIKE "${table}" INCLUDING ALL)`);
  await tx.$executeRawUnsafe(
    `WITH moved AS (
       DELETE FROM "${table}_default" WHERE "${column}" >= ${dayMs} AND "${column}" < ${end} RETURNING *
     ) INSERT INTO "${name}" SELECT * FROM moved`,
  );
  await tx.$executeRawUnsafe(
    `ALTER TABLE "${table}" ATTACH PARTITION "${name}" FOR VALUES FROM (${dayMs}) TO (${end})`,
  );
};

const maintainTable = async (
  tx: Transaction,
  partitioned: PartitionedTable,
  today: number,
  oldestKept: number,
): Promise<void> => {
  const { table, column } = partitioned;
  const existing = await listPartitions(tx, table);
  if (!existing.has(`${table}_default`)) {
    await tx.$executeRawUnsafe(`CREATE TABLE "${table}_default" PARTITION OF "${table}" DEFAULT`);
  }
  for (let day = today - DAY_MS; day <= today + DAYS_AHEAD * DAY_MS; day += DAY_MS) {
    if (day >= oldestKept && !existing.has(`${table}_${suffixOf(day)}`)) await addDay(tx, partitioned, day);
  }
  const limit = `${table}_${suffixOf(oldestKept)}`;
  for (const name of existing) {
    if (name !== `${table}_default` && name < limit) await tx.$executeRawUnsafe(`DROP TABLE "${name}"`);
  }
  await tx.$executeRawUnsafe(`DELETE FROM "${table}_default" WHERE "${column}" < ${oldestKept}`);
};

/**
 * Makes the partitions of the next days and drops those of which every row is older than `retentionDays`; the logs of
 * states, commands and changes lose their old rows too, and tokens that have expired go. Several processes may do it at once.
 * @param nowMs unix milliseconds
 */
export const maintainPartitions = async (prisma: PrismaClient, nowMs: number, retentionDays: number): Promise<void> => {
  const today = startOfDay(nowMs);
  const oldestKept = today - retentionDays * DAY_MS;
  for (const partitioned of TABLES) {
    await prisma.$transaction(
      async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK_KEY})`;
        await tx.$executeRawUnsafe(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
        await maintainTable(tx, partitioned, today, oldestKept);
      },
      { timeout: 60_000, maxWait: 10_000 },
    );
  }
  await prisma.statusLog.deleteMany({ where: { timestamp: { lt: oldestKept } } });
  await prisma.abnormalLog.deleteMany({ where: { timestamp: { lt: oldestKept } } });
  await prisma.sendLog.deleteMany({ where: { timestamp: { lt: oldestKept } } });
  await prisma.deviceCall.deleteMany({ where: { timestamp: { lt: oldestKept } } });
  await prisma.auditLog.deleteMany({ where: { timestamp: { lt: oldestKept } } });
  await prisma.issuedToken.deleteMany({ where: { expiresAt: { lt: new Date(nowMs) } } });
};

export interface PartitionMaintenance {
  /** Waits for a run under way; idempotent. */
  stop(): Promise<void>;
}

export interface PartitionMaintenanceOptions {
  /** Days for which messages are kept (default 30). */
  readonly retentionDays?: number;
  readonly log?: Log;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

/** A day's partition is made a week ahead, so once an hour is often enough. */
const INTERVAL_MS = 3_600_000;

/**
 * Runs the maintenance now, and every hour from then on.
 * @throws when the first run fails: without partitions nothing can be kept
 */
export const startPartitionMaintenance = async (
  prisma: PrismaClient,
  { retentionDays = 30, log, now = Date.now }: PartitionMaintenanceOptions = {},
): Promise<PartitionMaintenance> => {
  await maintainPartitions(prisma, now(), retentionDays);
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(() => maintainPartitions(prisma, now(), retentionDays))
      .catch((error) => log?.error({ err: error }, 'partitions could not be maintained; trying again in an hour'));
  }, INTERVAL_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
};
