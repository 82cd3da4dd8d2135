import { createMemoryBus, type Bus } from '@alink/bus';
import { decodeEnvelope, isKeptCopy, readDevicePublish, type DeviceReport } from '@alink/contract';
import { UnitedrhinoKeeper } from './unitedrhino-keeper';

const NOW = 1778593628940;
const named = { productID: 'p1', deviceName: 'd-1', arrivedAt: NOW };
const report: DeviceReport = {
  ...named,
  topic: '/sys/p1/d-1/thing/event/property/post',
  handle: 'thing',
  type: 'property',
  message: { method: 'report', msgToken: '1', timestamp: NOW, params: { 温度: 25.5 } },
};
const bytes = (topic: string, payload: string | Buffer): DeviceReport => ({
  ...named,
  topic,
  handle: 'ext',
  type: topic.split('/')[1]!,
  bytes: Buffer.from(payload),
});

let bus: Bus;
let heard: { readonly subject: string; readonly data: Buffer }[];
let keeper: UnitedrhinoKeeper;

beforeEach(() => {
  bus = createMemoryBus({ publishTimeoutMs: 200 });
  heard = [];
  keeper = new UnitedrhinoKeeper(bus);
  bus.subscribe('device.up.>', ({ subject, data, respond }) => {
    heard.push({ subject, data });
    respond?.('+ACK');
  });
});
afterEach(() => bus.close());

/** What its dm was told: subject, type, and the message in it. */
const told = () =>
  heard.map(({ subject, data }) => {
    const { type, payload } = readDevicePublish(data);
    const { method, params, sys } = JSON.parse(payload.toString()) as Record<string, unknown>;
    return { subject, type, method, params, sys };
  });

test('a report goes to it in its form, once, and is no copy of anything', async () => {
  await keeper.keep(report);
  expect(heard.map(({ subject }) => subject)).toEqual(['device.up.thing.p1.d-1']);
  const { data } = heard[0]!;
  expect(readDevicePublish(data)).toMatchObject({ topic: report.topic, handle: 'thing', type: 'property' });
  expect(JSON.parse(readDevicePublish(data).payload.toString())).toEqual(report.message);
  expect(decodeEnvelope(data.toString()).timestamp).toBe(NOW);
  expect(isKeptCopy(data)).toBe(false);
});

test('one that nobody says to have is not kept', async () => {
  await bus.close();
  bus = createMemoryBus({ publishTimeoutMs: 50 });
  await expect(new UnitedrhinoKeeper(bus).keep(report)).rejects.toThrow('nobody listens');
  bus.subscribe('device.up.>', () => undefined);
  await expect(new UnitedrhinoKeeper(bus).keep(report)).rejects.toThrow('no answer');
});

test('one that no message has room for never will be', async () => {
  const params = { text: 'x'.repeat(800_000) };
  const large = { ...report, message: { method: 'report', msgToken: '1', timestamp: NOW, params } } as DeviceReport;
  await expect(keeper.keep(large)).rejects.toMatchObject({ name: 'ReportTooLargeError', code: 460 });
  expect(heard).toEqual([]);
});

test('the version of the firmware is information about the device', async () => {
  await keeper.keep(bytes('/ota/device/inform/p1/d-1', '{"id":1, "params":{"version":"1.0.1"}}'));
  await keeper.keep(bytes('/ota/device/inform/p1/d-1', '{"id":"2","params":{"version":"1.0.2","module":"default"}}'));
  expect(told()).toEqual(
    ['1.0.1', '1.0.2'].map((version) => ({
      subject: 'device.up.thing.p1.d-1',
      type: 'property',
      method: 'reportInfo',
      params: { version },
      sys: { noAsk: true },
    })),
  );
});

test('how an upgrade goes is told with numbers', async () => {
  await keeper.keep(bytes('/ota/device/progress/p1/d-1', '{"id":1,"params":{"step":"50","desc":"half"}}'));
  await keeper.keep(bytes('/ota/device/progress/p1/d-1', '{"id":2,"params":{"step":-1}}'));
  await keeper.keep(bytes('/ota/device/progress/p1/d-1', '{"id":3,"params":{"step":"0"}}'));
  expect(told()).toMatchObject([
    { subject: 'device.up.ota.p1.d-1', type: 'progress', params: { step: 50, desc: 'half' } },
    { subject: 'device.up.ota.p1.d-1', type: 'progress', params: { step: -1, desc: '' } },
  ]);
});

const lines = (...params: readonly object[]): DeviceReport => ({
  ...named,
  topic: '/sys/p1/d-1/thing/log/post',
  handle: 'log',
  type: 'report',
  message: { method: 'logReport', msgToken: '1', timestamp: NOW, sys: { noAsk: true }, params: params as never },
});

test('lines of the device’s log keep their times, levels and words', async () => {
  const empty = { timestamp: NOW, logLevel: 5, module: '', code: '', traceContext: '', content: '' };
  const long = { ...empty, content: '长'.repeat(300) };
  await keeper.keep(lines({ ...empty, logLevel: 2, module: 'net', code: '4103', content: 'no route' }, long));
  expect(told()).toEqual([
    {
      subject: 'device.up.log.p1.d-1',
      type: 'report',
      method: 'report',
      params: [
        { timestamp: NOW, logLevel: 2, content: 'net 4103 no route' },
        { timestamp: NOW, logLevel: 5, content: '长'.repeat(256) },
      ],
      sys: { noAsk: true },
    },
  ]);
});

test('how the network is it has no place for', async () => {
  const message = { method: 'networkReport', msgToken: '1', timestamp: NOW, samples: [], history: false } as const;
  const status = { ...named, topic: '/sys/p1/d-1/_thing/diag/post', handle: 'log', type: 'network', message } as const;
  await expect(keeper.keep(status)).rejects.toMatchObject({ name: 'NeverKeptError', code: 6831 });
  expect(heard).toEqual([]);
});

test.each([
  ['a custom topic', '/p1/d-1/user/update', Buffer.from([0, 255]), 6831],
  ['a shadow', '/shadow/update/p1/d-1', '{}', 6831],
  ['the version of another module', '/ota/device/inform/p1/d-1', '{"params":{"version":"1","module":"MCU"}}', 6831],
  ['no version', '/ota/device/inform/p1/d-1', '{"params":{}}', 460],
  ['no JSON', '/ota/device/inform/p1/d-1', '{', 460],
  ['no step', '/ota/device/progress/p1/d-1', '{"params":{"step":"half"}}', 460],
])('%s it would refuse: it is not sent, and will never be kept', async (_what, topic, payload, code) => {
  await expect(keeper.keep(bytes(topic, payload))).rejects.toMatchObject({ name: 'NeverKeptError', code });
  expect(heard).toEqual([]);
});
