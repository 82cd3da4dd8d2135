import { createMemoryBus, type Bus } from '@alink/bus';
import { readDevicePublish, subjects } from '@alink/contract';
import { jest } from '@jest/globals';
import { ForeignRequests } from './foreign-requests';

const of = { productID: 'p1', deviceName: 'd1' };
const update = { kind: 'tags.update', tags: [{ key: 'site', value: 'A1' }] } as const;

let bus: Bus;
let requests: ForeignRequests;
let asked: Record<string, unknown>[];

beforeEach(() => {
  bus = createMemoryBus();
  asked = [];
  requests = new ForeignRequests(bus, { now: () => 1778593628940 });
  bus.subscribe(subjects.up('thing', 'p1', 'd1'), ({ data }) => {
    asked.push(JSON.parse(readDevicePublish(data).payload.toString()) as Record<string, unknown>);
  });
});
afterEach(() => bus.close());

const nextAsked = async (): Promise<{ msgToken: string }> => {
  await new Promise((resolve) => setImmediate(resolve));
  return asked.at(-1) as { msgToken: string };
};

test('goes up as reportInfo that wants a reply, and the reply with its token is the answer', async () => {
  const answer = requests.ask(update, of);
  const { msgToken } = await nextAsked();
  expect(asked).toEqual([
    { method: 'reportInfo', params: { tags: { site: 'A1' } }, msgToken, timestamp: 1778593628940 },
  ]);
  expect(requests.settle(of, { msgToken: '0', code: 200 })).toBe(false);
  expect(requests.settle({ ...of, deviceName: 'd2' }, { msgToken, code: 200 })).toBe(false);
  expect(requests.settle(of, { msgToken, code: 200, msg: '成功' })).toBe(true);
  expect(await answer).toEqual({ code: 200 });
  expect(requests.settle(of, { msgToken, code: 200 })).toBe(false);
});

test('a refusal keeps its words', async () => {
  const answer = requests.ask(update, of);
  const { msgToken } = await nextAsked();
  requests.settle(of, { msgToken, code: 460, msg: 'bad' });
  expect(await answer).toMatchObject({ code: 460, message: 'bad' });
});

test('what unitedrhino’s dm does not serve is refused at once', async () => {
  await expect(requests.ask({ kind: 'tags.get', keys: ['a'] }, of)).rejects.toThrow('does not serve tags.get');
});

test('nobody waits for ever', async () => {
  jest.useFakeTimers();
  try {
    const answer = requests.ask(update, of);
    const failed = expect(answer).rejects.toThrow('no reply to reportInfo within 5000 ms');
    jest.advanceTimersByTime(5000);
    await failed;
  } finally {
    jest.useRealTimers();
  }
});
