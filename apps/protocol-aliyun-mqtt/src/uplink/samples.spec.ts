/** Batch, history and pack on their way through the node: what is kept once, how large it may be, and what it costs. */
import { createMessageBed, NOW, type MessageBed } from '../../test/message-bed';

const HISTORY = 'thing/event/property/history/post';
const BATCH = 'thing/event/property/batch/post';
const PACK = 'thing/event/property/pack/post';
const MAX_PAYLOAD_BYTES = 256 * 1024;

let bed: MessageBed;
afterEach(() => bed.stop());

const request = (params: unknown): string => JSON.stringify({ id: '1', version: '1.0', params });

/** A history post of at most 256 KB. @param entryOf the n-th sample */
const largestHistory = (entryOf: (n: number) => object): { payload: string; count: number } => {
  const samples: object[] = [];
  let bytes = request([{ properties: [] }]).length;
  for (;;) {
    const sample = entryOf(samples.length);
    bytes += JSON.stringify(sample).length + 1;
    if (bytes > MAX_PAYLOAD_BYTES) return { payload: request([{ properties: samples }]), count: samples.length };
    samples.push(sample);
  }
};

const samplesKept = (): number =>
  bed.reports.reduce((sum, { message }) => sum + (message?.method === 'packReport' ? message.properties.length : 0), 0);

describe.each(['ours', 'unitedrhino'] as const)('a history post of 256 KB, to %s', (dmKind) => {
  beforeEach(async () => void (bed = await createMessageBed({ dmKind, foreignReaders: true })));

  test.each([
    ['short', (n: number) => ({ Temp: { value: n % 100, time: NOW - n } })],
    ['long', (n: number) => ({ Temp: { value: n / 1024, time: NOW - 1000 * n } })],
  ])('of %s samples is kept whole in a few milliseconds for each KB', async (_size, entryOf) => {
    const heard: number[] = [];
    const listening = bed.bus.subscribe('device.up.>', ({ data, respond }) => {
      heard.push(data.length);
      respond?.('+ACK');
    });
    const { payload, count } = largestHistory(entryOf);
    const before = process.cpuUsage();
    await bed.publish(HISTORY, payload);
    const { user, system } = process.cpuUsage(before);
    listening.unsubscribe();
    expect((user + system) / 1000 / (payload.length / 1024)).toBeLessThan(4);
    expect(bed.heard()).toMatchObject([[expect.anything(), expect.stringContaining('"code":200')]]);
    if (dmKind === 'ours') expect(samplesKept()).toBe(count);
    // Both forms have room in a message of NATS.
    expect(heard).toHaveLength(1);
    expect(heard[0]).toBeLessThan(1_000_000);
  });
});

describe('to our dm', () => {
  beforeEach(async () => void (bed = await createMessageBed()));

  test.each([
    [HISTORY, [{ properties: [{ Temp: { value: 1, time: NOW - 5 } }] }]],
    [
      BATCH,
      {
        properties: {
          Temp: [
            { value: 1, time: NOW - 5 },
            { value: 2, time: NOW - 6 },
          ],
        },
      },
    ],
    [PACK, { properties: { Temp: { value: 1, time: NOW - 5 } } }],
  ])('what is sent again after a lost connection is kept once: %s', async (topic, params) => {
    await bed.publish(topic, request(params));
    await bed.publish(topic, request(params));
    expect(bed.reports).toHaveLength(1);
    expect(bed.heard()).toHaveLength(2);
  });

  test.each([
    ['known', (n: number) => ({ Temp: n % 10 })],
    ['unknown', (n: number) => ({ [`x${n}`]: 1 })],
  ])('tens of thousands of %s values without a time cost no more, and are refused in words', async (_what, of) => {
    const { payload, count } = largestHistory(of);
    expect(count).toBeGreaterThan(20_000);
    const before = process.cpuUsage();
    await bed.publish(HISTORY, payload);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000 / (payload.length / 1024)).toBeLessThan(4);
    expect(bed.reports).toEqual([]);
    const [[, reply]] = bed.heard() as [[string, string]];
    expect(JSON.parse(reply)).toMatchObject({ code: 6106 });
    expect(bed.activities.length).toBeLessThan(201);
    expect(bed.activities.at(-1)!.text).toMatch(/at most 8000 samples/);
  });

  test('a batch of which one sample has no time is a new reading each time', async () => {
    const params = { properties: { Temp: [{ value: 1, time: NOW - 5 }, { value: 2 }] } };
    await bed.publish(BATCH, request(params));
    await bed.publish(BATCH, request(params));
    expect(bed.reports).toHaveLength(2);
  });

  test('a pack that names a sub-device is refused whole', async () => {
    const subDevices = [{ identity: { productKey: 'other', deviceName: 'sub1' }, properties: { Temp: 1 } }];
    await bed.publish(PACK, request({ properties: { Temp: 1 }, subDevices }));
    expect(bed.reports).toEqual([]);
    expect(bed.heard()).toMatchObject([[expect.anything(), expect.stringContaining('"code":6401')]]);
    expect(bed.activities).toMatchObject([{ kind: 'drop', code: 6401 }]);
  });

  test('what of a batch is refused stands in the device’s log, each value once', async () => {
    const hot = { value: 'hot' };
    await bed.publish(
      BATCH,
      request({ properties: { Temp: [hot, { value: 1, time: NOW - 5 }, hot], Nope: [hot, hot] } }),
    );
    expect(bed.activities.filter(({ kind }) => kind === 'drop').map(({ code }) => code)).toEqual([6322, 6320]);
    expect(bed.reports).toHaveLength(1);
  });
});
