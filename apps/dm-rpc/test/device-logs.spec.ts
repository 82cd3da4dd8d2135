/** What devices report of themselves: lines of their logs, how their networks are, and what is wrong with them. */
import type { LogLine } from '@alink/alink';
import { Code, PROTOCOL_CODE, readDevicePublish, subjects } from '@alink/contract';
import { eventually } from '@alink/testing';
import { noteRestlessDevices } from '../src/presence/restless-devices';
import {
  createDevices,
  DEVICE,
  NAMES,
  PRODUCT,
  rpcError,
  sendStatus,
  sendUplink,
  startDm,
  type DmFixture,
} from './dm-fixture';

let fixture: DmFixture;
beforeAll(async () => {
  fixture = await startDm();
});
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture, DEVICE));
afterEach(async () => {
  await fixture.db.prisma.device.deleteMany();
  await fixture.db.prisma.product.deleteMany();
});

const NOW = Date.now();
const line = (over: Partial<LogLine> = {}): LogLine => ({
  timestamp: NOW - 1000,
  logLevel: 2,
  module: 'net',
  code: '4103',
  traceContext: '123',
  content: 'no route',
  ...over,
});
const report = (...params: LogLine[]) =>
  sendUplink(fixture.bus, { method: 'logReport', msgToken: '1', timestamp: NOW, params }, NAMES, NOW);
const linesOf = async (over: object = {}) => (await fixture.logs.listLogLines({ ...NAMES, ...over })).list;

describe('lines', () => {
  test('are kept with all their parts, newest first, and as one text for unitedrhino’s readers', async () => {
    await report(line(), line({ timestamp: NOW, logLevel: 4, module: '', code: '', traceContext: '', content: 'up' }));
    await eventually(async () => expect(await linesOf()).toHaveLength(2));
    const [, second] = await linesOf();
    expect(second).toEqual({
      timestamp: String(NOW - 1000),
      level: '2',
      module: 'net',
      code: '4103',
      traceContext: '123',
      content: 'no route',
    });
    expect(await fixture.data.sdkLogIndex(NAMES)).toEqual({
      total: '2',
      list: [
        { timestamp: String(NOW), loglevel: '4', content: 'up' },
        { timestamp: String(NOW - 1000), loglevel: '2', content: 'net 4103 123 no route' },
      ],
    });
  });

  test('are found by level, module, time and page', async () => {
    await report(
      line(),
      line({ logLevel: 3, timestamp: NOW }),
      line({ logLevel: 5, module: 'ota', timestamp: NOW - 5000 }),
    );
    await eventually(async () => expect(await linesOf()).toHaveLength(3));
    expect((await linesOf({ level: 3 })).map(({ level }) => level)).toEqual(['3', '2']);
    expect(await linesOf({ module: 'ota' })).toHaveLength(1);
    expect(await linesOf({ timeStart: NOW })).toHaveLength(1);
    expect((await linesOf({ page: 2, size: 2 })).map(({ module }) => module)).toEqual(['ota']);
    const { list, total } = await fixture.data.sdkLogIndex({ ...NAMES, logLevel: 2, page: { page: 1, size: 1 } });
    expect([list.length, total]).toEqual([1, '1']);
    expect((await fixture.data.sdkLogIndex({ ...NAMES, timeEnd: NOW - 2000 })).total).toBe('1');
  });

  test('of a message that is delivered twice are kept once, also two that are alike', async () => {
    await report(line(), line());
    await eventually(async () => expect(await linesOf()).toHaveLength(2));
    const { prisma } = fixture.db;
    await prisma.$executeRaw`INSERT INTO sdk_log SELECT * FROM sdk_log ON CONFLICT DO NOTHING`;
    expect(await linesOf()).toHaveLength(2);
  });

  test('of a device that does not exist are none, and those of one that is deleted go', async () => {
    const nobody = { ...NAMES, deviceName: 'nobody' };
    await expect(fixture.data.sdkLogIndex(nobody)).rejects.toThrow(rpcError(Code.notFound, 'device nobody'));
    await expect(fixture.logs.listLogLines(nobody)).rejects.toThrow(rpcError(Code.notFound, 'device nobody'));
    await report(line());
    await eventually(async () => expect(await linesOf()).toHaveLength(1));
    const { prisma } = fixture.db;
    const { id: deviceID } = await prisma.device.findFirstOrThrow({ where: NAMES });
    await fixture.devices.deviceInfoDelete(NAMES);
    await eventually(async () => expect(await prisma.sdkLog.count({ where: { deviceID } })).toBe(0));
  });
});

describe('the network', () => {
  test('is kept as it was, newest first', async () => {
    const wifi = { rssi: 75, snr: 20, per: 10, err_stats: '10,02,01' };
    const samples = [{ timestamp: NOW - 1000, metrics: { wifi } }];
    const body = { method: 'networkReport', msgToken: '1', timestamp: NOW } as const;
    await sendUplink(fixture.bus, { ...body, samples, history: false }, NAMES, NOW);
    await sendUplink(fixture.bus, { ...body, samples: [{ timestamp: NOW - 9000, metrics: { wifi } }], history: true });
    await eventually(async () => expect((await fixture.logs.listNetworkStatus(NAMES)).total).toBe('2'));
    const { list } = await fixture.logs.listNetworkStatus(NAMES);
    const metrics = JSON.stringify({ wifi });
    expect(list).toEqual([
      { timestamp: String(NOW - 1000), metrics, history: false },
      { timestamp: String(NOW - 9000), metrics, history: true },
    ]);
    expect((await fixture.logs.listNetworkStatus({ ...NAMES, timeStart: NOW - 2000 })).total).toBe('1');
  });
});

describe('what a device is to report', () => {
  const mode = async (deviceName = DEVICE) => {
    const { replies } = await fixture.requests.ask({
      questions: [{ ...NAMES, deviceName, kind: 'log.mode', body: '' }],
    });
    const [{ code, data } = { code: '', data: '' }] = replies;
    return [Number(code), data && (JSON.parse(data) as unknown)];
  };

  test('follows from its level, else from that of its product', async () => {
    expect(await mode()).toEqual([200, { mode: 0 }]);
    await fixture.products.productInfoUpdate({ productID: PRODUCT, protocolConf: { logLevel: 'warn' } });
    expect(await mode()).toEqual([200, { mode: 1 }]);
    await fixture.devices.deviceInfoUpdate({ ...NAMES, logLevel: 1 });
    expect(await mode()).toEqual([200, { mode: 0 }]);
    expect(await mode('nobody')).toEqual([6100, '']);
  });

  test('is told when it changes, and not when it stays', async () => {
    const told: unknown[] = [];
    const listening = fixture.bus.subscribe(subjects.downOfDevice(PRODUCT, DEVICE), ({ data }) => {
      const { path, params } = JSON.parse(readDevicePublish(data).payload.toString()) as Record<string, unknown>;
      told.push([path, params]);
    });
    const of = (value: 0 | 1) => ['thing/config/log/push', { getType: 'content', content: { mode: value } }];
    const { devices } = fixture;
    await devices.deviceInfoUpdate({ ...NAMES, logLevel: 4 });
    await devices.deviceInfoUpdate({ ...NAMES, logLevel: 2 });
    await devices.deviceInfoUpdate({ ...NAMES, deviceAlias: { value: 'Boiler' } });
    await devices.deviceInfoUpdate({ ...NAMES, logLevel: 1 });
    await eventually(() => expect(told).toEqual([of(1), of(0)]));
    listening.unsubscribe();
  });

  test('of a product is told to those online that have no level of their own', async () => {
    await fixture.devices.deviceInfoCreate({ ...NAMES, deviceName: 'dev002' });
    await fixture.devices.deviceInfoCreate({ ...NAMES, deviceName: 'dev003', logLevel: 1 });
    for (const deviceName of [DEVICE, 'dev003']) {
      await sendStatus(fixture.bus, { action: 'connected' }, { ...NAMES, deviceName });
    }
    const isThere = () => fixture.devices.deviceInfoRead({ ...NAMES, deviceName: 'dev003' });
    await eventually(async () => expect(await isThere()).toMatchObject({ isOnline: '1' }));
    const told: string[] = [];
    const listening = fixture.bus.subscribe(`device.down.${PROTOCOL_CODE}.>`, ({ data }) =>
      told.push(readDevicePublish(data).deviceName),
    );
    const level = (logLevel: string) =>
      fixture.products.productInfoUpdate({ productID: PRODUCT, protocolConf: { logLevel } });
    await level('info');
    await level('debug');
    await eventually(() => expect(told).toEqual([DEVICE]));
    listening.unsubscribe();
  });
});

describe('what is wrong with a device', () => {
  const create = (over: object = {}) =>
    fixture.data.abnormalLogCreate({ ...NAMES, action: 1, type: 'battery', Reason: 'below 10 %', ...over });
  const index = async (over: object = {}) => (await fixture.data.abnormalLogIndex({ ...NAMES, ...over })).list;

  test('is kept, and found by what it is and when it was', async () => {
    await create({ timestamp: NOW - 5000 });
    await create({ action: 2, timestamp: NOW - 1000 });
    await create({ type: 'online' });
    const list = await index();
    expect(list.map(({ type, action }) => [type, action])).toEqual([
      ['online', '1'],
      ['battery', '2'],
      ['battery', '1'],
    ]);
    expect(list[2]).toEqual({
      ...NAMES,
      timestamp: String(NOW - 5000),
      action: '1',
      type: 'battery',
      Reason: 'below 10 %',
      traceID: '',
    });
    expect(Number(list[0]!.timestamp)).toBeGreaterThanOrEqual(NOW);
    expect(await index({ action: 2 })).toHaveLength(1);
    expect(await index({ type: 'battery' })).toHaveLength(2);
    expect(await index({ timeStart: NOW - 2000, timeEnd: NOW - 500 })).toHaveLength(1);
    const { list: page, total } = await fixture.data.abnormalLogIndex({
      productID: PRODUCT,
      page: { page: 2, size: 2 },
    });
    expect([page.length, total]).toEqual([1, '3']);
    expect((await fixture.data.abnormalLogIndex({})).total).toBe('3');
  });

  test('that comes and goes all the time is noted once, and once more when that is over', async () => {
    const { prisma } = fixture.db;
    await fixture.devices.deviceInfoCreate({ ...NAMES, deviceName: 'dev002' });
    const rows = async (deviceName: string, count: number, at: number) => {
      const { id: deviceID } = await prisma.device.findFirstOrThrow({ where: { ...NAMES, deviceName } });
      const data = Array.from({ length: count }, (_, n) => ({
        deviceID,
        timestamp: at + n,
        status: 1 + (n % 2),
        reason: '',
      }));
      await prisma.statusLog.createMany({ data });
    };
    await rows(DEVICE, 10, NOW - 60_000);
    await rows('dev002', 9, NOW - 60_000);
    await rows('dev002', 9, NOW - 2 * 3_600_000);
    await noteRestlessDevices(prisma, NOW);
    await noteRestlessDevices(prisma, NOW + 1000);
    const lines = async () => (await index({ type: 'online' })).map(({ action, Reason }) => [action, Reason]);
    expect(await lines()).toEqual([['1', 'it came and went 10 times within an hour']]);
    expect(await index({ deviceName: 'dev002' })).toEqual([]);
    // Six are still more than a device that is well has.
    await rows(DEVICE, 6, NOW + 3_600_000);
    await noteRestlessDevices(prisma, NOW + 2 * 3_600_000 - 1000);
    expect(await lines()).toHaveLength(1);
    await noteRestlessDevices(prisma, NOW + 3 * 3_600_000);
    expect((await lines())[0]).toEqual(['2', 'it comes and goes as others do again']);
    await noteRestlessDevices(prisma, NOW + 4 * 3_600_000);
    expect(await lines()).toHaveLength(2);
  });

  test('is not noted of sub-devices that go with their gateway device, and come back through it', async () => {
    const { prisma } = fixture.db;
    const rounds = async (
      deviceName: string,
      lines: readonly { status: number; via?: string; follows?: boolean }[],
    ) => {
      const { id: deviceID } = await prisma.device.create({ data: { productID: PRODUCT, deviceName, secret: '' } });
      const data = Array.from({ length: 6 }, () => lines).flat();
      const common = { deviceID, reason: '', via: `${PRODUCT}/gate` };
      await prisma.statusLog.createMany({
        data: data.map((one, n) => ({ ...common, ...one, timestamp: NOW - 60_000 + n })),
      });
    };
    const [comes, goes] = [{ status: 1 }, { status: 2 }];
    const goesWithIt = { ...goes, follows: true };
    await rounds(
      'gate',
      [comes, goes].map((each) => ({ ...each, via: '' })),
    );
    await rounds('follows', [comes, goesWithIt]);
    await rounds('moves along', [comes, { ...comes, follows: true }, goesWithIt]);
    await rounds('leaves by itself', [comes, goes]);
    await rounds('comes by itself between', [{ ...comes, via: '' }, { ...goes, via: '' }, comes, goesWithIt]);
    await noteRestlessDevices(prisma, NOW);
    const { list } = await fixture.data.abnormalLogIndex({ type: 'online' });
    expect(list.map(({ deviceName }) => deviceName).sort()).toEqual([
      'comes by itself between',
      'gate',
      'leaves by itself',
    ]);
  });

  test('of what does not exist, or is neither, is refused', async () => {
    await expect(create({ deviceName: 'nobody' })).rejects.toThrow(rpcError(Code.notFound, 'device nobody'));
    await expect(create({ action: 3 })).rejects.toThrow(rpcError(Code.parameter, 'action must be one of 1, 2'));
    await expect(index({ projectID: 7 })).rejects.toThrow(rpcError(Code.notImplemented, 'projectID'));
  });
});
