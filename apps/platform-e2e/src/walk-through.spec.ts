/** The manual's walk-through ("阿里云MQTT协议接入"), word for word with the real mosquitto clients, on what `npm start` runs. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { deviceCredentials } from '@alink/signing';
import {
  eventually,
  freePort,
  removeFolder,
  SdkDevice,
  spawnApp,
  spawnProgram,
  temporaryFolder,
  type SpawnedApp,
} from '@alink/testing';
import { DEVICE, DEVICE_SECRET, PRODUCT } from './platform';

const IDENTITY = `export CLIENT_ID="aliyun_test_01.dev001|securemode=3,signmethod=hmacsha256,timestamp=1778593628940|"
export USERNAME="dev001&aliyun_test_01"
export PASSWORD="87954302c6bbb203f8f386d84574dae4227f1f8cc1bdc8b83407c324edce95c8"
`;
const SUBSCRIBE = `mosquitto_sub -h 127.0.0.1 -p 1883 -i "$CLIENT_ID" -u "$USERNAME" -P "$PASSWORD" -t "/sys/aliyun_test_01/dev001/thing/service/property/set"`;
const REPORT = `mosquitto_pub -h 127.0.0.1 -p 1883 -i "$CLIENT_ID" -u "$USERNAME" -P "$PASSWORD" -t "/sys/aliyun_test_01/dev001/thing/event/property/post" \\
  -m '{"id":"123","version":"1.0","params":{"temperature":{"value":25.5,"time":1778593628940}},"method":"thing.event.property.post"}'`;
const COMMAND = `mosquitto_pub -h 127.0.0.1 -p 1883 -i "cloud_publisher_001" -u "$USERNAME" -P "$PASSWORD" -t "/sys/aliyun_test_01/dev001/thing/service/property/set" \\
  -m '{"id":"456","version":"1.0","params":{"temperature":30},"method":"thing.service.property.set"}'`;

const dataDir = temporaryFolder('standalone');
let env: Record<string, string>;
let standalone: SpawnedApp;

const start = async (): Promise<SpawnedApp> => {
  const app = spawnApp('standalone', env);
  await app.waitForLine(/What happens now/, 60_000);
  return app;
};

/** Runs a line of the manual in a shell; only the port differs. */
const paste = (line: string): SpawnedApp => {
  const moved = line.replace('-p 1883', `-p ${env['MQTT_PORT']}`);
  // `exec`, so that a signal reaches the client and not the shell.
  return spawnProgram('sh', ['-c', `${IDENTITY}exec ${moved}`], {});
};

/**
 * Runs `npx dmctl` as far as npx comes into play: its program. It is run again until it says so: with a platform that is
 * slow it says that instead.
 */
const expectDmctl = (args: readonly string[], code: number, output: RegExp): Promise<void> =>
  eventually(async () => {
    const endpoint = ['--endpoint', `127.0.0.1:${env['DM_GRPC_PORT']}`];
    const program = spawnProgram(process.execPath, ['tools/dmctl.mjs', ...endpoint, ...args], {});
    const exited = await program.exited;
    expect(program.output).toMatch(output);
    expect(exited.code).toBe(code);
  });

const expectLatest = (temperature: RegExp): Promise<void> =>
  expectDmctl(['property', 'latest', PRODUCT, DEVICE], 0, temperature);

const connectDevice = (): Promise<SdkDevice> =>
  SdkDevice.connect({
    port: Number(env['MQTT_PORT']),
    ...deviceCredentials({ productKey: PRODUCT, deviceName: DEVICE, deviceSecret: DEVICE_SECRET }),
  });

/** The live lines so far of this kind. */
const live = (word: string): string[] =>
  standalone.output.split('\n').filter((line) => new RegExp(`^\\d\\d:\\d\\d:\\d\\d  ${word} `).test(line));

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A free port for every variable. */
const freePorts = async (): Promise<Record<string, string>> => {
  const variables = ['MQTT', 'MQTT_TLS', 'MQTT_WS', 'GATEWAY_GRPC', 'GATEWAY_HTTP', 'DM_GRPC', 'TIMEDJOB_GRPC'];
  return Object.fromEntries(
    await Promise.all(variables.map(async (name) => [`${name}_PORT`, String(await freePort())] as const)),
  ) as Record<string, string>;
};

beforeAll(async () => {
  env = { ...(await freePorts()), DATA_DIR: join(dataDir, 'data') };
  standalone = await start();
}, 90_000); // makes a database and starts everything
afterAll(async () => {
  await standalone?.stop('SIGINT');
  removeFolder(dataDir);
});

test('the three commands of the manual', async () => {
  const subscriber = paste(SUBSCRIBE);
  await eventually(() => expect(live('connect')).toHaveLength(1));
  // The report takes the session over. The subscriber comes back by itself after a second, but not before we let it: it
  // would cut a report that takes longer.
  subscriber.pause();
  const report = paste(REPORT);
  expect((await report.exited).code).toBe(0);
  subscriber.resume();
  await eventually(() => expect(live('connect')).toHaveLength(3));
  const command = paste(COMMAND);
  expect((await command.exited).code).toBe(0);
  await subscriber.waitForLine(/\{.*\}\n/);
  expect(subscriber.output).toBe(
    '{"id":"456","version":"1.0","params":{"temperature":30},"method":"thing.service.property.set"}\n',
  );
  await subscriber.stop();
  await eventually(() => expect(live('disconnect')).toHaveLength(3));
  expect(live('disconnect')[0]).toMatch(/aliyun_test_01\/dev001 {2}taken over/);
  await eventually(() => expect(live('report')).toHaveLength(1));
  expect(live('report')[0]).toMatch(/\{"temperature":25\.5\} {2}thing\/event\/property\/post$/);
  expect(live('command')).toEqual([expect.stringMatching(/thing\/service\/property\/set$/)]);
});

test('dmctl shows what was reported, with its time', () =>
  expectLatest(/^temperature +Temperature +25\.5 +2026-05-12T13:47:08\.940Z/m));

describe('dmctl property set', () => {
  const set = ['property', 'set', PRODUCT, DEVICE, '{"temperature":28}'];

  test('reaches the device, and prints its answer', async () => {
    const device = await connectDevice();
    device.onPropertySet(({ params }) => ({ code: 200, data: params }));
    await expectDmctl(set, 0, /^200 success\n$/);
    expect(JSON.parse(device.received[0]!.payload.toString())).toMatchObject({ params: { temperature: 28 } });
    // The line comes once the reply is kept; whoever waits for it need not wait for that.
    await eventually(() => expect(live('reply')).not.toHaveLength(0));
    await device.end();
  });

  test('says that a device did not answer in time', async () => {
    const device = await connectDevice();
    await expectDmctl(
      [...set, '--timeout', '1'],
      1,
      /did not answer in time; many devices never send set_reply and only report the new value \(2000002\)/,
    );
    await device.end();
  });

  test('says that a device is offline', async () => {
    const disconnects = live('connect').length;
    await eventually(() => expect(live('disconnect')).toHaveLength(disconnects));
    await expectDmctl(set, 1, /the device is offline \(2000003\)/);
  });
});

test('a refused device is a live line that says why, without the password', async () => {
  const refused = paste(REPORT.replace('$PASSWORD', 'not-the-password'));
  expect((await refused.exited).code).not.toBe(0);
  await eventually(() => expect(live('refused')).toHaveLength(1));
  expect(live('refused')[0]).toMatch(/aliyun_test_01\/dev001 .*CONNACK 4 .*not the hex text of an HMAC/);
  expect(standalone.output).not.toContain('not-the-password');
});

test('Ctrl-C ends everything, and a second start has the data', async () => {
  const [pid = 0] = readFileSync(join(dataDir, 'data/postgres/data/postmaster.pid'), 'utf8').split('\n').map(Number);
  expect(isRunning(pid)).toBe(true);
  expect(await standalone.stop('SIGINT')).toEqual({ code: 0, signal: null });
  expect(standalone.output).toMatch(/stopped\.\n$/);
  expect(isRunning(pid)).toBe(false);
  standalone = await start();
  // What the device has accepted to be set to.
  await expectLatest(/^temperature +Temperature +28 /m);
  await paste(REPORT.replace('25.5', '19.5')).exited;
  await eventually(() => expect(live('report')).toHaveLength(1));
}, 90_000); // stops everything and starts it again

test('a port that is taken is named in one line, with the variable that moves it', async () => {
  const ports = await freePorts();
  const occupant = createServer().listen(Number(ports['MQTT_PORT']), '127.0.0.1');
  const folder = temporaryFolder('port-taken');
  const app = spawnApp('standalone', { ...ports, DATA_DIR: join(folder, 'data') });
  expect(await app.exited).toEqual({ code: 1, signal: null });
  const lines = app.output.trim().split('\n');
  expect(lines.filter((line) => line !== 'Alink Platform is starting ...')).toEqual([
    expect.stringMatching(new RegExp(`${ports['MQTT_PORT']}.*MQTT_PORT`)),
  ]);
  removeFolder(folder);
  await new Promise((resolve) => occupant.close(resolve));
}, 60_000); // starts everything
