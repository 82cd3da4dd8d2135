import { setImmediate as nextTurn } from 'node:timers/promises';
import { createMemoryBus, type Bus, type KeptMessage } from '@alink/bus';
import { decodeReports, shardOf, subjects, type DeviceReport } from '@alink/contract';
import { ReportTooLargeError } from './keeper';
import { ReportStream } from './report-stream';

const reportOf = (deviceName: string, n: number, size = 10): DeviceReport => ({
  productID: 'p1',
  deviceName,
  topic: `/p1/${deviceName}/user/update`,
  arrivedAt: n,
  handle: 'ext',
  type: 'custom',
  bytes: Buffer.alloc(size, 'x'),
});

describe('a stream that keeps', () => {
  let bus: Bus;
  let messages: KeptMessage[];
  let stop: () => Promise<void>;

  beforeEach(async () => {
    bus = createMemoryBus();
    messages = [];
    const consumer = await bus.consume({ durable: 'test', maxBatch: 100, maxWaitMs: 1 }, async (batch) => {
      messages.push(...batch);
    });
    stop = async () => {
      await consumer.stop();
      await bus.close();
    };
  });
  afterEach(() => stop());

  const read = (): DeviceReport[] =>
    messages
      .flatMap(({ data }) => decodeReports(data.toString()))
      .filter((one) => !(one instanceof TypeError)) as DeviceReport[];

  test('has what one turn brings in one message, in its order, and what comes later in another', async () => {
    const stream = new ReportStream({ bus, nodeId: 'n1', shards: 1 });
    const first = ['a', 'b', 'a', 'c'].map((name, n) => stream.keep(reportOf(name, n)));
    await nextTurn();
    const later = stream.keep(reportOf('a', 4));
    await Promise.all([...first, later]);
    expect(messages.map(({ subject }) => subject)).toEqual([subjects.reports(0), subjects.reports(0)]);
    expect(read().map(({ deviceName, arrivedAt }) => [deviceName, arrivedAt])).toEqual([
      ['a', 0],
      ['b', 1],
      ['a', 2],
      ['c', 3],
      ['a', 4],
    ]);
  });

  test('refuses a report that no message has room for, and keeps those beside it', async () => {
    const stream = new ReportStream({ bus, nodeId: 'n1', shards: 1 });
    const kept = [stream.keep(reportOf('a', 0)), stream.keep(reportOf('b', 1, 800_000)), stream.keep(reportOf('c', 2))];
    const [, refused] = await Promise.allSettled(kept);
    expect(refused).toMatchObject({ reason: expect.any(ReportTooLargeError) as unknown });
    expect(read().map(({ deviceName }) => deviceName)).toEqual(['a', 'c']);
  });

  test('has each device in its own shard', async () => {
    const stream = new ReportStream({ bus, nodeId: 'n1', shards: 3 });
    const names = Array.from({ length: 30 }, (_, index) => `dev${index}`);
    await Promise.all(names.map((name, n) => stream.keep(reportOf(name, n))));
    expect(messages).toHaveLength(3);
    for (const { subject, data } of messages) {
      for (const report of decodeReports(data.toString()) as DeviceReport[]) {
        expect(subject).toBe(subjects.reports(shardOf('p1', report.deviceName, 3)));
      }
    }
    expect(read()).toHaveLength(30);
  });

  test('has no message that NATS would refuse for its size, whatever one turn brings', async () => {
    const stream = new ReportStream({ bus, nodeId: 'n1', shards: 1 });
    await Promise.all(Array.from({ length: 20 }, (_, n) => stream.keep(reportOf('a', n, 100_000))));
    expect(Math.max(...messages.map(({ data }) => data.length))).toBeLessThan(1_000_000);
    expect(read().map(({ arrivedAt }) => arrivedAt)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });
});

test('what the stream does not take is not kept, and what comes after it is tried anew', async () => {
  const refused = createMemoryBus({ streamSubjects: ['nothing.here'] });
  const stream = new ReportStream({ bus: refused, nodeId: 'n1', shards: 1 });
  const outcomes = await Promise.allSettled([stream.keep(reportOf('a', 1)), stream.keep(reportOf('b', 2))]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(stream.keep(reportOf('a', 3))).rejects.toThrow('no stream keeps');
  await refused.close();
});
