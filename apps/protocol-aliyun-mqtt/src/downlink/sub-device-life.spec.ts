/** What gateway devices are told of their sub-devices where dm tells them nothing. */
import type { DownlinkMessage } from '@alink/alink';
import { createMemoryBus, type Bus } from '@alink/bus';
import { encodeEnvelope, subjects } from '@alink/contract';
import { createLogger, systemClock } from '@alink/runtime';
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { ListedDm, PRODUCT_KEY } from '../../test/listed-dm';
import { DeviceDirectory } from '../directory/device-directory';
import { LinkSessions } from '../session/link-sessions';
import { SessionTable } from '../session/session-table';
import { SubDeviceLife } from './sub-device-life';

const SUB = 'dev-sub1';
const of = { productKey: PRODUCT_KEY, deviceName: SUB };

let bus: Bus;
let dm: ListedDm;
let directory: DeviceDirectory;
let sessions: SessionTable;
let life: SubDeviceLife;
/** To whom, and what: path, params, and whose topic it is where that is a sub-device's. */
let told: unknown[][];

beforeEach(async () => {
  bus = createMemoryBus();
  dm = new ListedDm();
  directory = new DeviceDirectory(dm, systemClock);
  sessions = new SessionTable();
  told = [];
  const log = createLogger({ name: 'test', level: 'fatal' });
  const send = ({ deviceName }: { deviceName: string }, request: DownlinkMessage): void => {
    if (request.method !== 'request') throw new Error('no request');
    told.push([deviceName, request.path, request.params, request.of]);
  };
  life = new SubDeviceLife({ bus, directory, sessions, send, log });
  life.start();
  const gateway = new LinkSessions(new FakeLink(), await admitted('dev-gateway'), () => undefined).owner;
  sessions.add(gateway);
  gateway.online(Date.now());
  await directory.find(PRODUCT_KEY, SUB);
});
afterEach(async () => {
  life.stop();
  await bus.close();
});

/** Its dm has changed it, and says so twice, as it does. */
const change = async (deviceName: string, work: () => void): Promise<void> => {
  work();
  const names = encodeEnvelope(JSON.stringify({ productID: PRODUCT_KEY, deviceName }), Date.now());
  for (const subject of [subjects.cacheSync('cache:dm:device'), subjects.deviceDeleted]) {
    directory.deviceChanged(PRODUCT_KEY, deviceName);
    bus.publish(subject, names);
  }
  await directory.current(PRODUCT_KEY, deviceName);
  await new Promise((resolve) => setImmediate(resolve));
};
const enable = (enabled: boolean) => change(SUB, () => dm.change(SUB, { enabled }));

test('disabled, enabled, deleted: on the topic of the sub-device, and as a change of the topology, once', async () => {
  const both = (path: string, status: number) => [
    ['dev-gateway', path, {}, of],
    ['dev-gateway', 'thing/topo/change', { status, subList: [of] }, undefined],
  ];
  await enable(false);
  expect(told.splice(0)).toEqual(both('thing/disable', 8));
  await enable(true);
  expect(told.splice(0)).toEqual(both('thing/enable', 2));
  await change(SUB, () => dm.delete(SUB));
  expect(told.splice(0)).toEqual(both('thing/delete', 1));
});

test('nothing where nothing of that has changed, where it is no sub-device, and where the gateway device is elsewhere', async () => {
  await change(SUB, () => dm.change(SUB, { registration: 'other' }));
  await directory.find(PRODUCT_KEY, 'dev1');
  await change('dev1', () => dm.change('dev1', { enabled: false }));
  sessions.remove(sessions.get(PRODUCT_KEY, 'dev-gateway')!);
  bus.publish(
    subjects.cacheSync('cache:dm:device'),
    encodeEnvelope(JSON.stringify({ productID: PRODUCT_KEY, deviceName: SUB }), Date.now()),
  );
  dm.change(SUB, { enabled: false });
  directory.deviceChanged(PRODUCT_KEY, SUB);
  await directory.current(PRODUCT_KEY, SUB);
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([]);
});
