/** The programs of `examples/`, run as their READMEs say, against the apps on real etcd, NATS and PostgreSQL. */
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { services } from '@alink/contract';
import {
  eventually,
  PLATFORM_START_MS,
  removeFolder,
  spawnProgram,
  temporaryFolder,
  type SpawnedApp,
} from '@alink/testing';
import { DEVICE, Platform, PRODUCT } from './platform';

/** `go generate` and a build on a machine that has never built them: some 200 modules to fetch and to compile. */
const COLD_GO_MS = 900_000;
const TOKEN = 'a-token-of-32-visible-characters';

const root = join(import.meta.dirname, '../../..');
const work = temporaryFolder('examples');

/** A program that calls dm.rpc. */
interface Caller {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** What it prints of the device; the device's report has the temperature 21.5. */
  readonly found: RegExp;
  /** What it prints of a device that does not exist. */
  readonly refused: RegExp;
}

const nodeService: Caller = {
  name: 'node-service',
  command: [process.execPath, 'examples/node-service/service.mjs'],
  // What a device was set to is what is known of it, until it reports again.
  found: /^temperature (?:21\.5|28) \d{4}-\d\d-\d\dT[^]*^the device answered 200$/m,
  refused: /^100009 \S/,
};
const goPrograms: Caller[] = [
  {
    name: 'go-client',
    command: [join(work, 'go-client')],
    found: /^temperature (?:21\.5|28) \d{4}-\d\d-\d\dT/m,
    refused: /^100009 \S/,
  },
  {
    name: 'go-zero-client',
    command: [join(work, 'go-zero-client')],
    found: /^dev001 online: true$/m,
    // It shows the error as it comes.
    refused: /^\{"code":100009,/,
  },
];
const canRunGo = spawnSync('go', ['version']).status === 0;
const callers = canRunGo ? [nodeService, ...goPrograms] : [nodeService];

let platform: Platform;
let device: SpawnedApp;

const start = ([command, ...args]: readonly [string, ...string[]], env: Record<string, string> = {}): SpawnedApp =>
  spawnProgram(command, args, {
    BROKER_URL: `mqtt://127.0.0.1:${platform.ports.mqtt}`,
    DM_RPC: `127.0.0.1:${platform.ports.dm}`,
    ETCD_HOSTS: platform.etcd.hosts,
    ...env,
  });
const startDevice = (env?: Record<string, string>): SpawnedApp =>
  start([process.execPath, 'examples/node-device/device.mjs'], env);

/** Runs a program to its end. */
const run = async (...started: Parameters<typeof start>) => {
  const program = start(...started);
  const { code } = await program.exited;
  return { code, output: program.output };
};

beforeAll(async () => {
  // The token is for the node, and for later: no service asks for one yet.
  platform = await Platform.start({ env: { GRPC_TOKEN: TOKEN } });
  await platform.createManualsDevice();
  device = startDevice();
  await device.waitForLine(/^report kept: 200$/m);
  await eventually(async () => expect(await platform.latest('temperature')).toBe(21.5));
}, PLATFORM_START_MS);
afterAll(async () => {
  await device?.stop();
  await platform?.stop();
  removeFolder(work);
});

describe('node-device', () => {
  test('has its event kept', async () => {
    await device.waitForLine(/^event kept: 200$/m);
    await eventually(async () => {
      const events = await platform
        .client(services.deviceMsg)
        .eventLogIndex({ productID: PRODUCT, deviceName: DEVICE });
      expect(events.list).toEqual([
        expect.objectContaining({ dataID: 'highTemperature', params: '{"temperature":99}' }),
      ]);
    });
  });

  test('answers a service that is called synchronously', async () => {
    const call = { productID: PRODUCT, deviceName: DEVICE, actionID: 'echo', inputParams: '{"text":"hello"}' };
    const answer = await platform.client(services.deviceInteract).actionSend(call);
    expect(answer).toMatchObject({ code: '200', outputParams: '{"text":"hello"}' });
  });

  test('says why it is not let in', async () => {
    const refused = startDevice({ DEVICE_SECRET: 'not-its-secret' });
    try {
      await refused.waitForLine(/^the platform did not let the device in: .*Bad username or password$/m);
    } finally {
      await refused.stop();
    }
  });
});

describe('gateway', () => {
  const dmctl = (...args: string[]) =>
    run([process.execPath, 'tools/dmctl.mjs', '--endpoint', `127.0.0.1:${platform.ports.dm}`, ...args]);
  let gateway: SpawnedApp;
  beforeAll(async () => {
    const applied = await dmctl('apply', '-f', 'examples/gateway/platform.yaml');
    expect(applied).toMatchObject({ code: 0 });
    const created = await dmctl('device', 'create', 'example_gateways', 'gateway001', '--secret', 'examplesecret001');
    expect(created).toMatchObject({ code: 0 });
  }, PLATFORM_START_MS);
  afterEach(() => gateway.stop());

  test.each([
    ['TCP', 'mqtt'],
    ['TLS', 'mqtts'],
  ])('registers, adds and logs in its sub-device over %s, and reports for it', async (_name, scheme) => {
    gateway = start([process.execPath, 'examples/gateway/gateway.mjs'], {
      BROKER_URL: `${scheme}://127.0.0.1:${platform.ports.mqtt}`,
      NODE_EXTRA_CA_CERTS: join(platform.dataDir, 'tls/ca.crt'),
    });
    await gateway.waitForLine(
      /^registered: 200 success\nadded: 200 success\nlogged in: 200 success\nreport kept: 200 success$/m,
    );
    await eventually(async () => expect(await platform.latest('power', 'meter001', 'example_meters')).toBe(42));
    const set = { productID: 'example_meters', deviceName: 'meter001', data: '{"power":7}', shadowControl: 1 };
    expect(await platform.client(services.deviceInteract).propertyControlSend(set)).toMatchObject({ code: '200' });
    await gateway.waitForLine(/^set: \{"power":7\}$/m);
  });

  test('says which step is refused', async () => {
    gateway = start([process.execPath, 'examples/gateway/gateway.mjs'], { SUB_DEVICE_NAME: 'meter404' });
    await gateway.waitForLine(/^registered: 6100 /m);
  });
});

const describeGo = (): void =>
  describe.each(goPrograms)('$name', ({ name, command: [program] }) => {
    /** With our whole environment: it may name a proxy or a mirror of modules. */
    const inFolder = (command: string, ...args: string[]) =>
      promisify(execFile)(command, args, { cwd: join(root, 'examples', name) });

    beforeAll(async () => {
      await inFolder('go', 'generate', './...');
      await inFolder('go', 'build', '-buildvcs=false', '-o', program, '.');
    }, COLD_GO_MS);

    test('is formatted and vetted', async () => {
      expect(await inFolder('gofmt', '-l', 'main.go')).toEqual({ stdout: '', stderr: '' });
      await inFolder('go', 'vet', './...');
    }, 300_000); // the second one may have to type-check some 200 modules
  });

if (canRunGo) describeGo();
else test.skip('the Go programs: there is no go on the PATH', () => undefined);

describe.each(callers)('$name', ({ command, found, refused }) => {
  test('finds the device', async () => {
    expect(await run(command)).toEqual({ code: 0, output: expect.stringMatching(found) });
  });

  test('says what is refused', async () => {
    expect(await run([...command, PRODUCT, 'nobody'])).toEqual({ code: 1, output: expect.stringMatching(refused) });
  });
});

test('the property that node-service sets reaches the device', () =>
  device.waitForLine(/^set: \{"temperature":28\}$/m));

describe('a dm.rpc on an IPv6 address', () => {
  beforeAll(async () => {
    await platform.stopApp('dm-rpc');
    await platform.startApp('dm-rpc', { HOST: '::1' });
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await platform.stopApp('dm-rpc');
    await platform.startApp('dm-rpc');
  }, PLATFORM_START_MS);

  test('stands in etcd with brackets', async () => {
    expect(await platform.etcd.etcdctl('get', '--prefix', 'dm.rpc/', '--print-value-only')).toMatch(/^\[::1\]:\d+$/m);
  });

  // The node itself has found it there: the device's report is what the callers see.
  const throughEtcd = callers.filter(({ name }) => name === 'go-zero-client');
  if (throughEtcd.length === 0) test.skip('go-zero: there is no go on the PATH', () => undefined);
  else {
    test.each(throughEtcd)('is found there by $name', async ({ command, found }) => {
      expect(await run(command)).toEqual({ code: 0, output: expect.stringMatching(found) });
    });
  }
});

describe('a dm.rpc that asks for a token', () => {
  beforeAll(async () => {
    const file = join(work, 'tokens');
    writeFileSync(file, `node:${TOKEN}\n`, { mode: 0o600 });
    await platform.stopApp('dm-rpc');
    await platform.startApp('dm-rpc', { GRPC_TOKENS_FILE: file });
  }, PLATFORM_START_MS);

  test.each(callers)('gets it from $name', async ({ command, found }) => {
    expect(await run(command)).toEqual({ code: 1, output: expect.stringContaining('100012') });
    expect(await run(command, { GRPC_TOKEN: TOKEN })).toEqual({ code: 0, output: expect.stringMatching(found) });
  });
});
