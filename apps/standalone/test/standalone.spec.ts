/** What `npm start` runs, as a process of its own, on free ports and in a folder of its own. */
import { connectRpc } from '@alink/rpc';
import { services } from '@alink/contract';
import { deviceCredentials } from '@alink/signing';
import {
  ConnectRefusedError,
  eventually,
  freePort,
  PATIENCE_MS,
  removeFolder,
  SdkDevice,
  spawnApp,
  spawnProgram,
  temporaryFolder,
  type SpawnedApp,
} from '@alink/testing';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const portVariables = [
  'MQTT_PORT',
  'MQTT_TLS_PORT',
  'MQTT_WS_PORT',
  'GATEWAY_GRPC_PORT',
  'GATEWAY_HTTP_PORT',
  'DM_GRPC_PORT',
  'TIMEDJOB_GRPC_PORT',
] as const;
type PortVariable = (typeof portVariables)[number];

const started: SpawnedApp[] = [];
const folders: string[] = [];

/** Ports and a data folder for one platform; a test may start it several times. */
const makeEnvironment = async (): Promise<Record<PortVariable | 'DATA_DIR', string>> => {
  const ports = await Promise.all(portVariables.map(async (name) => [name, String(await freePort())] as const));
  const folder = temporaryFolder('standalone');
  folders.push(folder);
  return { ...Object.fromEntries(ports), DATA_DIR: join(folder, 'data') } as Record<PortVariable | 'DATA_DIR', string>;
};

const start = (env: Record<string, string>): SpawnedApp => {
  const app = spawnApp('standalone', env);
  started.push(app);
  return app;
};

const startAndWait = async (env: Record<string, string>): Promise<SpawnedApp> => {
  const app = start(env);
  await app.waitForLine(/line by line/, 60_000);
  return app;
};

afterAll(async () => {
  for (const app of started) await app.stop('SIGTERM');
  for (const folder of folders) removeFolder(folder);
});

const run = async (command: string, args: string[]): Promise<{ output: string; code: number | null }> => {
  const program = spawnProgram(command, args, {});
  const { code } = await program.exited;
  return { output: program.output, code };
};

const login = (port: string, deviceSecret = 'testsecret001') => ({
  port: Number(port),
  ...deviceCredentials({
    productKey: 'aliyun_test_01',
    deviceName: 'dev001',
    deviceSecret,
    timestamp: 1778593628940,
  }),
});

describe('npm start', () => {
  let env: Awaited<ReturnType<typeof makeEnvironment>> & { readonly CALLERS_WITHOUT_USER: string };
  let app: SpawnedApp;
  beforeAll(async () => {
    // Calls that do not say whom they are for have no right: all of ours, the demo's and the node's too, say it.
    env = { ...(await makeEnvironment()), CALLERS_WITHOUT_USER: 'none' };
    app = await startAndWait(env);
  }, 90_000); // makes a database and starts everything

  test('shows where everything is, without colours when nobody looks', () => {
    expect(app.output).toContain(`127.0.0.1:${env.MQTT_PORT} (TCP and TLS), ${env.MQTT_TLS_PORT} (TLS)`);
    expect(app.output).toContain(`127.0.0.1:${env.DM_GRPC_PORT} (gRPC)`);
    expect(app.output).toContain('embedded');
    expect(app.output).not.toContain('\u001b');
  });

  test('the commands that it shows work when pasted', async () => {
    const [, shown = ''] = app.output.match(/in other terminals:\n([\s\S]*?)\nWhat happens now/) ?? [];
    const commands = shown
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
      .map((line) => line.replace(/^npx dmctl/, `${process.execPath} tools/dmctl.mjs`));
    const exports = commands.filter((line) => line.startsWith('export ')).join('\n');
    const [subscribe, report, command] = commands.filter((line) => line.startsWith('mosquitto_')) as [
      string,
      string,
      string,
    ];
    const dmctl = (words: string) =>
      commands.find((line) => line.includes(`dmctl.mjs`) && line.includes(words)) as string;
    const shell = (line: string) => run('sh', ['-c', `${exports}\n${line}`]);

    const subscriber = spawnProgram('sh', ['-c', `${exports}\nexec ${subscribe}`], {});
    try {
      await app.waitForLine(/connect {5}aliyun_test_01\/dev001/);
      // The subscriber is thrown out by the report, and comes back by itself after a second, but not before we let it: it
      // would cut a report that takes longer.
      subscriber.pause();
      expect(await shell(report)).toMatchObject({ code: 0 });
      subscriber.resume();
      await app.waitForLine(/(connect {5}aliyun[\s\S]*){3}/);
      expect(await shell(command)).toMatchObject({ code: 0 });
      await subscriber.waitForLine(/"temperature":30/);
      await eventually(async () => expect((await shell(dmctl('latest'))).output).toMatch(/25\.5/));
      await eventually(async () => {
        const ran = await shell(dmctl('set'));
        expect(ran.output).toContain('2000002');
        expect(ran.code).toBe(1);
      });
      await app.waitForLine(/command {5}aliyun_test_01\/dev001  .*did not answer in time.*code 2000002/);
      await eventually(async () => expect(await shell(dmctl('connect-params'))).toMatchObject({ code: 0 }));
    } finally {
      await subscriber.stop();
    }
    await eventually(async () => expect((await shell(dmctl('set'))).output).toContain('2000003'));
    await app.waitForLine(/command {5}aliyun_test_01\/dev001  .*the device is offline.*code 2000003/);
  }, 90_000); // a command waits 8 s for a device that is there and does not answer

  test('each thing that happens has its line', async () => {
    const linesOf = (word: RegExp): number =>
      app.output.split('\n').filter((line) => new RegExp(` ${word.source}aliyun_test_01/dev001`).test(line)).length;
    const connects = linesOf(/connect {5}/);
    const device = await SdkDevice.connect(login(env.MQTT_PORT));
    await eventually(() => expect(linesOf(/connect {5}/)).toBe(connects + 1));
    await device.end();
    await eventually(() => expect(linesOf(/disconnect {2}/)).toBe(connects + 1));
    await expect(SdkDevice.connect(login(env.MQTT_PORT, 'wrong-secret'))).rejects.toThrow(ConnectRefusedError);
    const [line] = await app.waitForLine(/refused {5}aliyun_test_01\/dev001 .*sign.*/);
    expect(line).not.toContain('wrong-secret');
    await app.waitForLine(/report {6}aliyun_test_01\/dev001 .*25\.5/);
    await app.waitForLine(/command {5}aliyun_test_01\/dev001 /);
  });

  test('a second one finds the port taken, says so in one line, and leaves nothing behind', async () => {
    const other = { ...(await makeEnvironment()), MQTT_PORT: env.MQTT_PORT };
    const second = start(other);
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.output.trim().split('\n').at(-1)).toMatch(
      new RegExp(`^standalone: port ${env.MQTT_PORT} is already in use; set MQTT_PORT `),
    );
    expect(existsSync(join(other.DATA_DIR, 'postgres'))).toBe(false);
  }, 60_000); // starts everything

  test('a Ctrl-C stops it cleanly, and the data is there at the next start', async () => {
    expect(await app.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(app.output).toMatch(/stopping \.\.\.\n[\s\S]*stopped\.\n$/);

    app = await startAndWait({ ...env, DEMO: 'off' });
    expect(app.output).not.toContain('mosquitto_sub');
    // What PostgreSQL's part says when it finds a server of an earlier run still there.
    expect(readFileSync(join(env.DATA_DIR, 'standalone.log'), 'utf8')).not.toContain('left behind');
    const channel = connectRpc(`127.0.0.1:${env.DM_GRPC_PORT}`, { deadlineMs: PATIENCE_MS });
    try {
      const request = { productID: 'aliyun_test_01', deviceName: 'dev001' };
      const { list } = await channel.client(services.deviceMsg).propertyLatestIndex(request);
      expect(list?.[0]).toMatchObject({ dataID: 'temperature', timestamp: '1778593628940' });
    } finally {
      channel.close();
    }
    await app.stop('SIGTERM');
  }, 90_000); // stops everything and starts it again

  test('another key than the one that sealed the data ends the start with one line', async () => {
    const key = randomBytes(32).toString('hex');
    const second = start({ ...env, SECRET_KEY: key });
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.output.trim().split('\n').at(-1)).toMatch(
      /^standalone: SECRET_KEY and SECRET_KEYS_OLD lack a key that seals stored secrets \(\d+ with key /,
    );
    expect(second.output).not.toContain(key);
  }, 60_000); // starts everything

  test('the log holds no secret', () => {
    const log = readFileSync(join(env.DATA_DIR, 'standalone.log'), 'utf8');
    expect(log).toContain('"msg":"configuration"');
    expect(log).not.toContain('testsecret001');
    expect(log).not.toContain('87954302c6bbb203');
    const password = readFileSync(join(env.DATA_DIR, 'secret.key'), 'utf8').trim();
    expect(log).not.toContain(password);
  });
});

test('DEMO=off starts empty', async () => {
  const env = await makeEnvironment();
  const app = await startAndWait({ ...env, DEMO: 'off' });
  const channel = connectRpc(`127.0.0.1:${env.DM_GRPC_PORT}`, { deadlineMs: PATIENCE_MS });
  try {
    expect(await channel.client(services.productManage).productInfoIndex({})).toMatchObject({ list: [] });
  } finally {
    channel.close();
    await app.stop();
  }
}, 90_000); // makes a database and starts everything

test('a bad value ends the start with one line', async () => {
  const app = start({ ...(await makeEnvironment()), MQTT_PORT: 'many' });
  expect(await app.exited).toEqual({ code: 1, signal: null });
  expect(app.output).toBe('standalone: bad configuration: MQTT_PORT is "many", must be a port number, 0 to 65535\n');
});

test('a data folder that is in use is named, and the terminal says where to read more', async () => {
  const env = await makeEnvironment();
  const app = await startAndWait(env);
  const second = start({ ...(await makeEnvironment()), DATA_DIR: env.DATA_DIR });
  expect(await second.exited).toEqual({ code: 1, signal: null });
  expect(second.output).toMatch(/standalone: .*in use by process \d+.*standalone\.log/);
  await app.stop();
}, 90_000); // makes a database and starts everything, twice

// Only root may become another user.
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;
asRoot('a service user in a folder that belongs to root', () => {
  const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const asNobody = (script: string, env: Record<string, string>, cwd: string): SpawnedApp => {
    const args = [...NOBODY, process.execPath, join(import.meta.dirname, '../../..', script)];
    const app = spawnProgram('setpriv', args, { ...env, HOME: '/nonexistent' }, cwd);
    started.push(app);
    return app;
  };

  test('starts it from any working directory', async () => {
    const env = await makeEnvironment();
    mkdirSync(env.DATA_DIR, { recursive: true });
    chownSync(env.DATA_DIR, 65534, 65534);
    chmodSync(dirname(env.DATA_DIR), 0o755);
    const app = asNobody('tools/start.mjs', env, '/');
    await app.waitForLine(/line by line/, 60_000);
    expect(await app.stop('SIGINT')).toMatchObject({ code: 0 });
  }, 120_000); // makes a database and starts everything

  test('is told in one line where its data cannot be', async () => {
    const env = { ...(await makeEnvironment()), DATA_DIR: '/usr/no' };
    const app = asNobody('tools/start.mjs', env, '/');
    expect((await app.exited).code).toBe(1);
    expect(app.output).toMatch(/^standalone: DATA_DIR cannot be used: .*; set DATA_DIR to a folder .*\n$/);
  });
});
