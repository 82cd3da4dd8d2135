/** Which reports have a line in the device's log. */
import { LogLevel } from '@alink/contract';
import {
  createDevices,
  DEVICE,
  NAMES,
  PRODUCT,
  reportOf,
  reportsBody,
  rpcError,
  startDm,
  type DmFixture,
} from './dm-fixture';

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(async () => {
  await createDevices(fixture, DEVICE);
  await fixture.db.prisma.device.updateMany({ data: { createdAt: new Date(Date.now() - 25 * 3_600_000) } });
});
afterEach(async () => {
  for (const table of ['hub_log', 'device', 'product'])
    await fixture.db.prisma.$executeRawUnsafe(`DELETE FROM ${table}`);
});

const report = { method: 'report', msgToken: '1', timestamp: 1000, params: { rpm: 1 } } as const;
const reply = { method: 'controlReply', msgToken: '2', timestamp: 1000, code: 200 } as const;

/** Sends one of each kind. @returns what stands in the log */
const logged = async (): Promise<string> => {
  const { subject, body } = reportsBody(
    { ...reportOf(report), topic: 'report' },
    { ...reportOf(Buffer.from('bytes')), topic: 'custom' },
    { ...reportOf(report), topic: 'explained', explain: 'temperature was left out' },
    { ...reportOf(reply), topic: 'reply' },
    { ...reportOf({ ...report, method: 'unheardOf' } as never), topic: 'unheard of' },
    { ...reportOf(report, { ...NAMES, deviceName: 'nobody' }), topic: 'nobody' },
  );
  await fixture.bus.publishKept(subject, body);
  const lines = await fixture.db.prisma.hubLog.findMany({ orderBy: { messageID: 'asc' } });
  await fixture.db.prisma.hubLog.deleteMany();
  return lines.map(({ topic }) => topic).join(', ');
};
const ALL = 'report, custom, explained, reply, unheard of';
const ODD = 'explained, reply, unheard of';

const setProduct = (logLevel: string) =>
  fixture.products.productInfoUpdate({ productID: PRODUCT, protocolConf: { logLevel } });

test('of a device that is a day old, what is out of the ordinary; and all that is reported still is kept', async () => {
  expect(await logged()).toBe(ODD);
  expect((await fixture.data.propertyLogIndex({ ...NAMES, dataID: 'rpm' })).total).toBe('2');
});

test('of a newcomer, everything', async () => {
  await fixture.db.prisma.device.updateMany({ data: { createdAt: new Date() } });
  expect(await logged()).toBe(ALL);
});

test('what the device asks for goes before what its product does', async () => {
  await setProduct('info');
  expect(await logged()).toBe(ALL);
  await fixture.devices.deviceInfoUpdate({ ...NAMES, logLevel: LogLevel.error });
  expect(await logged()).toBe(ODD);
  await fixture.devices.deviceInfoUpdate({ ...NAMES, logLevel: LogLevel.debug });
  await setProduct('off');
  expect(await logged()).toBe(ALL);
});

test('a level is read back, stays where nothing is said, and must be one', async () => {
  const { devices } = fixture;
  const level = async () => (await devices.deviceInfoRead(NAMES)).logLevel;
  expect(await level()).toBe('0');
  await devices.deviceInfoUpdate({ ...NAMES, logLevel: LogLevel.info });
  await devices.deviceInfoUpdate({ ...NAMES, deviceAlias: { value: 'kitchen' } });
  expect(await level()).toBe('4');
  await devices.deviceInfoCreate({ productID: PRODUCT, deviceName: 'dev002', logLevel: LogLevel.warn });
  expect((await devices.deviceInfoRead({ ...NAMES, deviceName: 'dev002' })).logLevel).toBe('3');
  await expect(devices.deviceInfoUpdate({ ...NAMES, logLevel: 6 })).rejects.toEqual(rpcError(100006, 'logLevel'));
  await expect(setProduct('loud')).rejects.toEqual(rpcError(100006, 'protocolConf["logLevel"] must be one of off'));
  await setProduct('4');
});
