/** dm as a process whose neighbours are away when it starts. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '@alink/db';
import { createLogger } from '@alink/runtime';
import {
  createDatabase,
  spawnApp,
  startEtcd,
  startNats,
  type SpawnedApp,
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
