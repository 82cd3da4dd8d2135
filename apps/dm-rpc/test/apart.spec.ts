/** dm as a process whose neighbours are away when it starts. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '@alink/db';
import { createLogger } from '@alink/runtime';
import {
  createDatabase,
  removeFolder,
  spawnApp,
  startEtcd,
  startNats,
  temporaryFolder,
  testAuthority,
  type SpawnedApp,
  type TestAuthority,
  type TestDatabase,
  type TestEtcd,
  type TestNats,
} from '@alink/testing';

let database: TestDatabase;
let nats: TestNats;
let etcd: TestEtcd;
const apps: SpawnedApp[] = [];
beforeAll(async () => {
  const root = join(import.meta.dirname, '../../..');
  const built = promisify(execFile)(process.execPath, ['tools/build.mjs', 'dm-rpc'], { cwd: root });
  [database, nats, etcd] = await Promise.all([createDatabase(), startNats(), startEtcd()]);
  // A start that is given little time must not spend it on migrations.
  const migrated = await openDatabase(database.url, { log: createLogger({ name: 'test', level: 'fatal' }) });
  await migrated.close();
  await built;
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.stop('SIGKILL')));
  await Promise.all([database?.drop(), nats?.stop(), etcd?.stop()]);
});

const run = (env: Record<string, string>): SpawnedApp => {
  const app = spawnApp('dm-rpc', {
    HOST: '127.0.0.1',
    DM_GRPC_PORT: '0',
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    ETCD_HOSTS: etcd.hosts,
    SECRET_KEY: 'ab'.repeat(32),
    STARTUP_TIMEOUT_S: '3600',
    ...env,
  });
  apps.push(app);
  return app;
};

const NOWHERE = '127.0.0.1:1';
const away: [string, Record<string, string>, RegExp][] = [
  [
    'PostgreSQL',
    { DATABASE_URL: `postgresql://alink:hunter2@${NOWHERE}/alink` },
    /cannot use PostgreSQL at alink@127\.0\.0\.1:1\/alink: nothing listens there.*not available yet/,
  ],
  ['NATS', { NATS_URL: `nats://alink:hunter2@${NOWHERE}` }, /127\.0\.0\.1:1.*NATS does not answer yet/],
  ['etcd', { ETCD_HOSTS: NOWHERE }, /"what":"etcd".*not available yet/],
];

describe.each(away)('without %s', (what, env, waiting) => {
  test('it gives up after STARTUP_TIMEOUT_S, with one line', async () => {
    const app = run({ ...env, STARTUP_TIMEOUT_S: '5' });
    expect(await app.exited).toEqual({ code: 1, signal: null });
    const last = app.output.trimEnd().split('\n').at(-1);
    expect(last).toMatch(new RegExp(`^dm-rpc: ${what} was not available within 5 s: `));
    expect(app.output).not.toMatch(/did not start|hunter2/);
  });

  test('it waits, and ends at once when it is told to', async () => {
    const app = run(env);
    await app.waitForLine(waiting);
    expect(await app.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(app.output).not.toMatch(/no orderly end|hunter2/);
  });
});

test('starts once they are there', async () => {
  await Promise.all([nats.kill(), etcd.kill()]);
  const app = run({});
  await app.waitForLine(/NATS does not answer yet/);
  await nats.restart();
  await app.waitForLine(/not available yet/);
  await etcd.restart();
  await app.waitForLine(/dm\.rpc serves/);
  expect(await app.stop('SIGTERM')).toEqual({ code: 0, signal: null });
});

describe('a start that fails says why in its last line', () => {
  const PASSWORD = 'hunter2';
  let folder: string;
  let trusted: TestAuthority;
  let foreign: TestAuthority;
  let guardedNats: TestNats;
  let guardedEtcd: TestEtcd;
  beforeAll(async () => {
    folder = temporaryFolder('start-errors');
    trusted = await testAuthority(folder, 'trusted');
    foreign = await testAuthority(folder, 'foreign');
    const certificate = await trusted.issue('server', { commonName: 'server', names: ['127.0.0.1'] });
    guardedNats = await startNats({ tls: certificate, login: { user: 'alink', password: PASSWORD } });
    guardedEtcd = await startEtcd({ tls: { ...certificate, caFile: trusted.caFile }, rootPassword: PASSWORD });
  });
  afterAll(async () => {
    await Promise.all([guardedNats?.stop(), guardedEtcd?.stop()]);
    removeFolder(folder);
  });

  /** NATS and etcd over TLS, with their logins. */
  const guarded = (): Record<string, string> => ({
    NATS_URL: guardedNats.url.replace('nats://', `tls://alink:${PASSWORD}@`),
    NATS_CA_FILE: trusted.caFile,
    ETCD_HOSTS: `https://${guardedEtcd.hosts}`,
    ETCD_CA_FILE: trusted.caFile,
    ETCD_USER: 'root',
    ETCD_PASSWORD: PASSWORD,
  });
  const databaseUrl = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };

  test('where all is right it serves, and no secret is logged', async () => {
    const app = run(guarded());
    await app.waitForLine(/dm\.rpc serves/);
    expect(await app.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(app.output).not.toContain(PASSWORD);
  });

  test.each<[string, () => Record<string, string>, RegExp]>([
    [
      'a wrong NATS login',
      () => ({ ...guarded(), NATS_URL: guardedNats.url.replace('nats://', 'tls://alink:wrong-one@') }),
      /NATS was not available within 5 s: NATS at [\d.:]+ refuses the login/,
    ],
    [
      'a NATS certificate that is not trusted',
      () => ({ ...guarded(), NATS_CA_FILE: foreign.caFile }),
      /NATS at [\d.:]+ cannot be used over TLS: its certificate is not trusted/,
    ],
    [
      'a NATS in plain text where TLS is asked for',
      () => ({ NATS_URL: nats.url.replace('nats://', `tls://alink:${PASSWORD}@`) }),
      /NATS at [\d.:]+ does not offer TLS, which is asked for/,
    ],
    [
      'a wrong etcd login',
      () => ({ ...guarded(), ETCD_PASSWORD: 'wrong-one' }),
      /etcd was not available within 5 s: etcd at https:[\d/.:]+ refuses the login/,
    ],
    [
      'an etcd certificate that is not trusted',
      () => ({ ...guarded(), ETCD_CA_FILE: foreign.caFile }),
      /etcd at https:[\d/.:]+ cannot be used over TLS: its certificate is not trusted/,
    ],
    [
      'a wrong password of PostgreSQL',
      () => ({ DATABASE_URL: databaseUrl((url) => void (url.password = 'wrong-one')) }),
      /PostgreSQL was not available within 5 s: cannot use PostgreSQL at \S+: it refuses the user or the password/,
    ],
    [
      'a database that is not there',
      () => ({ DATABASE_URL: databaseUrl((url) => void (url.pathname = '/nowhere')) }),
      /there is no database of that name/,
    ],
    [
      'a PostgreSQL in plain text where TLS is asked for',
      () => ({ DATABASE_URL: databaseUrl((url) => url.searchParams.set('sslmode', 'verify-full')) }),
      /it does not offer TLS, which DATABASE_URL asks for/,
    ],
    [
      'a protection that is not known, at once',
      () => ({
        DATABASE_URL: databaseUrl((url) => url.searchParams.set('sslmode', 'prefer')),
        STARTUP_TIMEOUT_S: '3600',
      }),
      /^dm-rpc: sslmode in DATABASE_URL must be one of/,
    ],
    [
      'a certificate that cannot be read, at once',
      () => ({ ...guarded(), NATS_CA_FILE: '/nowhere.crt', STARTUP_TIMEOUT_S: '3600' }),
      /^dm-rpc: the certificates for NATS cannot be used \(\/nowhere\.crt\): ENOENT/,
    ],
    [
      'a scheme that is not known',
      () => ({ NATS_URL: `wss://alink:${PASSWORD}@127.0.0.1:1` }),
      /^dm-rpc: bad configuration: NATS_URL is "wss:\/\/alink:\*\*\*@127\.0\.0\.1:1", must be a URL that starts with nats:\/\/ or tls:\/\//,
    ],
  ])('%s', async (_case, env, line) => {
    const app = run({ STARTUP_TIMEOUT_S: '5', ...env() });
    expect(await app.exited).toEqual({ code: 1, signal: null });
    const last = app.output.trimEnd().split('\n').at(-1);
    expect(last).toMatch(line);
    expect(last).toMatch(/^dm-rpc: /);
    expect(app.output).not.toMatch(/hunter2|wrong-one/);
  });
});
