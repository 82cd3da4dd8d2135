import { createMemoryBus, type Bus } from '@alink/bus';
import { decodeEnvelope, readDevicePublish, type DeviceReport } from '@alink/contract';
import { DmKind } from '../directory/dm-kind';
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
const dmKind = new DmKind();

beforeEach(() => {
  bus = createMemoryBus();
  heard = [];
  kept = [];
  dmKind.isForeign = false;
  bus.subscribe('device.up.>', ({ data }) => void heard.push(data));
});
afterEach(() => bus.close());

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('nobody who reads the other form: only the stream has it', async () => {
  await new ForeignReaders({ bus, dmKind, stream, copies: false }).keep(report);
  await settle();
  expect([kept, heard]).toEqual([[report], []]);
});

test('a copy goes beside the stream once it is kept, and says that it is one', async () => {
  await new ForeignReaders({ bus, dmKind, stream, copies: true }).keep(report);
  await settle();
  expect(kept).toEqual([report]);
  expect(heard).toHaveLength(1);
  expect(heard[0]!.toString()).toMatch(/,"kept":true\}$/);
  expect(readDevicePublish(heard[0]!)).toMatchObject({ topic: report.topic, handle: 'thing', type: 'property' });
  expect(JSON.parse(readDevicePublish(heard[0]!).payload.toString())).toEqual(report.message);
});

test('no copy of what was not kept: the device sends it again', async () => {
  const failing = { keep: () => Promise.reject(new Error('not kept')) };
  await expect(new ForeignReaders({ bus, dmKind, stream: failing, copies: true }).keep(report)).rejects.toThrow(
    'not kept',
  );
  await settle();
  expect(heard).toEqual([]);
});

test('where the dm is unitedrhino’s, its form is the only one, bytes included', async () => {
  dmKind.isForeign = true;
  const custom: DeviceReport = {
    ...report,
    handle: 'ext',
    type: 'custom',
    message: undefined,
    bytes: Buffer.from([0, 255]),
  };
  const readers = new ForeignReaders({ bus, dmKind, stream, copies: true });
  await readers.keep(report);
  await readers.keep(custom);
  await settle();
  expect(kept).toEqual([]);
  expect(heard.map((data) => data.toString().endsWith('"kept":true}'))).toEqual([false, false]);
  expect(readDevicePublish(heard[1]!).payload).toEqual(custom.bytes);
  expect(decodeEnvelope(heard[0]!.toString()).timestamp).toBe(report.arrivedAt);
});
