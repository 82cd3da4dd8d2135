import { createMemoryBus, type Bus } from '@alink/bus';
import { readDevicePublish, type DeviceReport } from '@alink/contract';
import { createMessageBed } from '../../test/message-bed';
import { ForeignReaders } from './foreign-readers';

const report: DeviceReport = {
  productID: 'p1',
  deviceName: 'd.1',
  topic: '/sys/p1/d.1/thing/event/property/post',
  arrivedAt: 1778593628940,
  handle: 'thing',
  type: 'property',
  message: { method: 'report', msgToken: '1', timestamp: 1778593628940, params: { 温度: 25.5 } },
};

let bus: Bus;
let heard: Buffer[];
let kept: DeviceReport[];
const stream = { keep: async (one: DeviceReport): Promise<void> => void kept.push(one) };

beforeEach(() => {
  bus = createMemoryBus();
  heard = [];
  kept = [];
  bus.subscribe('device.up.>', ({ data }) => void heard.push(data));
});
afterEach(() => bus.close());

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('nobody who reads the other form: only the stream has it', async () => {
  const bed = await createMessageBed({ foreignReaders: false });
  bed.bus.subscribe('device.up.>', ({ data }) => void heard.push(data));
  await bed.publish('thing/event/property/post', '{"id":"1","params":{"Temp":20}}');
  await settle();
  expect([bed.reports.length, heard]).toEqual([1, []]);
  await bed.stop();
});

test('a copy goes beside the stream once it is kept, and says that it is one', async () => {
  await new ForeignReaders(bus, stream).keep(report);
  await settle();
  expect(kept).toEqual([report]);
  expect(heard).toHaveLength(1);
  expect(heard[0]!.toString()).toMatch(/,"kept":true\}$/);
  expect(readDevicePublish(heard[0]!)).toMatchObject({ topic: report.topic, handle: 'thing', type: 'property' });
  expect(JSON.parse(readDevicePublish(heard[0]!).payload.toString())).toEqual(report.message);
});

test('no copy of what was not kept: the device sends it again', async () => {
  const failing = { keep: () => Promise.reject(new Error('not kept')) };
  await expect(new ForeignReaders(bus, failing).keep(report)).rejects.toThrow('not kept');
  await settle();
  expect(heard).toEqual([]);
});
