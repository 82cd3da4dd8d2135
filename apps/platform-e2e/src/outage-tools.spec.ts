/** What operators turn to in an outage: `dmctl status` and readiness, with the real servers frozen, full and killed. */
import { eventually, PLATFORM_START_MS, spawnProgram, startPostgres, type TestPostgres } from '@alink/testing';
import { jest } from '@jest/globals';
import { connect, DiscardPolicy } from 'nats';
import { Platform } from './platform';

/** An outage is noticed within two rounds of a node's look, a lease ends within ten seconds. */
const PATIENT = { timeoutMs: 60_000, intervalMs: 500 };
jest.setTimeout(200_000); // each waits for an outage to be noticed, and for its end

let postgres: TestPostgres;
let platform: Platform;
beforeAll(async () => {
  postgres = await startPostgres();
  platform = await Platform.start({ makeDatabase: () => postgres.createDatabase() });
}, PLATFORM_START_MS);
afterAll(async () => {
  await platform?.stop();
  await postgres?.stop();
});

interface Status {
  readonly services: readonly { service: string; health: string; since?: string }[];
  readonly parts: readonly {
    part: string;
    state: string;
    since?: string;
    detail: string;
    stream?: { full: boolean; messages: number; consumers: readonly object[] };
  }[];
  readonly protocols: readonly { state: string }[];
}

const status = async (): Promise<Status & { readonly code: number | null; readonly tookMs: number }> => {
  const before = performance.now();
  const env = { ETCD_HOSTS: platform.etcd.hosts, ...platform.portVariables };
  const run = spawnProgram(process.execPath, ['dist/apps/dmctl/main.mjs', 'status', '--json'], env);
  const { code } = await run.exited;
  // The error is JSON too, on standard error, and comes last.
  const [document = '{}'] = /^\{\n[^]*?^\}$/m.exec(run.output) ?? [];
  return { ...(JSON.parse(document) as Status), code, tookMs: performance.now() - before };
};
const partOf = ({ parts }: Status, name: string) => parts.find(({ part }) => part === name);
const healthOf = ({ services }: Status, name: string) => services.find(({ service }) => service === name)?.health;
const readiness = async (): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${platform.ports.nodeHttp}/readyz`);
  return `${response.status} ${await response.text()}`;
};

const expectAllWell = (): Promise<void> =>
  eventually(async () => {
    expect(await readiness()).toBe('200 ready\n');
    const all = await status();
    expect(all.parts.map(({ part, state }) => `${part} ${state}`)).toEqual(['etcd up', 'NATS up', 'PostgreSQL up']);
    expect(all).toMatchObject({ code: 0, protocols: [{ state: 'running' }] });
    expect(partOf(all, 'NATS')?.stream).toMatchObject({ full: false, consumers: [{ waiting: 0 }] });
  }, PATIENT);

test('all is well', expectAllWell);

test('NATS frozen', async () => {
  await platform.nats.pause();
  await eventually(async () => expect(await readiness()).toMatch(/^503 not ready: NATS/), PATIENT);
  const seen = await status();
  expect(seen).toMatchObject({ code: 3 });
  expect(seen.tookMs).toBeLessThan(20_000);
  expect(partOf(seen, 'NATS')).toMatchObject({ state: 'down', since: expect.stringMatching(/^\d{4}-/) as string });
  expect(partOf(seen, 'PostgreSQL')).toMatchObject({ state: 'up' });
  expect(healthOf(seen, 'dm.rpc')).toBe('not serving');
  expect(healthOf(seen, 'dg.rpc')).toBe('not serving');
  await platform.nats.restart();
  await expectAllWell();
});

test('the stream full', async () => {
  const connection = await connect({ servers: platform.nats.url });
  const { streams } = await connection.jetstreamManager();
  const { config } = await streams.info('ALINK');
  await streams.update('ALINK', { ...config, discard: DiscardPolicy.New, max_bytes: 1 });
  await eventually(async () => expect(await readiness()).toBe('503 not ready: reports\n'), PATIENT);
  const seen = await status();
  expect(partOf(seen, 'NATS')).toMatchObject({ state: 'down', stream: { full: true } });
  expect(partOf(seen, 'NATS')?.detail).toContain('reports are not kept: stream refused the message');
  await streams.update('ALINK', config);
  await connection.close();
  await expectAllWell();
});

test('PostgreSQL killed: dm.rpc does not serve, and nodes take devices', async () => {
  await postgres.kill();
  await eventually(async () => expect(healthOf(await status(), 'dm.rpc')).toBe('not serving'), PATIENT);
  const seen = await status();
  expect(seen.tookMs).toBeLessThan(20_000);
  expect(partOf(seen, 'PostgreSQL')).toMatchObject({ state: 'down' });
  // Reports are kept by NATS, so that the node may have devices.
  expect(await readiness()).toBe('200 ready\n');
  await postgres.restart();
  await expectAllWell();
});

test('dm.rpc killed: the others tell since when', async () => {
  await platform.stopApp('dm-rpc', 'SIGKILL');
  await eventually(async () => {
    const seen = await status();
    expect(seen).toMatchObject({ code: 3 });
    const dm = seen.services.find(({ service }) => service === 'dm.rpc');
    expect(dm).toMatchObject({ health: 'not registered', since: expect.stringMatching(/^\d{4}-/) as string });
  }, PATIENT);
  await platform.startApp('dm-rpc');
  await expectAllWell();
});

test('a node killed is gone once its lease has ended', async () => {
  await platform.stopApp('protocol-aliyun-mqtt', 'SIGKILL');
  await eventually(async () => expect((await status()).protocols).toMatchObject([{ state: 'gone' }]), PATIENT);
  await platform.startApp('protocol-aliyun-mqtt');
  await expectAllWell();
});

test('etcd killed', async () => {
  await platform.etcd.kill();
  await eventually(async () => {
    const seen = await status();
    expect(seen.tookMs).toBeLessThan(20_000);
    expect(partOf(seen, 'etcd')).toMatchObject({ state: 'down' });
    expect(partOf(seen, 'PostgreSQL')).toMatchObject({ state: 'up' });
  }, PATIENT);
});
