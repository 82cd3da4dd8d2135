import type { Question } from '@alink/alink';
import { services } from '@alink/contract';
import { connectRpc, startRpcServer, type RpcChannel, type RpcServer } from '@alink/rpc';
import { createLogger } from '@alink/runtime';
import { DmRequests } from './dm-requests';

const log = createLogger({ name: 'test', level: 'fatal' });
interface Asked {
  readonly deviceName: string;
  readonly kind: string;
  readonly body: string;
}

/** A dm.rpc on a real socket that notes the batches it is asked, and answers when told. */
let server: RpcServer;
let channel: RpcChannel;
let batches: Asked[][];
let answer: (questions: readonly Asked[]) => Promise<{ code: number; message?: string; data?: string }[]>;

beforeEach(async () => {
  batches = [];
  answer = async (questions) => questions.map(({ body }) => ({ code: 200, message: '', data: body }));
  const handlers = {
    ask: async ({ questions }: { questions: Asked[] }) => {
      batches.push(questions);
      return { replies: await answer(questions) };
    },
  };
  server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [{ service: services.requests, handlers }],
    log,
  });
  channel = connectRpc(`127.0.0.1:${server.port}`, { log });
});
afterEach(async () => {
  channel.close();
  await server.stop();
});

const question = (key: string): Question => ({ kind: 'tags.get', keys: [key] });
const of = (deviceName: string) => ({ productID: 'p1', deviceName });

test('what is asked at the same time goes in one call, and everybody gets the own answer', async () => {
  const requests = new DmRequests(channel);
  const replies = await Promise.all(['a', 'b', 'c'].map((name) => requests.ask(question(name), of(name))));
  expect(batches).toHaveLength(1);
  expect(batches[0]!.map(({ kind, body }) => [kind, body])).toEqual(
    ['a', 'b', 'c'].map((name) => ['tags.get', `{"keys":["${name}"]}`]),
  );
  expect(replies.map(({ data }) => data)).toEqual(['a', 'b', 'c'].map((name) => ({ keys: [name] })));
});

test('a refusal is an answer: its code and its words', async () => {
  answer = async () => [{ code: 460, message: 'no', data: '' }];
  expect(await new DmRequests(channel).ask(question('a'), of('a'))).toEqual({ code: 460, message: 'no' });
});

test('the next question of a device waits for the one under way, those of others do not', async () => {
  const requests = new DmRequests(channel);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const echo = answer;
  let slow = true;
  answer = async (questions) => {
    if (slow) {
      slow = false;
      await held;
    }
    return echo(questions);
  };
  const first = requests.ask(question('1'), of('a'));
  while (batches.length < 1) await new Promise((resolve) => setTimeout(resolve, 2));
  const second = requests.ask(question('2'), of('a'));
  await requests.ask(question('3'), of('b'));
  expect(batches.flat().map(({ body }) => body)).toEqual(['{"keys":["1"]}', '{"keys":["3"]}']);
  release();
  await Promise.all([first, second]);
  expect(
    batches
      .flat()
      .map(({ body }) => body)
      .at(-1),
  ).toBe('{"keys":["2"]}');
});

test('when dm.rpc fails, or leaves one out, the question fails, and the next one is asked anew', async () => {
  const requests = new DmRequests(channel);
  answer = () => Promise.reject(new Error('down'));
  await expect(requests.ask(question('a'), of('a'))).rejects.toThrow();
  answer = async () => [];
  await expect(requests.ask(question('a'), of('a'))).rejects.toThrow('left a question out');
  answer = async () => [{ code: 200 }];
  expect(await requests.ask(question('a'), of('a'))).toMatchObject({ code: 200 });
});

test('a call ends at 4 MB: large questions go in several, a larger one alone, those of a device in their order', async () => {
  const requests = new DmRequests(channel);
  const sizes = [5, 3, 2, 0].map((mb) => mb * 1024 * 1024);
  const devices = ['a', 'b', 'c', 'c'];
  const replies = await Promise.all(
    sizes.map((size, at) => requests.ask(question('k'.repeat(size)), of(devices[at]!))),
  );
  expect(replies.map(({ code }) => code)).toEqual([200, 200, 200, 200]);
  const askedOf = batches.map((batch) =>
    batch.map(({ deviceName, body }) => [deviceName, body.length - '{"keys":[""]}'.length]),
  );
  // Two calls are under way at once, and the smaller one may come first.
  expect(askedOf.sort(([one], [other]) => (one![0]! < other![0]! ? -1 : 1))).toEqual([
    [['a', sizes[0]]],
    [['b', sizes[1]]],
    [
      ['c', sizes[2]],
      ['c', sizes[3]],
    ],
  ]);
});
