/** What the HTTPS interface does against guessers and floods, with real requests; ways-in.spec shows its bytes. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMemoryBus } from '@alink/bus';
import { createLogger, createMetrics } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { dynregContent, sign } from '@alink/signing';
import { DeviceDirectory } from '../directory/device-directory';
import type { DeviceEntry, ProductEntry } from '../directory/records';
import { noGuard, type GuardConfig } from '../guard/config';
import { Guard } from '../guard/guard';
import { Journal, type Activity } from '../journal';
import { setPeer } from '../link/peer';
import { createNodeMetrics } from '../metrics';
import { authRoutes } from './auth-routes';

const PRODUCT_KEY = 'aliyun_test_01';
const product: ProductEntry = {
  productKey: PRODUCT_KEY,
  productID: PRODUCT_KEY,
  secret: 'productsecret01',
  enabled: true,
  autoRegister: 2,
  model: undefined,
};
const deviceEntry = (deviceName: string): DeviceEntry => ({
  productKey: PRODUCT_KEY,
  productID: PRODUCT_KEY,
  deviceName,
  secret: `secret-of-${deviceName}`,
  enabled: deviceName !== 'dev-disabled',
  registration: 'operator',
  lastClientId: '',
  resetAt: 0,
  tokens: [],
});

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((stop) => stop()));
});

/** Every device whose name begins with `dev` exists. */
const start = async (limits: Partial<GuardConfig>) => {
  const clock = { time: 1_778_593_628_940, now: () => clock.time };
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const bus = createMemoryBus();
  const metrics = createMetrics('test');
  const nodeMetrics = createNodeMetrics(metrics, () => 0);
  const activities: Activity[] = [];
  const onActivity = (activity: Activity): void => void activities.push(activity);
  const journal = new Journal({ bus, log, clock, metrics: nodeMetrics, onActivity });
  const guard = new Guard({ config: { ...noGuard, ...limits }, clock, log, journal, metrics, nodeMetrics });
  /** Names of devices for which dm.rpc was asked for credentials. */
  const asked: string[] = [];
  const routes = authRoutes({
    directory: new DeviceDirectory(
      {
        resolve: async (refs) => ({
          products: [product],
          devices: refs
            .filter(({ productKey, deviceName }) => productKey === PRODUCT_KEY && /^dev/.test(deviceName))
            .map(({ deviceName }) => deviceEntry(deviceName)),
        }),
        register: async () => undefined,
      },
      clock,
    ),
    credentials: {
      registerDevice: async (_product, deviceName) => {
        asked.push(deviceName);
        const isKnown = /^dev/.test(deviceName);
        return { outcome: isKnown ? 'registered' : 'unknownDevice', deviceSecret: `secret-of-${deviceName}` };
      },
      issueIotToken: async (_product, deviceName) => {
        asked.push(deviceName);
        return { iotId: 'id', iotToken: 'token', expiresAt: 0 };
      },
    },
    journal,
    lockout: guard.lockout,
    connectRate: guard.connectRate,
    plain: true,
    publicEndpoint: undefined,
    mqttPort: 1883,
    log,
  });
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const address = String(request.headers['x-test-address'] ?? '192.0.2.1');
    setPeer(request.socket, { address, port: 50_000, secure: false, certificates: [] });
    void routes[`${request.method} ${request.url}`]!(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push(async () => {
    server.closeAllConnections();
    server.close();
    await bus.close();
  });
  const { port } = server.address() as AddressInfo;
  const post = async (path: string, fields: Record<string, string>, address = '192.0.2.1'): Promise<number> => {
    const body = new URLSearchParams(fields);
    const headers = { 'x-test-address': address };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers });
    return ((await response.json()) as { code: number }).code;
  };
  return {
    clock,
    lines,
    activities,
    asked,
    post,
    /** @returns the code of a request to `/auth/devicename` */
    authenticate: (deviceName: string, secret = `secret-of-${deviceName}`, address?: string) => {
      const content = `clientIdxdeviceName${deviceName}productKey${PRODUCT_KEY}`;
      const names = { productKey: PRODUCT_KEY, deviceName, clientId: 'x' };
      return post('/auth/devicename', { ...names, sign: sign('hmacmd5', secret, content) }, address);
    },
    /** @returns the code of a request to `/auth/register/device` */
    register: (deviceName: string, secret = product.secret, productKey = PRODUCT_KEY) => {
      const content = dynregContent({ productKey, deviceName, random: '1' });
      const names = { productKey, deviceName, random: '1', signMethod: 'hmacsha1' };
      return post('/auth/register/device', { ...names, sign: sign('hmacsha1', secret, content) });
    },
    metric: async (name: string): Promise<number> => {
      const row = (await metrics.render()).split('\n').find((text) => text.startsWith(`${name}{`));
      return Number(row?.split(' ').at(-1) ?? 0);
    },
  };
};

/** Activities without those that tell of one refused request. */
const locks = (activities: readonly Activity[]): Activity[] =>
  activities.filter(({ text }) => !text.startsWith('refused over HTTPS'));

const lockouts = { LOGIN_FAILURES_PER_MINUTE: 10, LOGIN_LOCK_S: 300 };
const times = async (count: number, act: (n: number) => Promise<number>): Promise<number[]> => {
  const codes: number[] = [];
  for (let n = 0; n < count; n++) codes.push(await act(n));
  return codes;
};
const all = (count: number, code: number): number[] => Array.from({ length: count }, () => code);

describe('lockout', () => {
  test('ten wrong signs lock the device at its address; a line and the metrics say so, and one until when', async () => {
    const { authenticate, activities, lines, metric, clock } = await start(lockouts);
    expect(await times(10, () => authenticate('dev1', 'guess'))).toEqual(all(10, 401));
    expect(locks(activities)).toMatchObject([
      { kind: 'refuse', productKey: PRODUCT_KEY, deviceName: 'dev1', text: expect.stringMatching(/192\.0\.2\.1 are/) },
    ]);
    const written = lines.length;
    expect(await times(5, () => authenticate('dev1'))).toEqual(all(5, 401));
    expect(lines.slice(written)).toEqual([
      expect.stringMatching(/with 401 .*locked until \d\d:\d\d:\d\d, in 300 s; .*not signed with the DeviceSecret/),
    ]);
    expect(await metric('alink_node_login_locks_total')).toBe(1);
    expect(await metric('alink_node_locked_logins_total')).toBe(5);
    expect(await authenticate('dev2')).toBe(200);
    expect(await authenticate('dev1', undefined, '198.51.100.1')).toBe(200);
    clock.time += 300_000;
    expect(await authenticate('dev1')).toBe(200);
  });

  test('a device that does not exist is locked the same way, and is told nothing by it', async () => {
    const { authenticate, metric } = await start(lockouts);
    expect(await times(12, () => authenticate('nobody'))).toEqual([...all(10, 5001), 401, 401]);
    expect(await metric('alink_node_locked_logins_total')).toBe(2);
  });

  test('names cannot be tried one after the other without end', async () => {
    const { authenticate, activities } = await start(lockouts);
    const codes = await times(210, (n) => authenticate(`nobody-${n}`));
    expect(codes).toEqual([...all(200, 5001), ...all(10, 401)]);
    expect(locks(activities)).toMatchObject([
      { text: expect.stringMatching(/wrong logins from 192\.0\.2\.1, .* are answered late/) },
    ]);
  });

  test.each([
    ['a wrong sign', 6600, { secret: 'guess' }],
    ['an unknown product', 6250, { productKey: 'nothing' }],
    ['the name of no device, with the ProductSecret', 6100, { deviceName: 'nobody' }],
  ])(
    'registration: %s counts',
    async (_name, code, { secret, productKey, deviceName = 'dev1' }: Record<string, string | undefined>) => {
      const { register } = await start(lockouts);
      expect(await times(12, () => register(deviceName, secret, productKey))).toEqual([...all(10, code), 6600, 6600]);
    },
  );

  test('what proves nothing wrong does not count: a form that is none, a disabled device', async () => {
    const { authenticate, post, activities } = await start(lockouts);
    expect(await times(20, () => authenticate('dev-disabled'))).toEqual(all(20, 401));
    expect(await times(20, () => post('/auth/devicename', { productKey: PRODUCT_KEY }))).toEqual(all(20, 460));
    expect(locks(activities)).toEqual([]);
  });

  test('a form that is none is told so also during a lock', async () => {
    const { authenticate, post } = await start(lockouts);
    const malformed = { productKey: PRODUCT_KEY, deviceName: 'dev1', sign: '00', signmethod: 'crc32' };
    expect(await post('/auth/devicename', malformed)).toBe(460);
    await times(10, () => authenticate('dev1', 'guess'));
    expect(await post('/auth/devicename', malformed)).toBe(460);
  });
});

test.each([
  ['a wrong sign', 'dev1', 'guess', 401, /not signed with the DeviceSecret; compare the sign with/],
  ['an unknown device', 'nobody', 'guess', 5001, /unknown product or device; .*dmctl device create/],
  ['a disabled device', 'dev-disabled', undefined, 401, /disabled; .*enable/],
])('the log of the device names the cause and the step: %s', async (_case, deviceName, secret, code, text) => {
  const { authenticate, activities } = await start({});
  expect(await authenticate(deviceName, secret)).toBe(code);
  await eventually(() =>
    expect(activities).toMatchObject([
      { kind: 'refuse', productKey: PRODUCT_KEY, deviceName, code, text: expect.stringMatching(text) },
    ]),
  );
});

test('a device that asks for credentials too often hears 429, and dm.rpc is not asked; one line says so', async () => {
  const { authenticate, register, asked, lines, clock } = await start({ CONNECTS_PER_MINUTE_PER_DEVICE: 3 });
  expect(await times(3, () => authenticate('dev1'))).toEqual(all(3, 200));
  expect(await times(3, () => authenticate('dev1'))).toEqual(all(3, 429));
  expect(await register('dev1')).toBe(429);
  expect(await times(4, () => register('dev2'))).toEqual([200, 200, 200, 429]);
  // Who has not the secret uses nothing up.
  expect(await times(4, () => authenticate('dev3', 'guess'))).toEqual(all(4, 401));
  expect(await authenticate('dev3')).toBe(200);
  expect(asked).toEqual([
    ...Array.from({ length: 3 }, () => 'dev1'),
    ...Array.from({ length: 3 }, () => 'dev2'),
    'dev3',
  ]);
  expect(lines.filter((line) => /more than 3 logins/.test(line))).toHaveLength(2);
  clock.time += 120_000;
  expect(await authenticate('dev1')).toBe(200);
});
