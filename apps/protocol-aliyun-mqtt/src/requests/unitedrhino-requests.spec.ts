import type { Question } from '@alink/alink';
import type { DeviceIdentity } from '@alink/signing';
import { createMemoryBus, type Bus } from '@alink/bus';
import { readDevicePublish, subjects } from '@alink/contract';
import { eventually } from '@alink/testing';
import { jest } from '@jest/globals';
import { UnitedrhinoConfigurations } from '../files/unitedrhino-configurations';
import type { Asker } from './requests';
import { UnitedrhinoRequests } from './unitedrhino-requests';

const of = { productID: 'p1', deviceName: 'd1' };
const update = { kind: 'tags.update', tags: [{ key: 'site', value: 'A1' }] } as const;

interface Asked {
  readonly method: string;
  readonly msgToken: string;
  readonly params: { readonly tags: Record<string, string> };
}

let bus: Bus;
let requests: UnitedrhinoRequests;
let asked: Asked[];
/** As its dm has them. */
let tags: Record<string, string>;
/** Of its methods: what it has been asked, and what it answers. */
const topology = {
  ask: async ({ kind }: Question, { deviceName }: Asker) => ({ code: 200, message: `${kind} of ${deviceName}` }),
  seen: async (devices: readonly DeviceIdentity[]) =>
    devices[0]!.productKey === 'unknown'
      ? { code: 6250 }
      : devices.map(({ productKey, deviceName }) => ({ productID: `id of ${productKey}`, deviceName })),
};
let configuration: { id: string; content: string } | undefined;

beforeEach(() => {
  bus = createMemoryBus();
  asked = [];
  tags = {};
  const clock = { now: () => 1778593628940 };
  const texts = { read: async () => configuration, secretOf: async () => 'secret' };
  const configurations = new UnitedrhinoConfigurations({ texts, clock, baseUrl: 'http://iot.example.com' });
  configuration = undefined;
  const tagsOf = async () => ({ ...tags });
  requests = new UnitedrhinoRequests({ bus, clock, tagsOf, topology, configurations });
  for (const handle of ['thing', 'gateway'] as const) {
    bus.subscribe(subjects.up(handle, 'p1', 'd1'), ({ data, respond }) => {
      asked.push(JSON.parse(readDevicePublish(data).payload.toString()) as Asked);
      respond?.('+ACK');
    });
  }
});
afterEach(() => bus.close());

const nextAsked = async (count = 1): Promise<Asked> => {
  await eventually(() => expect(asked).toHaveLength(count));
  return asked.at(-1)!;
};

test('goes up as reportInfo that wants a reply, and the reply with its token is the answer', async () => {
  const answer = requests.ask(update, of);
  const { msgToken } = await nextAsked();
  expect(asked).toEqual([
    {
      method: 'reportInfo',
      params: { tags: { site: 'A1' } },
      msgToken,
      timestamp: 1778593628940,
      sys: { noAsk: false, retMsg: true },
    },
  ]);
  expect(requests.settle(of, { msgToken: '0', code: 200 })).toBe(false);
  expect(requests.settle({ ...of, deviceName: 'd2' }, { msgToken, code: 200 })).toBe(false);
  expect(requests.settle(of, { msgToken, code: 200, msg: '成功' })).toBe(true);
  expect(await answer).toEqual({ code: 200 });
  expect(requests.settle(of, { msgToken, code: 200 })).toBe(false);
});

test('its dm keeps tags whole, so those that stand are sent with those that change', async () => {
  tags = { fw: '1.0', site: 'B2' };
  const answer = requests.ask(update, of);
  const { msgToken, params } = await nextAsked();
  expect(params.tags).toEqual({ fw: '1.0', site: 'A1' });
  requests.settle(of, { msgToken });
  expect(await answer).toEqual({ code: 200 });
});

test('two changes of one device do not undo each other', async () => {
  const first = requests.ask(update, of);
  const second = requests.ask({ kind: 'tags.update', tags: [{ key: 'fw', value: '2' }] }, of);
  const { msgToken, params } = await nextAsked();
  tags = { ...params.tags };
  requests.settle(of, { msgToken });
  await first;
  const next = await nextAsked(2);
  expect(next.params.tags).toEqual({ site: 'A1', fw: '2' });
  requests.settle(of, { msgToken: next.msgToken });
  expect(await second).toEqual({ code: 200 });
});

test('tags are read by its dm’s own method, and those that are left after a deletion sent', async () => {
  tags = { fw: '1.0', site: 'B2' };
  expect(await requests.ask({ kind: 'tags.get', keys: ['site', 'nope', 'toString'] }, of)).toEqual({
    code: 200,
    data: [{ key: 'site', value: 'B2' }],
  });
  const answer = requests.ask({ kind: 'tags.delete', keys: ['site', 'fw'] }, of);
  const { msgToken, params } = await nextAsked();
  expect(params.tags).toEqual({});
  requests.settle(of, { msgToken });
  expect(await answer).toEqual({ code: 200 });
});

test.each([
  ['in codes of Alink keeps its words', { code: 460, msg: 'bad' }, { code: 460, message: 'bad' }],
  [
    'in its own codes is a "service error"',
    { code: 100008, msg: 'no database' },
    { code: 500, message: "unitedrhino's dm answered 100008: no database" },
  ],
])('a refusal %s', async (_how, said, heard) => {
  const answer = requests.ask(update, of);
  const { msgToken } = await nextAsked();
  requests.settle(of, { msgToken, ...said });
  expect(await answer).toEqual(heard);
});

test('what unitedrhino’s dm has nothing for is refused at once, by its name', async () => {
  const questions: Question[] = [
    { kind: 'desired.get', names: ['Temp'] },
    { kind: 'desired.delete', deletions: [{ name: 'Temp', version: 1 }] },
  ];
  for (const question of questions) {
    await expect(requests.ask(question, of)).rejects.toThrow(`does not serve ${question.kind}`);
  }
  expect(asked).toEqual([]);
});

test('the topology is asked of its methods', async () => {
  for (const kind of ['topology.get', 'topology.bind', 'topology.register'] as const) {
    const question = { kind, devices: [] } as unknown as Question;
    expect(await requests.ask(question, of)).toEqual({ code: 200, message: `${kind} of d1` });
  }
  expect(asked).toEqual([]);
});

test('devices that were found are told over its bus, by its names; those of unknown products to nobody', async () => {
  const found = (productKey: string) =>
    requests.ask({ kind: 'topology.found', devices: [{ productKey, deviceName: 'new' }] }, of);
  expect(await found('unknown')).toEqual({ code: 6250 });
  const answer = found('key1');
  const asks = await nextAsked();
  expect(asks).toMatchObject({
    method: 'found',
    payload: { devices: [{ productID: 'id of key1', deviceName: 'new' }] },
    sys: { noAsk: false },
  });
  requests.settle(of, { msgToken: asks.msgToken, code: 200 });
  expect(await answer).toEqual({ code: 200 });
});

test('where nobody listens, nobody waits', async () => {
  await expect(requests.ask(update, { ...of, deviceName: 'd2' })).rejects.toThrow('nobody listens');
});

test('nobody waits for ever', async () => {
  const answer = requests.ask(update, of);
  const failed = expect(answer).rejects.toThrow('no reply to reportInfo within 5000 ms');
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
  try {
    await new Promise((resolve) => setImmediate(resolve));
    jest.advanceTimersByTime(5000);
    await failed;
  } finally {
    jest.useRealTimers();
  }
});

describe('a configuration', () => {
  const get = (over: object = {}) =>
    requests.ask({ kind: 'config.get', scope: 'product', form: 'file', ...over } as never, of);

  test('is its text as a file of ours, and as what it says', async () => {
    configuration = { id: '7', content: '{"interval":60}' };
    const { code, data } = await get();
    expect([code, data]).toMatchObject([
      200,
      { configId: '7', configSize: 15, sign: expect.stringMatching(/^\w{64}$/) },
    ]);
    expect(data).toMatchObject({
      url: expect.stringMatching(/^http:\/\/iot\.example\.com\/files\/p1~\w{16}\.\w+\.[\w-]{22}$/),
    });
    expect(await get({ form: 'content' })).toMatchObject({ code: 200, data: { content: { interval: 60 } } });
  });

  test('is none where there is none, and none of a device alone', async () => {
    expect(await get()).toEqual({ code: 6710 });
    configuration = { id: '7', content: '{"interval":60}' };
    expect(await get({ scope: 'device' })).toEqual({ code: 6710 });
  });
});

test('whether it is to report its log follows from the level that its dm tells', async () => {
  for (const [logLevel, mode] of [
    [1, 0],
    [4, 1],
  ] as const) {
    const heard = new Promise<{ msgToken: string; type: string }>((resolve) => {
      const listening = bus.subscribe(subjects.up('log', 'p1', 'd1'), ({ data, respond }) => {
        const { type, payload } = readDevicePublish(data);
        resolve({ type, ...(JSON.parse(payload.toString()) as { msgToken: string }) });
        respond?.('+ACK');
        listening.unsubscribe();
      });
    });
    const answer = requests.ask({ kind: 'log.mode' }, of);
    const { msgToken, type } = await heard;
    expect(type).toBe('operation');
    requests.settle(of, { msgToken, code: 200, data: { logLevel } });
    expect(await answer).toEqual({ code: 200, data: { mode } });
  }
});
