/** Uplinks in unitedrhino's form: what an earlier version had kept in the stream, and what foreign nodes send. */
import { encodeEnvelope, subjects, type DeviceMessage } from '@alink/contract';
import { eventually } from '@alink/testing';
import {
  createDevices,
  DEVICE,
  NAMES,
  PRODUCT,
  publishBody,
  sendUplink,
  startBeside,
  startDm,
  type DmFixture,
} from './dm-fixture';
import { ingestOf, kept, keptUplink } from './ingest-fixture';

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture, DEVICE));
afterEach(async () => {
  const { prisma } = fixture.db;
  for (const table of ['property_history', 'event_history', 'hub_log', 'device', 'product']) {
    await prisma.$executeRawUnsafe(`DELETE FROM ${table}`);
  }
});

const report = (rpm: number, timestamp: number): DeviceMessage => ({
  method: 'report',
  msgToken: '123',
  timestamp,
  params: { rpm },
});
const event = { method: 'eventPost', msgToken: '8', eventID: 'highTemperature', type: 'alert' } as const;
const history = async () => {
  const { list } = await fixture.data.propertyLogIndex({ ...NAMES, dataID: 'rpm', order: '1' });
  return list.map(({ value, timestamp }) => `${value}@${timestamp}`).join(' ');
};
const events = async () => (await fixture.data.eventLogIndex(NAMES)).list.map(({ params }) => params);

test('those that an earlier version had kept are read, among others', async () => {
  const before = fixture.logged.length;
  const of = (...args: Parameters<typeof publishBody>) => {
    const { subject, body } = publishBody(...args);
    return kept(subject, body);
  };
  const subject = subjects.up('thing', PRODUCT, DEVICE);
  await ingestOf(fixture)([
    of(report(1, 1000)),
    keptUplink(report(2, 2000)),
    of({ ...event, timestamp: 3000, params: { temperature: 1 } }),
    of(Buffer.from('custom payload'), NAMES, 6000),
    of(Buffer.from([0xff, 0xfe, 0]), NAMES, 6500),
    kept(subject, ''),
    kept(subject, '{"data":"{}"}'),
    kept(subject, encodeEnvelope('{"productID":"p","deviceName":"d"}', 1)),
    of([] as unknown as DeviceMessage),
    // What our own nodes tell foreign readers: an earlier version has the stream keep these, too.
    of(report(7, 7000), NAMES, 7000, { kept: true }),
  ]);
  expect(await history()).toBe('1@1000 2@2000');
  expect(await events()).toEqual(['{"temperature":1}']);
  const { list } = await fixture.data.hubLogIndex({ ...NAMES, timeEnd: '7000' });
  expect(list.map(({ content, timestamp }) => `${content}@${timestamp}`)).toEqual(['@6500', 'custom payload@6000']);
  expect(fixture.logged.slice(before).filter((line) => line.includes('unreadable message skipped'))).toHaveLength(4);
});

test('those of a foreign node are kept like others, once however many of us listen', async () => {
  const second = await startBeside(fixture);
  for (const { subject, body } of [
    publishBody(report(1, 1000)),
    publishBody({ ...event, timestamp: 3000, params: { temperature: 1 } }),
    publishBody(Buffer.from('custom payload'), NAMES, 6000),
  ]) {
    fixture.bus.publish(subject, body);
  }
  await eventually(async () => expect((await fixture.data.hubLogIndex(NAMES)).total).toBe('3'));
  expect(await history()).toBe('1@1000');
  expect(await events()).toEqual(['{"temperature":1}']);
  await second.stop();
});

test('those that our own nodes send beside the stream are left out, as is what means nothing', async () => {
  const before = fixture.logged.length;
  const { subject, body } = publishBody(report(1, 1000), NAMES, 1000, { kept: true });
  fixture.bus.publish(subject, body);
  fixture.bus.publish(subject, 'nonsense');
  await sendUplink(fixture.bus, report(2, 2000));
  expect(await history()).toBe('2@2000');
  expect(fixture.logged.slice(before).filter((line) => line.includes('foreign node was not taken'))).toHaveLength(1);
});
