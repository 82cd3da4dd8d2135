import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, Server, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@alink/testing';
import { jest } from '@jest/globals';
import { build } from 'esbuild';
import { Client } from 'pg';
import { isReachable } from '../src/embedded/postgres-files';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/embedded/start-embedded-postgres';

const here = dirname(fileURLToPath(import.meta.url));
const isRoot = process.getuid?.() === 0;

jest.setTimeout(90_000); // each makes a database, and most start more than one server

let dataDir: string;
let running: EmbeddedPostgres[];
let owners: ChildProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'alink-embedded-'));
  // mkdtemp makes it for its owner only, and as root the server runs as another user.
  await chmod(dataDir, 0o755);
  running = [];
  owners = [];
});
afterEach(async () => {
  for (const owner of owners) owner.kill('SIGKILL');
  for (const postgres of running) await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const start = async (options: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}): Promise<EmbeddedPostgres> => {
  const postgres = await startEmbeddedPostgres({ dataDir, ...options });
  running.push(postgres);
  return postgres;
};

const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map((row) => Object.values(row)[0]);
  } finally {
    await client.end();
  }
};

const postmasterPid = async (home = join(dataDir, 'postgres')): Promise<number> =>
  Number((await readFile(join(home, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

/** Starts another process that owns the server, in a process group of its own as a terminal's foreground job is. */
const startOwner = async (): Promise<{ owner: ChildProcess; url: string }> => {
  const outfile = join(here, '../../../dist/test/embedded-owner.mjs');
  await build({
    entryPoints: [join(here, 'embedded-owner.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  const owner = spawn(process.execPath, [outfile, dataDir], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  owners.push(owner);
  const [line] = (await once(owner.stdout!, 'data')) as [Buffer];
  return { owner, url: line.toString().trim() };
};

describe('startEmbeddedPostgres', () => {
  test('makes a database once, keeps its data, and leaves no process behind', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    const pid = await postmasterPid();
    await first.stop();
    await first.stop();
    expect(isGone(pid)).toBe(true);
    const second = await start();
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([7]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
  });

  test('is for this machine and this user only', async () => {
    const { url } = await start();
    expect(await query(url, 'SHOW listen_addresses')).toEqual(['127.0.0.1']);
    expect(await query(url, 'SHOW unix_socket_directories')).toEqual(['']);
    expect(await query(url, 'SHOW server_encoding')).toEqual(['UTF8']);
    expect((await stat(join(dataDir, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'postgres', 'data'))).mode & 0o077).toBe(0);
    const wrong = new URL(url);
    wrong.password = 'x';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('a second one on the same folder is refused, and names the process', async () => {
    const { url } = await start();
    await expect(start()).rejects.toThrow(`is in use by process ${process.pid}; stop that one first`);
    expect(await query(url, 'SELECT 1')).toEqual([1]);
  });

  test('of two that start at once one wins', async () => {
    const results = await Promise.allSettled([start(), start()]);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect(await query(running[0]!.url, 'SELECT 1')).toEqual([1]);
  });

  test('takes over what a killed process left running', async () => {
    const { owner, url } = await startOwner();
    await query(url, 'CREATE TABLE kept AS SELECT 7 AS n');
    const left = await postmasterPid();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(isGone(left)).toBe(false);
    const next = await start();
    expect(await postmasterPid()).not.toBe(left);
    expect(await query(next.url, 'SELECT n FROM kept')).toEqual([7]);
  });

  test('Ctrl-C is for the app, which can still write before it stops the server', async () => {
    const { owner } = await startOwner();
    const pid = await postmasterPid();
    process.kill(-owner.pid!, 'SIGINT');
    const [code] = (await once(owner, 'exit')) as [number];
    expect([code, isGone(pid)]).toEqual([0, true]);
    expect(await query((await start()).url, 'SELECT count(*)::int FROM last_write')).toEqual([0]);
  });

  test('a process id that a dead server left, now of another process, is no obstacle', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), `${process.pid}\n/x\n1\n5432\n\n\n\n`);
    expect(await query((await start()).url, 'SELECT 1')).toEqual([1]);
  });

  test('a server that is killed comes back on the same port', async () => {
    const errors: string[] = [];
    const log = { info() {}, warn() {}, error: (_: object, text: string) => void errors.push(text) };
    const { url } = await start({ log });
    await query(url, 'CREATE TABLE kept AS SELECT 7 AS n');
    process.kill(await postmasterPid(), 'SIGKILL');
    await eventually(async () => expect(await query(url, 'SELECT n FROM kept')).toEqual([7]));
    expect(errors).toContain('the embedded PostgreSQL ended by itself; starting it again');
  });

  test('a port that was taken between its choice and the start makes way for another', async () => {
    const occupant = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const address = occupant.address() as AddressInfo;
    const choice = jest.spyOn(Server.prototype, 'address').mockReturnValueOnce(address).mockReturnValueOnce(address);
    const { url } = await start();
    choice.mockRestore();
    expect(await query(url, 'SELECT 1')).toEqual([1]);
    occupant.close();
  });

  test('another password than that of the data is told', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'postgres', 'password'), 'another');
    await expect(start()).rejects.toThrow('the file "password" beside it does not belong to this data');
  });

  test('as root, a folder that the server cannot reach is made up for elsewhere', async () => {
    const closed = join(dataDir, 'closed');
    const state = join(dataDir, 'state');
    await mkdir(closed, { mode: 0o700 });
    const options = { dataDir: join(closed, '.data'), rootStateFolder: state };
    const first = await start(options);
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await first.stop();
    expect(await query((await start(options)).url, 'SELECT n FROM kept')).toEqual([7]);
    const isElsewhere = await stat(state).then(
      () => true,
      () => false,
    );
    expect(isElsewhere).toBe(isRoot);
  });
});

describe('isReachable', () => {
  const stranger = { uid: 54_321, gid: 54_321 };

  test('asks for the right to pass through every folder on the way', async () => {
    const folder = join(dataDir, 'a', 'b');
    await mkdir(folder, { recursive: true });
    await chmod(join(dataDir, 'a'), 0o711);
    await chmod(folder, 0o711);
    expect(await isReachable(join(folder, 'to', 'come'), stranger)).toBe(true);
    await chmod(join(dataDir, 'a'), 0o710);
    expect(await isReachable(join(folder, 'to', 'come'), stranger)).toBe(false);
    const { gid } = await stat(join(dataDir, 'a'));
    expect(await isReachable(folder, { uid: stranger.uid, gid })).toBe(true);
  });
});
