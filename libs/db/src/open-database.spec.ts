import { eventually } from '@alink/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { diffSchema } from './diff-schema';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/start-embedded-postgres';
import { openDatabase } from './open-database';
import { maintainPartitions } from './partitions';

// Databases are made and migrated in each test; how long that takes is not what is tested.
const DAY_MS = 86_400_000;
/** Of the lock in partitions.ts. */
const MAINTENANCE_KEY = 0x6b707274;

let dataDir: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'alink-db-'));
  postgres = await startEmbeddedPostgres({ dataDir });
});

afterAll(async () => {
  await postgres?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** A database of its own for one test. */
const freshDatabase = async (name: string, settings = ''): Promise<string> => {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  if (settings) await client.query(`ALTER DATABASE ${name} ${settings}`);
  await client.end();
  return postgres.url.replace(/\/alink$/, `/${name}`);
};

describe('openDatabase', () => {
  test('several processes that start at once migrate one after the other', async () => {
    const url = await freshDatabase('at_once');
    const opened = await Promise.all([1, 2, 3, 4].map(() => openDatabase(url)));
    const rows = await opened[0]!.prisma.$queryRaw<{ migration_name: string }[]>`
      SELECT migration_name FROM _prisma_migrations ORDER BY 1`;
    expect(new Set(rows.map((row) => row.migration_name)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(0);
    await Promise.all(opened.map((database) => database.close()));
  });

  test('a second start finds everything in place', async () => {
    const url = await freshDatabase('twice');
    const lines: string[] = [];
    const log = { info: (_: object, text: string) => void lines.push(text), warn() {}, error() {} };
    await (await openDatabase(url, { log })).close();
    await (await openDatabase(url, { log })).close();
    expect(lines).toEqual(['database migrated']);
  });

  test('a database of a newer release is refused', async () => {
    const url = await freshDatabase('newer');
    const database = await openDatabase(url);
    await database.prisma.$executeRaw`
      INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
      VALUES ('x', 'x', '29990101000000_later', now(), 1)`;
    await database.close();
    await expect(openDatabase(url)).rejects.toThrow('29990101000000_later');
  });

  test('a migration that was changed afterwards is refused', async () => {
    const url = await freshDatabase('changed');
    const database = await openDatabase(url);
    await database.prisma.$executeRaw`UPDATE _prisma_migrations SET checksum = 'other'`;
    await database.close();
    await expect(openDatabase(url)).rejects.toThrow('was changed after it had been applied');
  });

  test.each<[string, (url: URL) => void, string]>([
    ['a wrong password', (url) => void (url.password = 'hunter2'), 'it refuses the user or the password'],
    ['a database that is not there', (url) => void (url.pathname = '/nowhere'), 'there is no database of that name'],
    ['nobody at the port', (url) => void (url.port = '1'), 'nothing listens there'],
  ])('says what is wrong, and no password: %s', async (_case, change, reason) => {
    const url = new URL(postgres.url);
    const { password } = url;
    change(url);
    const error = await openDatabase(url.href).catch((thrown) => thrown as Error);
    expect(error).toMatchObject({ name: 'DatabaseUnavailableError', message: expect.stringContaining(reason) });
    expect(String(error)).toContain('postgres@127.0.0.1:');
    expect(String(error)).not.toContain('hunter2');
    expect(String(error)).not.toContain(password);
  });

  test.each(['nonsense', 'mysql://root:hunter2@localhost/x'])('refuses a URL of another kind: %s', async (url) => {
    const error = await openDatabase(url).catch((thrown) => thrown as Error);
    expect(String(error)).toContain('DATABASE_URL must look like');
    expect(String(error)).not.toContain('hunter2');
  });

  test('times are kept whatever the time zone of the server', async () => {
    const database = await openDatabase(await freshDatabase('far_away', `SET TimeZone = 'Asia/Shanghai'`));
    const lastLogin = new Date('2026-05-12T13:40:28.940Z');
    const product = { productID: 'p', productKey: 'p', productName: 'p', secret: '', protocolCode: '' };
    const numbers = { authMode: 2, deviceType: 1, netType: 1, autoRegister: 1, status: 1 };
    await database.prisma.product.create({ data: { ...product, ...numbers } });
    await database.prisma.device.create({ data: { productID: 'p', deviceName: 'd', secret: '', lastLogin } });
    const [row] = await database.prisma.$queryRaw<{ ms: number }[]>`
      SELECT (extract(epoch FROM last_login) * 1000)::float8 AS ms FROM device`;
    expect(row!.ms).toBe(lastLogin.getTime());
    const device = await database.prisma.device.findFirstOrThrow();
    expect(device.lastLogin).toEqual(lastLogin);
    expect(Math.abs(device.createdAt.getTime() - Date.now())).toBeLessThan(3_600_000);
    await database.close();
  });
});

describe('schema and migrations', () => {
  test('agree', async () => {
    expect(await diffSchema(postgres.url)).toBe('');
  });
});

describe('partitions', () => {
  const now = Date.UTC(2026, 4, 12, 13);
  const namesOf = `SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'property_history'::regclass ORDER BY 1`;
  const row = (arrivedAt: number) => ({
    deviceID: 1n,
    identifier: 'temperature',
    timestamp: BigInt(arrivedAt),
    arrivedAt: BigInt(arrivedAt),
    messageID: '00000000-0000-0000-0000-000000000000',
    value: '1',
  });

  test('are made ahead, take rows over from the default one, and go with their rows', async () => {
    const { prisma, close } = await openDatabase(await freshDatabase('partitions'));
    const names = async () => (await prisma.$queryRawUnsafe<{ name: string }[]>(namesOf)).map((found) => found.name);
    await Promise.all([maintainPartitions(prisma, now, 30), maintainPartitions(prisma, now, 30)]);
    expect(await names()).toEqual([
      ...['11', '12', '13', '14', '15', '16', '17', '18', '19'].map((day) => `property_history_202605${day}`),
      'property_history_default',
    ]);

    // In a day's partition, in the default one for a day to come, and in the default one long ago.
    const times = [now, now + 10 * DAY_MS, now - 40 * DAY_MS];
    for (const time of times) await prisma.propertyHistory.create({ data: row(time) });
    await maintainPartitions(prisma, now + 5 * DAY_MS, 30);
    expect(await names()).toContain('property_history_20260522');
    const moved = await prisma.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM property_history_20260522`;
    expect(moved[0]!.n).toBe(1);
    expect(await prisma.propertyHistory.count()).toBe(2);

    await maintainPartitions(prisma, now + 35 * DAY_MS, 30);
    expect(await names()).not.toContain('property_history_20260512');
    expect(await prisma.propertyHistory.findMany()).toEqual([row(now + 10 * DAY_MS)]);
    await close();
  });

  test('are maintained by one process after the other, however long the first takes', async () => {
    const url = await freshDatabase('partitions_busy');
    const { prisma, close } = await openDatabase(url);
    const first = new Client({ connectionString: url });
    await first.connect();
    await first.query('SELECT pg_advisory_lock($1)', [MAINTENANCE_KEY]);
    const maintaining = maintainPartitions(prisma, now, 30);
    await eventually(async () => {
      const { rows } = await first.query(
        `SELECT clock_timestamp() - waitstart > interval '5500 ms' AS waits_long FROM pg_locks
         WHERE locktype = 'advisory' AND NOT granted`,
      );
      expect(rows).toEqual([{ waits_long: true }]);
    });
    await first.end();
    await maintaining;
    expect(await prisma.$queryRawUnsafe(namesOf)).not.toEqual([]);
    await close();
  });
});
