import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { databaseFault } from './database-fault';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/start-embedded-postgres';
import { openDatabase, type Database } from './open-database';

let dataDir: string;
let postgres: EmbeddedPostgres;
let database: Database;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'alink-db-'));
  postgres = await startEmbeddedPostgres({ dataDir });
  database = await openDatabase(postgres.url);
});

afterAll(async () => {
  await database.close();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
});

type Prisma = Database['prisma'];
const protocol = { code: 'x', name: 'x', type: 'x', transProtocol: 'x', etcdKey: 'x' };
const manyValues = Array.from({ length: 40_000 }, (_, i) => String(i));

/** What the database has against the query. */
const faultOf = async (query: (prisma: Prisma) => Promise<unknown>) => {
  const error: unknown = await query(database.prisma).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.any(String) });
  return databaseFault(error);
};

/** The same of a query on a plain connection. */
const faultOfPlain = (url: string, sql: string, values: unknown[] = []) =>
  faultOf(async () => {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      await client.query(sql, values);
    } finally {
      await client.end();
    }
  });

describe('databaseFault', () => {
  test.each<[string, (prisma: Prisma) => Promise<unknown>, string]>([
    ['over 32 bits', (prisma) => prisma.product.findMany({ where: { netType: 3e9 } }), '3000000000'],
    ['under 32 bits', (prisma) => prisma.product.findMany({ where: { netType: -3e9 } }), '-3000000000'],
    ['in a list', (prisma) => prisma.product.count({ where: { netType: { in: [1, 3e9] } } }), '3000000000'],
    ['over 64 bits', (prisma) => prisma.product.count({ where: { netType: 2 ** 63 } }), '9223372036854776000'],
    [
      'over 64 bits, in a list',
      (p) => p.product.count({ where: { netType: { in: [-(2 ** 63)] } } }),
      '-9223372036854776000',
    ],
    ['in SQL', (prisma) => prisma.$queryRaw`SELECT ${3e9}::int`, '3000000000'],
  ])('a number %s', async (_case, query, number) => {
    expect(await faultOf(query)).toEqual({ kind: 'number', number });
  });

  test.each<[string, (prisma: Prisma) => Promise<unknown>]>([
    ['in a column', (prisma) => prisma.product.findMany({ where: { productName: 'a\0' } })],
    ['in SQL', (prisma) => prisma.$queryRaw`SELECT ${'a\0'}::text`],
    ['in jsonb', (prisma) => prisma.protocolInfo.create({ data: { ...protocol, configFields: ['a\0'] } })],
  ])('U+0000 %s', async (_case, query) => {
    expect(await faultOf(query)).toEqual({ kind: 'text' });
  });

  test('a list that is too long', async () => {
    const fault = await faultOf((prisma) => prisma.product.findMany({ where: { productID: { notIn: manyValues } } }));
    expect(fault).toEqual({ kind: 'tooManyValues' });
  });

  test('a plain connection', async () => {
    const { url } = postgres;
    expect(await faultOfPlain(url, 'SELECT $1::int', [3e9])).toEqual({ kind: 'number', number: '3000000000' });
    expect(await faultOfPlain(url, 'SELECT $1::text', ['a\0'])).toEqual({ kind: 'text' });
    expect(await faultOfPlain(url, 'SELECT nonsense')).toEqual({ kind: 'failure' });
    const nowhere = new URL(url);
    nowhere.port = '1';
    expect(await faultOfPlain(nowhere.href, 'SELECT 1')).toEqual({ kind: 'failure' });
  });

  test('a query that is wrong in itself is no fault of the database', async () => {
    expect(await faultOf((prisma) => prisma.product.findMany({ where: { nonsense: 1 } as never }))).toBeUndefined();
    expect(databaseFault(new TypeError('a bug'))).toBeUndefined();
    expect(databaseFault(undefined)).toBeUndefined();
  });

  test('a database that is away', async () => {
    await postgres.stop();
    expect(await faultOf((prisma) => prisma.product.count())).toEqual({ kind: 'failure' });
  });
});
