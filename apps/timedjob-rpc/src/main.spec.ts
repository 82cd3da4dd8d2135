import { services } from '@alink/contract';
import { connectEtcd } from '@alink/discovery';
import { connectNats } from '@alink/bus';
import { connectRpc } from '@alink/rpc';
import {
  createDatabase,
  PATIENCE_MS,
  spawnApp,
  startEtcd,
  startNats,
  type SpawnedApp,
  type TestDatabase,
  type TestEtcd,
  type TestNats,
} from '@alink/testing';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { soon, makeTask } from '../test/bed';

const root = join(import.meta.dirname, '../../..');
let database: TestDatabase;
let nats: TestNats;
let etcd: TestEtcd;
beforeAll(async () => {
  const built = promisify(execFile)(process.execPath, ['tools/build.mjs', 'timedjob-rpc'], { cwd: root });
  [database, nats, etcd] = await Promise.all([createDatabase(), startNats(), startEtcd()]);
  await built;
});

const apps: SpawnedApp[] = [];
afterAll(async () => {
  await Promise.all(apps.map((app) => app.stop('SIGKILL')));
  await Promise.all([database.drop(), nats.stop(), etcd.stop()]);
});

const run = (env: Record<string, string> = {}): SpawnedApp => {
  const app = spawnApp('timedjob-rpc', {
    HOST: '127.0.0.1',
    TIMEDJOB_GRPC_PORT: '0',
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    ETCD_HOSTS: etcd.hosts,
    ...env,
  });
  apps.push(app);
  return app;
};
const registered = async (): Promise<string[]> =>
  (await etcd.etcdctl('get', '--prefix', 'timedjob.rpc')).trim().split('\n').filter(Boolean);

describe('timedjob-rpc as a process', () => {
  test('is found in etcd, serves, survives a kill -9, and leaves cleanly', async () => {
    const first = run();
    await first.waitForLine(/gRPC listens/);
    const [key, address] = await soon(async () => {
      const found = await registered();
      expect(found).toHaveLength(2);
      return found;
    });
    expect(key).toMatch(/^timedjob\.rpc\/\d+$/);
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);

    const registry = connectEtcd({ hosts: etcd.hosts });
    const channel = connectRpc('etcd:///timedjob.rpc', { registry, deadlineMs: PATIENCE_MS });
    const timed = channel.client(services.timedManage);
    const { topic, groupCode } = await makeTask(timed, { type: 1, cronExpr: '@every 1s' });
    const bus = await connectNats({ servers: nats.url, name: 'test' });
    let heard = 0;
    bus.subscribe(topic, () => heard++);
    await soon(() => expect(heard).toBeGreaterThan(0));

    await first.stop('SIGKILL');
    const second = run();
    await second.waitForLine(/gRPC listens/);
    const before = heard;
    await soon(() => expect(heard).toBeGreaterThan(before + 1));
    // The dead one's key goes with its lease; until then calls go past it.
    await soon(async () => {
      expect(Number((await timed.TaskLogIndex({ groupCode }, { deadlineMs: 5000 })).total)).toBeGreaterThan(1);
    });
    await soon(async () => expect(await registered()).toHaveLength(2), { timeoutMs: 40_000 });

    expect(await second.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    await soon(async () => expect(await registered()).toEqual([]));
    channel.close();
    await Promise.all([registry.close(), bus.close()]);

    const password = new URL(database.url).password;
    for (const { output } of apps) expect(output).not.toContain(password);
    expect(first.output).toContain('"TIMEDJOB_GRPC_PORT":0');
  }, 90_000); // three starts, and a lease of 10 s

  test.each([
    [{ DATABASE_URL: '' }, /^timedjob-rpc: bad configuration: DATABASE_URL is not set, must be a URL/],
    [{ TIMEDJOB_GRPC_PORT: 'x' }, /^timedjob-rpc: bad configuration: TIMEDJOB_GRPC_PORT is "x"/],
    [
      { CRON_TIMEZONE: 'Beijing' },
      /bad configuration: CRON_TIMEZONE is "Beijing", must be a time zone of the IANA database/,
    ],
    [{ ETCD_HOSTS: '127.0.0.1:1' }, /timedjob-rpc: etcd was not available within \d+ s/],
    [
      { DATABASE_URL: 'postgresql://alink:hunter2@127.0.0.1:1/alink' },
      /timedjob-rpc: PostgreSQL was not available within \d+ s: cannot use PostgreSQL at alink@127\.0\.0\.1:1/,
    ],
    [{ NATS_URL: 'nats://127.0.0.1:1' }, /timedjob-rpc: NATS was not available within \d+ s/],
  ])('with %j it says what is missing and ends with 1', async (env, line) => {
    let patienceS = 0;
    await soon(async () => {
      // What is there may be slow to answer too, and would be told instead: more time at each try.
      const app = run({ STARTUP_TIMEOUT_S: String(++patienceS), ...env });
      expect(await app.exited).toEqual({ code: 1, signal: null });
      expect(app.output).toMatch(line);
      expect(app.output).not.toContain('hunter2');
    });
  });
});
