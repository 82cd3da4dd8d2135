import { decodeReports, encodeReport, joinReports, shardOf, type DeviceReport } from './device-reports';

const report: DeviceReport = {
  productID: 'aliyun_test_01',
  deviceName: 'dev001',
  topic: '/sys/aliyun_test_01/dev001/thing/event/property/post',
  arrivedAt: 1778593628940,
  handle: 'thing',
  type: 'property',
  message: { method: 'report', msgToken: '1', timestamp: 1778593628940, params: { 温度: 25.5 } },
};
const custom: DeviceReport = {
  productID: 'p',
  deviceName: 'd.1',
  topic: '/p/d.1/user/update',
  arrivedAt: 5,
  handle: 'ext',
  type: 'custom',
  bytes: Buffer.from([0, 255, 128, 10]),
  script: 'default',
};

test('reports come back as they were, in their order', () => {
  const [first, second] = decodeReports(joinReports([report, custom].map(encodeReport)));
  expect(first).toMatchObject(report);
  expect(second).toMatchObject(custom);
});

test('one of a foreign node says where that hears answers', () => {
  const read = (foreign: object) => decodeReports(joinReports([encodeReport({ ...report, ...foreign })]))[0];
  expect(read({ foreign: { protocolCode: 'lxSdk' } })).toMatchObject({ foreign: { protocolCode: 'lxSdk' } });
  expect(read({ foreign: { protocolCode: 7 } })).toMatchObject({ foreign: { protocolCode: '' } });
  expect(read({})).toMatchObject({ foreign: undefined });
});

test('the message of a report stands in it as JSON, not as text of JSON', () => {
  expect(JSON.parse(joinReports([encodeReport(report)]))).toEqual({ reports: [report] });
});

test('a report that cannot be read keeps its place, and the others theirs', () => {
  const read = decodeReports(
    `{"reports":[1,${encodeReport(custom)},{"productID":"p"},{"productID":"p","deviceName":"d","message":7}]}`,
  );
  expect(read.map((one) => one instanceof TypeError)).toEqual([true, false, true, true]);
});

test.each(['', 'null', '[]', '{}', '{"reports":{}}'])('%j is no message of reports', (body) => {
  expect(() => decodeReports(body)).toThrow(/JSON|reports/);
});

test('a device always goes to the same shard, and many devices to all of them', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `dev${index}`);
  const shards = names.map((name) => shardOf('p', name, 4));
  expect(names.map((name) => shardOf('p', name, 4))).toEqual(shards);
  const counts = [0, 1, 2, 3].map((shard) => shards.filter((one) => one === shard).length);
  for (const count of counts) expect(count).toBeGreaterThan(150);
  expect(names.every((name) => shardOf('p', name, 1) === 0)).toBe(true);
});
