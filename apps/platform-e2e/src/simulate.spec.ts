/** `dmctl simulate` as a process, by every way in, against the running platform. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { services } from '@alink/contract';
import { eventually, PATIENCE_MS, PLATFORM_START_MS, spawnApp, testAuthority, type SpawnedApp } from '@alink/testing';
import { backends } from './backends';
import type { Platform } from './platform';

const PK = 'simulated';
const GATEWAYS = 'simulated-gateways';
const SUB_DEVICES = 'simulated-sub-devices';
const SECRET = 'secretofsimulated';

/** What these tests read of the report. */
interface Report {
  readonly connected: number;
  readonly connects: number;
  readonly registrations: number;
  readonly cuts: number;
  readonly failures: Record<string, number>;
  readonly refusedFilters: number;
  readonly messages: Record<string, { readonly sent: number; readonly accepted: number }>;
  readonly reports: { readonly sent: number; readonly accepted: number; readonly refused: number };
  readonly told: Record<string, number>;
}

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'alink-simulate-'));
    platform = await backend.start();
    await platform.createProduct(PK, { autoRegister: 3 });
    await platform.createProduct(GATEWAYS, { deviceType: 2 });
    await platform.createProduct(SUB_DEVICES, { deviceType: 3, autoRegister: 3 });
    for (const name of ['gateway-1', 'gateway-2']) await platform.createDevice(GATEWAYS, name, SECRET);
    for (const name of ['plain-1', 'plain-2', 'other-1', 'told-1']) await platform.createDevice(PK, name, SECRET);
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true });
  });

  const start = (args: string, product = PK): SpawnedApp =>
    spawnApp('dmctl', platform.portVariables, ['simulate', product, ...args.split(' '), '--insecure', '--json']);
  /** Runs it to its end. */
  const simulate = async (
    args: string,
    product = PK,
  ): Promise<Report & { readonly code: number | null; readonly output: string }> => {
    const run = start(args, product);
    const { code } = await run.exited;
    const json = /^\{[\s\S]*?^\}/m.exec(run.output)?.[0] ?? '{}';
    return { ...(JSON.parse(json) as Report), code, output: run.output };
  };
  const wellDone = (devices: number, reports: number) => ({
    code: 0,
    connected: devices,
    failures: {},
    refusedFilters: 0,
    reports: { sent: reports, accepted: reports, refused: 0 },
  });
  const QUICK = '--interval 20ms --count 3';

  test.each([
    ['tcp', 'hmacsha256', ''],
    ['tls', 'hmacsha1', '--persistent'],
    ['ws', 'hmacmd5', '--qos 0'],
    ['wss', 'hmacsha256', '--subscribe'],
  ])('with the DeviceSecret over %s, signed with %s %s', async (transport, method, more) => {
    const args = `--name plain* --transport ${transport} --sign-method ${method} ${more} ${QUICK}`.replace('  ', ' ');
    expect(await simulate(args)).toMatchObject(wellDone(2, 6));
  });

  test('what is sent is kept, and the same seed sends the same again, only later', async () => {
    const args = '--name other-1 --seed 7 --interval 20ms --count 4 --start-time';
    const kept = async (): Promise<(readonly [number, string])[]> => {
      const { list } = await platform
        .client(services.deviceMsg)
        .propertyLogIndex({ productID: PK, deviceName: 'other-1', dataID: 'humidity' });
      return list.map(({ value, timestamp }) => [Number(timestamp), value] as const).sort(([a], [b]) => a - b);
    };
    expect(await simulate(`${args} 2026-01-01`)).toMatchObject(wellDone(1, 4));
    await eventually(async () => expect(await kept()).toHaveLength(4));
    const first = await kept();
    expect(await simulate(`${args} 2026-01-02`)).toMatchObject(wellDone(1, 4));
    const aDayLater = first.map(([time, value]) => [time + 86_400_000, value]);
    await eventually(async () => expect(await kept()).toEqual([...first, ...aDayLater]));
  });

  test('what devices say beside their reports is answered, too', async () => {
    const kinds = ['event', 'ntp', 'tags', 'model', 'history', 'batch'];
    const more = `--event-interval 50ms --also ${kinds.slice(1).join(',')} --also-interval 50ms`;
    const { code, messages } = await simulate(`--name plain-1 --interval 50ms ${more} --count 40`);
    expect(code).toBe(0);
    expect(Object.keys(messages).sort()).toEqual([...kinds, 'properties'].sort());
    for (const [kind, { sent, accepted }] of Object.entries(messages)) {
      expect({ kind, accepted }).toEqual({ kind, accepted: sent });
    }
  });

  test.each(['auto', 'regnwl'])('new devices by %s', async (mode) => {
    const report = await simulate(`--create 2 --prefix ${mode}- --mode ${mode} ${QUICK}`);
    expect(report).toMatchObject({ ...wellDone(2, 6), registrations: mode === 'auto' ? 0 : 2 });
    const { list } = await platform
      .client(services.deviceManage)
      .deviceInfoIndex({ productID: PK, deviceName: `${mode}-` });
    expect(list.map(({ deviceName }) => deviceName).sort()).toEqual([`${mode}-0001`, `${mode}-0002`]);
  });

  test('gateway devices that register sub-devices, and report for them', async () => {
    const subs = `--sub-devices 3 --sub-product ${SUB_DEVICES} --sub-register`;
    const report = await simulate(`--name gateway-1 ${subs} --sub-prefix reg- ${QUICK}`, GATEWAYS);
    const once = { sent: 1, accepted: 1 };
    expect(report).toMatchObject({
      ...wellDone(4, 12),
      messages: { 'sub-register': once, 'topo-add': once, 'sub-login': once, 'sub-logout': { refused: 0 } },
    });
    const { list } = await platform
      .client(services.deviceManage)
      .deviceInfoIndex({ productID: SUB_DEVICES, deviceName: 'reg-' });
    expect(list.map(({ deviceName }) => deviceName).sort()).toEqual(['reg-0001', 'reg-0002', 'reg-0003']);
  });

  test('devices that fetch their secret, from a file', async () => {
    const file = join(folder, 'devices.csv');
    writeFileSync(file, 'productKey,deviceName\n' + ['reg-1', 'reg-2'].map((name) => `${PK},${name}\n`).join(''));
    for (const name of ['reg-1', 'reg-2']) await platform.createDevice(PK, name, SECRET);
    const report = await simulate(`--from ${file} --mode register ${QUICK}`);
    expect(report).toMatchObject({ ...wellDone(2, 6), registrations: 2 });
  });

  test('devices with certificates', async () => {
    const authority = await testAuthority(folder, 'maker');
    for (const name of ['x509-1', 'x509-2']) {
      await platform.createDevice(PK, name, SECRET);
      const { certFile } = await authority.issue(name, { commonName: name });
      await platform.registerCertificate(PK, name, readFileSync(certFile, 'utf8'));
    }
    const files = `--device-cert ${folder}/{deviceName}.crt --device-key ${folder}/{deviceName}.key`;
    expect(await simulate(`--name x509-* --mode x509 ${files} ${QUICK}`)).toMatchObject(wellDone(2, 6));
  });

  backend.needs('deviceAdmin', () => {
    test('sub-devices that are created, added, and come back with their gateway device', async () => {
      const subs = `--sub-devices 2 --sub-product ${SUB_DEVICES} --subscribe`;
      const args = `--name gateway-2 ${subs} --interval 50ms --count 30 --cut-every 400ms`;
      const report = await simulate(args, GATEWAYS);
      expect(report).toMatchObject({ ...wellDone(3, 90), messages: { 'topo-add': { sent: 1, accepted: 1 } } });
      expect(report.cuts).toBeGreaterThan(0);
      expect(report.messages['sub-login']!.sent).toBeGreaterThan(1);
    });

    test('devices that it creates, and finds again the next time', async () => {
      for (let run = 0; run < 2; run++) expect(await simulate(`--create 2 ${QUICK}`)).toMatchObject(wellDone(2, 6));
    });
  });

  test('connections that are cut come back, and what they cost is sent again', async () => {
    const report = await simulate('--name plain-1 --interval 50ms --count 30 --cut-every 400ms');
    expect(report).toMatchObject(wellDone(1, 30));
    expect(report.cuts).toBeGreaterThan(0);
    expect(report.connects).toBe(report.cuts + 1);
  });

  test.each([
    ['in the default form', ''],
    ['on full topics', ' --full-rrpc'],
  ])('answers what it is told, with calls %s, and ends well at Ctrl-C', async (_form, more) => {
    const key = { productID: PK, deviceName: 'told-1' };
    const run = start(`--name told-1${more} --interval 1h`);
    const interact = platform.client(services.deviceInteract);
    await eventually(async () => expect(await platform.isOnline('told-1', PK)).toBe(true));
    const patient = { deadlineMs: PATIENCE_MS };
    const set = { ...key, data: '{"temperature":28}', shadowControl: 1, syncTimeout: 60 };
    expect(await interact.propertyControlSend(set, patient)).toMatchObject({ code: '200' });
    const call = { ...key, actionID: 'echo', inputParams: '{"text":"hello"}', option: { requestTimeout: '60' } };
    const { code, outputParams } = await interact.actionSend(call, patient);
    expect(code).toBe('200');
    expect(JSON.parse(outputParams)).toEqual({ text: expect.any(String) });
    expect(await run.stop('SIGINT')).toEqual({ code: 0, signal: null });
    const report = JSON.parse(run.output) as Report;
    expect(report.told['set']).toBe(1);
    expect((report.told['rrpc'] ?? 0) + (report.told['service'] ?? 0)).toBe(1);
    await eventually(async () => expect(await platform.isOnline('told-1', PK)).toBe(false));
  });

  test('a device that is refused: exit code 1, and why', async () => {
    const file = join(folder, 'wrong.csv');
    writeFileSync(file, `deviceName,deviceSecret\nplain-1,wrongsecret\n`);
    const report = await simulate(`--from ${file} --attempts 1 ${QUICK}`);
    expect(report).toMatchObject({ code: 1, connected: 0, failures: { 'CONNACK 4': 1 } });
    expect(report.output).toContain('1 of 1 devices could not connect');
  });
});
