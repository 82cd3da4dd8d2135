import { PassThrough } from 'node:stream';
import { jest } from '@jest/globals';
import { seededRandom } from '@alink/testing';
import type { Opening } from '../transport/openings';
import { AcceptQueue, type AcceptQueueOptions, type Drop } from './accept-queue';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

const roomy: AcceptQueueOptions = {
  perAddress: 0,
  inTotal: 0,
  slots: 4,
  patienceMs: 1000,
  maxSilent: 1000,
  maxWaiting: 1000,
  maxWaitingBytes: 1_000_000,
  maxWaitMs: 30_000,
};
/** Lets promises and the events of closed streams come through; no time passes. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const pass = async (ms: number): Promise<void> => {
  jest.advanceTimersByTime(ms);
  await settle();
};

interface Connection {
  readonly name: string;
  readonly socket: PassThrough;
  opening?: Opening;
  failed?: boolean;
}

/** A name stands for an address here, one for each first letter; addresses for themselves. */
const addressOf = (name: string): string => (/^[a-z]+$/.test(name) ? `192.0.2.${name.charCodeAt(0)}` : name);
const letterOf = (address: string): string => address && String.fromCharCode(Number(address.split('.').at(-1)));

const queueOf = (options: Partial<AcceptQueueOptions> = {}) => {
  const drops: [Drop, string][] = [];
  const waits: number[] = [];
  const turns: string[] = [];
  const clock = { now: () => Date.now() };
  const queue = new AcceptQueue({ ...roomy, ...options }, clock, {
    onDrop: (why, address) => void drops.push([why, letterOf(address)]),
    onTurn: (waitedMs) => void waits.push(waitedMs),
  });
  let count = 0;
  /** @param sent bytes that have come already */
  const enter = (from: string | undefined, sent = 0): Connection => {
    const connection: Connection = { name: `${from}#${++count}`, socket: new PassThrough() };
    if (sent > 0) connection.socket.write(Buffer.alloc(sent));
    queue.enter(connection.socket, from && addressOf(from)).then(
      (opening) => {
        connection.opening = opening;
        turns.push(connection.name);
      },
      () => (connection.failed = true),
    );
    return connection;
  };
  const enterMany = (from: string | undefined, number: number): Connection[] =>
    Array.from({ length: number }, () => enter(from));
  return { queue, enter, enterMany, drops, waits, turns };
};
const opened = (connections: readonly Connection[]): number => connections.filter(({ opening }) => opening).length;

test('only so many are worked on at once; the others follow in their order', async () => {
  const { queue, enter, turns } = queueOf({ slots: 2 });
  const all = ['a', 'b', 'c', 'd'].map((from) => enter(from));
  await settle();
  expect([opened(all), queue.waiting, queue.opening]).toEqual([2, 2, 2]);
  all[0]!.opening!.finished();
  await settle();
  expect(opened(all)).toBe(3);
  all[1]!.socket.destroy();
  await settle();
  expect(turns).toEqual(['a#1', 'b#2', 'c#3', 'd#4']);
  for (const { opening } of all) opening!.finished();
  expect([queue.waiting, queue.opening]).toEqual([0, 0]);
});

test('addresses take turns: a flood from one does not keep the others out', async () => {
  const { enterMany, enter, turns } = queueOf({ slots: 4 });
  const flood = enterMany('flood', 100);
  const others = [enter('b'), enter('c')];
  await settle();
  expect(opened(flood)).toBe(2);
  expect(opened(others)).toBe(2);
  flood[0]!.opening!.finished();
  others[0]!.opening!.finished();
  const late = enter('d');
  await settle();
  expect(late.opening).toBeDefined();
  expect(turns.filter((name) => name.startsWith('flood'))).toHaveLength(3);
});

test('one address holds at most half of the slots, proxies all of them', async () => {
  const { enterMany } = queueOf({ slots: 10 });
  const one = enterMany('one', 50);
  await settle();
  expect(opened(one)).toBe(5);
  const proxied = queueOf({ slots: 10 }).enterMany(undefined, 50);
  await settle();
  expect(opened(proxied)).toBe(10);
});

test('who keeps silent loses its slot, who waits for us keeps it', async () => {
  const { queue, enter } = queueOf({ slots: 2 });
  const silent = enter('a');
  const speaking = enter('b');
  const next = enter('c');
  await settle();
  speaking.opening!.connecting();
  await pass(1000);
  expect(next.opening).toBeDefined();
  expect(silent.socket.destroyed).toBe(false);
  next.opening!.connecting();
  const last = enter('d');
  await pass(10_000);
  expect(last.opening).toBeUndefined();
  silent.opening!.finished();
  await settle();
  expect(last.opening).toBeUndefined();
  speaking.opening!.finished();
  await settle();
  expect(last.opening).toBeDefined();
  expect(queue.opening).toBe(2);
});

test('silent ones are bounded: the oldest makes room', async () => {
  const { enterMany, drops } = queueOf({ slots: 2, maxSilent: 5, patienceMs: 10 });
  const all = enterMany(undefined, 8);
  await settle();
  all[0]!.opening!.connecting();
  for (let n = 0; n < 8; n++) await pass(10);
  expect(drops).toEqual([
    ['made room', ''],
    ['made room', ''],
  ]);
  expect(all.map(({ socket }) => socket.destroyed)).toEqual([false, true, true, false, false, false, false, false]);
});

test('a full queue closes the newest', async () => {
  const { queue, enterMany, enter, drops } = queueOf({ slots: 1, maxWaiting: 3 });
  const all = enterMany('a', 3);
  const last = enterMany('b', 1)[0]!;
  const tooMany = enter('c');
  await settle();
  expect(tooMany).toMatchObject({ failed: true, socket: { destroyed: true } });
  expect([...all, last].map(({ socket }) => socket.destroyed)).toEqual([false, false, false, false]);
  expect(drops).toEqual([['queue full', 'c']]);
  expect(queue.waiting).toBe(3);
});

test('what those who wait have sent is bounded, all together', async () => {
  const { queue, enter, drops } = queueOf({ slots: 1, maxWaitingBytes: 100 });
  const first = enter('a');
  const waiting = [enter('a', 60), enter('b', 40)];
  const tooMuch = enter('c', 1);
  const nothing = enter('d');
  await settle();
  expect(drops).toEqual([['queue full', 'c']]);
  expect([first, ...waiting, tooMuch, nothing].map(({ failed = false }) => failed)).toEqual([
    false,
    false,
    false,
    true,
    false,
  ]);
  first.opening!.finished();
  await settle();
  expect(enter('e', 60).failed).toBeUndefined();
  await settle();
  expect([drops.length, queue.waiting]).toEqual([1, 3]);
});

test('nobody waits for ever', async () => {
  const { queue, enterMany, drops } = queueOf({ slots: 2, maxWaitMs: 5000, patienceMs: 60_000 });
  const all = enterMany('a', 3);
  await pass(4999);
  expect(all.map(({ failed }) => failed)).toEqual([undefined, undefined, undefined]);
  await pass(1);
  expect(all.map(({ failed }) => failed)).toEqual([undefined, true, true]);
  expect(drops).toEqual([
    ['waited too long', 'a'],
    ['waited too long', 'a'],
  ]);
  expect([queue.waiting, queue.opening]).toEqual([0, 1]);
});

test('an address begins so many a second, after ten seconds worth; the others wait; a /64 is one address', async () => {
  const { enterMany, enter, waits } = queueOf({ perAddress: 10, slots: 1000 });
  const all = [...enterMany('2001:db8::1', 50), ...enterMany('2001:db8::2', 65)];
  const other = enter('2001:db8:0:1::1');
  await settle();
  expect([opened(all), opened([other])]).toEqual([100, 1]);
  await pass(100);
  expect(opened(all)).toBe(101);
  await pass(1000);
  expect(opened(all)).toBe(111);
  await pass(400);
  expect(opened(all)).toBe(115);
  expect(Math.max(...waits)).toBe(1500);
});

test('the rate in all is kept over addresses', async () => {
  const { enter } = queueOf({ inTotal: 10, slots: 1000 });
  const all = Array.from({ length: 25 }, (_, n) => enter(`192.0.2.${n}`));
  await settle();
  expect(opened(all)).toBe(10);
  await pass(1000);
  expect(opened(all)).toBe(20);
  await pass(1000);
  expect(opened(all)).toBe(25);
});

test('who would have to wait longer than anybody may is closed at once', async () => {
  const { enterMany, drops } = queueOf({ perAddress: 10, maxWaitMs: 2000, slots: 1000 });
  enterMany('a', 150);
  await settle();
  // Nineteen more come in within two seconds.
  expect(drops).toHaveLength(150 - 100 - 19);
  await pass(2000);
  expect(drops).toHaveLength(31);
});

test('who has gone while it waited is not counted against its address', async () => {
  const { enterMany } = queueOf({ perAddress: 10, slots: 1000 });
  const [first, gone, later] = [enterMany('a', 100), enterMany('a', 20), enterMany('a', 15)];
  await settle();
  expect(opened(first)).toBe(100);
  // Nobody reads those who wait, so their end is only seen at their turn.
  for (let n = 0; n < 30; n++) {
    await pass(100);
    for (const { opening } of gone) opening?.finished();
  }
  expect([opened(gone), opened(later)]).toEqual([20, 15]);
});

test('whatever happens, counts end at nothing and bounds hold', async () => {
  for (const seed of [1, 2, 3]) {
    const random = seededRandom(seed);
    const options = { slots: 5, maxSilent: 8, maxWaiting: 20, maxWaitMs: 300, patienceMs: 50, perAddress: 50 };
    const { queue, enter } = queueOf({ ...options, inTotal: seed === 3 ? 100 : 0 });
    const all: Connection[] = [];
    for (let step = 0; step < 1000; step++) {
      const any = all.length > 0 ? random.pick(all) : undefined;
      switch (random.int(0, 5)) {
        case 0:
        case 1:
          all.push(enter(random.pick(['a', 'b', 'c', undefined])));
          break;
        case 2:
          any?.socket.destroy();
          break;
        case 3:
          any?.opening?.finished();
          break;
        case 4:
          any?.opening?.connecting();
          break;
        default:
          await pass(random.int(0, 60));
      }
      expect(queue.waiting).toBeLessThanOrEqual(20);
    }
    for (const { socket } of all) socket.destroy();
    await pass(1000);
    expect([queue.waiting, queue.opening]).toEqual([0, 0]);
    // Nothing was lost: all slots are there again.
    const fresh = Array.from({ length: 5 }, (_, n) => enter(`fresh-${n}`));
    await pass(1000);
    expect(opened(fresh)).toBe(5);
  }
});
