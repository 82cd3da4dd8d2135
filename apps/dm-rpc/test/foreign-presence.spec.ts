/** Sessions that a gateway of another protocol tells of, over a real NATS. */
import { subjects } from '@alink/contract';
import { createLogger } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { OnlineByReport } from '../src/ingest/foreign/online-by-report';
import { DEVICE, NAMES, PRODUCT, startForeign, type ForeignFixture, type ForeignGateway } from './foreign-gateway';

let fixture: ForeignFixture;
let gateway: ForeignGateway;
beforeAll(async () => {
  fixture = await startForeign('dev2', 'dev3');
  ({ gateway } = fixture);
});
afterAll(() => fixture?.stop());

const device = (deviceName = DEVICE) => fixture.dm.devices.deviceInfoRead({ ...NAMES, deviceName });
const comes = (isOnline: string, deviceName = DEVICE) =>
  eventually(async () => expect((await device(deviceName)).isOnline).toBe(isOnline));
const T = 1700000000000;

test('a device comes online and goes, without a node of ours that holds it', async () => {
  gateway.status('connected', { timestamp: T });
  await comes('1');
  expect(await device()).toMatchObject({ status: '2', firstLogin: String(T / 1000), lastIp: '127.0.0.1:1' });
  gateway.status('disconnected', { timestamp: T + 1000, reason: 'bye' });
  await comes('2');
  const { list } = await fixture.dm.data.statusLogIndex(NAMES);
  expect(list.map(({ status, timestamp }) => [status, timestamp])).toEqual([
    ['2', String(T + 1000)],
    ['1', String(T)],
  ]);
  await eventually(() => expect(gateway.told).toHaveLength(2));
  const subject = 'application.device.lxtrial1.dev1.status.disconnected';
  expect(gateway.told).toEqual([
    { subject, data: { device: NAMES, status: 1, timestamp: String(T), reason: '' } },
    { subject, data: { device: NAMES, status: 2, timestamp: String(T + 1000), reason: 'bye' } },
  ]);
});

test('the clientID alone may name the device', async () => {
  const names = { productID: '', deviceName: '', clientID: `${PRODUCT}&dev2` };
  gateway.status('connected', names);
  await comes('1', 'dev2');
  gateway.status('connected', { ...names, clientID: `register&${PRODUCT}&dev3` });
  gateway.status('disconnected', names);
  await comes('2', 'dev2');
  expect((await device('dev3')).isOnline).toBe('2');
});

test('the end of a session that another one has replaced is none of the device', async () => {
  gateway.status('connected');
  gateway.status('connected');
  for (const reason of ['discarded', 'takenover', 'takeovered', 'discard']) gateway.status('disconnected', { reason });
  gateway.status('connected', { productID: PRODUCT, deviceName: 'dev2' });
  await comes('1', 'dev2');
  expect((await device()).isOnline).toBe('1');
  gateway.status('disconnected', { productID: PRODUCT, deviceName: 'dev2' });
  await comes('2', 'dev2');
});

describe('a device that reports while it is offline', () => {
  const report = (deviceName: string) => {
    const message = { method: 'report', msgToken: '1', timestamp: T, params: { cnt: 1 } };
    return gateway.ask('thing', 'property', message, { deviceName });
  };

  test('comes online, some seconds later', async () => {
    await report('dev3');
    expect((await device('dev3')).isOnline).toBe('2');
    await comes('1', 'dev3');
  });

  test('does not where it has come online meanwhile, is not there, or where a node of ours would tell', async () => {
    const { bus, db } = fixture.dm;
    const told: string[] = [];
    const listening = bus.subscribe(subjects.sessionBegan, ({ data }) => told.push(String(data)));
    const log = createLogger({ name: 'test', level: 'fatal' });
    const byReport = new OnlineByReport({ bus, prisma: db.prisma, log, now: Date.now, delayMs: 50 });
    byReport.reported({ ...NAMES, deviceName: 'nobody' }, 'lxSdk');
    byReport.reported({ ...NAMES, deviceName: 'dev3' }, 'lxSdk');
    byReport.reported({ ...NAMES, deviceName: 'dev2' }, 'aliyunMqtt');
    byReport.reported({ ...NAMES, deviceName: 'dev2' }, 'lxSdk');
    byReport.reported({ ...NAMES, deviceName: 'dev2' }, 'lxSdk');
    await comes('1', 'dev2');
    expect(told).toHaveLength(1);
    byReport.reported({ ...NAMES, deviceName: 'dev2' }, 'lxSdk');
    byReport.stop();
    listening.unsubscribe();
  });
});
