import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres, type TestPostgres } from './postgres-server';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const query = async (url: string, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

test('each database is empty and its own, and can be dropped while in use', async () => {
  const [one, two] = await Promise.all([server.createDatabase(), server.createDatabase()]);
  await query(one.url, 'CREATE TABLE t (n int)');
  await expect(query(two.url, 'SELECT * FROM t')).rejects.toThrow('does not exist');
  const client = new pg.Client({ connectionString: one.url });
  client.on('error', () => undefined);
  await client.connect();
  await one.drop();
  await client.end();
  await expect(query(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
  await two.drop();
});

test('its process is the one that PostgreSQL names', async () => {
  // The first line of postmaster.pid is the server's own process (PostgreSQL documentation, "Database File Layout").
  const sql = `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`;
  expect(await query(server.url, sql)).toEqual([{ pid: server.pid() }]);
});

test('as it comes it waits for the disk, and for tests it does not', async () => {
  const asItComes = await startPostgres({ asItComes: true });
  try {
    expect(await query(asItComes.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(server.url, 'SHOW fsync')).toEqual([{ fsync: 'off' }]);
  } finally {
    await asItComes.stop();
  }
});

test('data survives a crash and a restart', async () => {
  const { url } = await server.createDatabase();
  await query(url, 'CREATE TABLE t (n int)');
  await query(url, 'INSERT INTO t VALUES (1)');
  await server.kill();
  await expect(query(url, 'SELECT 1')).rejects.toThrow();
  await server.restart();
  expect(await query(url, 'SELECT n FROM t')).toEqual([{ n: 1 }]);
});

test('a restart waits for what a killed server has left running', async () => {
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const { pid } = rows[0]!;
  process.kill(pid, 'SIGSTOP');
  await server.kill();
  const restarting = server.restart();
  await sleep(500); // time in which it is refused
  process.kill(pid, 'SIGCONT');
  await restarting;
  expect(await query(server.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  await client.end();
});
