/** What every bus does, run on each implementation. */
import { eventually, PATIENCE_MS, startNats, type TestNats } from '@alink/testing';
import { BusTimeoutError, NoListenerError, type Bus, type BusMessage, type Consumer, type KeptMessage } from './bus';
import { createMemoryBus } from './memory-bus';
import { connectNats } from './nats-bus';

/** Two members of one bus: for NATS two connections, in process the same object. */
interface Pair {
  readonly one: Bus;
  readonly two: Bus;
}

const implementations = {
  'in process': {
    start: async () => undefined,
    make: async (): Promise<Pair> => {
      const bus = createMemoryBus({ publishTimeoutMs: PATIENCE_MS });
      return { one: bus, two: bus };
    },
  },
  NATS: {
    start: () => startNats(),
    make: async (server: TestNats | undefined): Promise<Pair> => {
      const connect = (name: string) => connectNats({ servers: server!.url, name, publishTimeoutMs: PATIENCE_MS });
      return { one: await connect('one'), two: await connect('two') };
    },
  },
};

const texts = (messages: readonly { data: Buffer }[]) => messages.map(({ data }) => data.toString());

describe.each(Object.entries(implementations))('bus %s', (_name, { start, make }) => {
  let server: TestNats | undefined;
  let one: Bus;
  let two: Bus;
  let consumers: Consumer[];
  /** A durable of its own for each test: the stream outlives it. */
  let durable: string;
  let tests = 0;
  let syncs = 0;

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    ({ one, two } = await make(server));
    consumers = [];
    durable = `test-${++tests}`;
  });
  afterEach(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await Promise.all([one.close(), two.close()]);
  });

  /** Subscribes and returns once the subscription is known everywhere. */
  const listen = async (
    bus: Bus,
    subject: string,
    handler: (message: BusMessage) => void,
    options?: { queue?: string },
  ) => {
    const subscription = bus.subscribe(subject, handler, options);
    const sync = `sync.${++syncs}`;
    const synced = bus.subscribe(sync, ({ respond }) => respond?.(''));
    await eventually(() => (bus === one ? two : one).request(sync, '', 1000));
    synced.unsubscribe();
    return subscription;
  };

  /** Consumes what this test publishes: other tests have left messages in the stream. */
  const consume = async (
    bus: Bus,
    handler: (batch: readonly KeptMessage[]) => Promise<void>,
    options: { maxBatch?: number; maxWaitMs?: number } = {},
  ): Promise<Consumer> => {
    const mine = (batch: readonly KeptMessage[]) => batch.filter(({ subject }) => subject.endsWith(durable));
    const consumer = await bus.consume({ durable, maxBatch: 100, maxWaitMs: 5, ...options }, async (batch) => {
      if (mine(batch).length > 0) await handler(mine(batch));
    });
    consumers.push(consumer);
    return consumer;
  };
  const upSubject = () => `alink.up.${durable}`;

  test('is connected until it is closed, twice if need be', async () => {
    expect(one.connected).toBe(true);
    await one.close();
    await one.close();
    expect(one.connected).toBe(false);
    await expect(one.publishKept('alink.up.x', '')).rejects.toThrow(BusTimeoutError);
    await expect(one.request('x', '', 100)).rejects.toThrow(BusTimeoutError);
    expect(() => one.publish('x', '')).not.toThrow();
  });

  test('publish reaches every subscriber whose pattern fits, in order, until it unsubscribes', async () => {
    const exact: string[] = [];
    const star: string[] = [];
    const rest: string[] = [];
    const subscription = await listen(two, 'a.b.c', ({ data }) => exact.push(data.toString()));
    await listen(two, 'a.*.c', ({ data }) => star.push(data.toString()));
    await listen(two, 'a.>', ({ subject, data }) => rest.push(`${subject}=${data.toString()}`));
    one.publish('a.b.c', 'first');
    one.publish('a.x.c', Buffer.from('second'));
    one.publish('a.b', 'third');
    await eventually(() => expect(rest).toEqual(['a.b.c=first', 'a.x.c=second', 'a.b=third']));
    expect(star).toEqual(['first', 'second']);
    expect(exact).toEqual(['first']);
    subscription.unsubscribe();
    subscription.unsubscribe();
    await listen(two, 'unused', () => undefined);
    one.publish('a.b.c', 'fourth');
    await eventually(() => expect(rest).toHaveLength(4));
    expect(exact).toEqual(['first']);
  });

  test('bytes arrive as they are, also bytes that are not text', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 128, 32]);
    const got: Buffer[] = [];
    await listen(two, 'bytes', ({ data }) => got.push(data));
    one.publish('bytes', bytes);
    await eventually(() => expect(got).toEqual([bytes]));
  });

  test('one member of a queue gets each message', async () => {
    const got: string[] = [];
    const all: string[] = [];
    await listen(one, 'work', ({ data }) => got.push(`one ${data.toString()}`), { queue: 'workers' });
    await listen(two, 'work', ({ data }) => got.push(`two ${data.toString()}`), { queue: 'workers' });
    await listen(two, 'work', ({ data }) => all.push(data.toString()));
    const numbers = Array.from({ length: 60 }, (_, index) => String(index));
    for (const number of numbers) one.publish('work', number);
    await eventually(() => expect(all).toEqual(numbers));
    await eventually(() => expect(got).toHaveLength(60));
    expect(got.map((entry) => entry.slice(4)).sort()).toEqual([...numbers].sort());
    expect(new Set(got.map((entry) => entry.slice(0, 3)))).toEqual(new Set(['one', 'two']));
  });

  test('request gets the answer of a listener', async () => {
    await listen(two, 'ask.*', ({ subject, data, respond }) => respond?.(`${subject}: ${data.toString()}!`));
    const answers = await Promise.all(['1', '2', '3'].map((n) => one.request(`ask.${n}`, 'hello', PATIENCE_MS)));
    expect(answers.map(String)).toEqual(['ask.1: hello!', 'ask.2: hello!', 'ask.3: hello!']);
  });

  test('request without a listener fails at once, without an answer after its time', async () => {
    await expect(one.request('nobody', '', PATIENCE_MS)).rejects.toThrow(NoListenerError);
    await listen(two, 'silent', () => undefined);
    await expect(one.request('silent', '', 50)).rejects.toThrow(BusTimeoutError);
  });

  const acknowledgements = ['+ACK', '-NAK {"delay":5}', '+WPI', '+TERM', '{"stream":"device","seq":7}'];
  test.each(acknowledgements)('%s of a bystander is no answer', async (word) => {
    await listen(two, 'greet.>', ({ respond }) => respond?.(word));
    await expect(one.request('greet.other', '', 100)).rejects.toThrow(BusTimeoutError);
    await listen(two, 'greet.*', ({ data, respond }) => setTimeout(() => respond?.(`hello ${String(data)}`), 20));
    expect(String(await one.request('greet.me', 'bob', PATIENCE_MS))).toBe('hello bob');
  });

  test('an answer may begin as such a word does', async () => {
    await listen(two, 'sum', ({ respond }) => respond?.('+ACKS 5'));
    expect(String(await one.request('sum', '', PATIENCE_MS))).toBe('+ACKS 5');
  });

  test.each(['+ACK', '{"code":200}', ''])('what a bystander answers, "%s", refuses no kept message', async (words) => {
    const heard: BusMessage[] = [];
    await consume(one, async () => undefined);
    await listen(two, 'alink.up.>', (message) => {
      heard.push(message);
      message.respond?.(words);
    });
    const kept = Array.from({ length: 200 }, (_, i) => one.publishKept(`alink.up.${durable}`, String(i)));
    expect(new Set(await Promise.all(kept)).size).toBe(200);
    await eventually(() => expect(heard).toHaveLength(200));
  });

  test('a published message has nobody to answer to', async () => {
    const got: BusMessage[] = [];
    await listen(two, 'plain', (message) => got.push(message));
    one.publish('plain', '');
    await eventually(() => expect(got).toHaveLength(1));
    expect(got[0]!.respond).toBeUndefined();
  });

  test('a handler that throws harms neither the bus nor other handlers', async () => {
    const got: string[] = [];
    await listen(two, 'fragile', () => {
      throw new Error('broken handler');
    });
    await listen(two, 'fragile', ({ data }) => got.push(data.toString()));
    one.publish('fragile', '1');
    one.publish('fragile', '2');
    await eventually(() => expect(got).toEqual(['1', '2']));
  });

  test('a subject with white space is refused: it could speak to the server', async () => {
    await expect(one.publishKept('alink.up.a b', '')).rejects.toThrow(TypeError);
    await expect(one.request('a\r\nPUB x 0', '', 100)).rejects.toThrow(TypeError);
    expect(() => one.publish('a\r\nb', '')).not.toThrow();
  });

  test('kept messages are consumed in batches, in order, with growing sequences', async () => {
    const batches: KeptMessage[][] = [];
    await consume(two, async (batch) => void batches.push([...batch]), { maxBatch: 10, maxWaitMs: 50 });
    const wanted = Array.from({ length: 100 }, (_, index) => String(index));
    const sequences = await Promise.all(wanted.map((text) => one.publishKept(upSubject(), text)));
    await eventually(() => expect(texts(batches.flat())).toEqual(wanted));
    expect(batches.every((batch) => batch.length <= 10)).toBe(true);
    expect(batches.length).toBeLessThan(100);
    expect(batches.flat().map(({ sequence }) => sequence)).toEqual(sequences);
    expect([...sequences].sort((a, b) => a - b)).toEqual(sequences);
    expect(new Set(sequences).size).toBe(100);
    expect(batches.flat().every(({ deliveries, subject }) => deliveries === 1 && subject === upSubject())).toBe(true);
  });

  test('a batch that does not fill is handed over after its time', async () => {
    const got: string[] = [];
    await consume(two, async (batch) => void got.push(...texts(batch)), { maxBatch: 1000, maxWaitMs: 20 });
    await one.publishKept(upSubject(), 'alone');
    await eventually(() => expect(got).toEqual(['alone']));
  });

  test('batches come one after another, however slow the handler', async () => {
    let running = 0;
    let overlaps = 0;
    const got: string[] = [];
    await consume(
      two,
      async (batch) => {
        if (++running > 1) overlaps++;
        await new Promise((resolve) => setTimeout(resolve, 5));
        got.push(...texts(batch));
        running--;
      },
      { maxBatch: 3, maxWaitMs: 1 },
    );
    const wanted = Array.from({ length: 20 }, (_, index) => String(index));
    await Promise.all(wanted.map((text) => one.publishKept(upSubject(), text)));
    await eventually(() => expect(got).toEqual(wanted));
    expect(overlaps).toBe(0);
  });

  test('a batch whose handler rejects is delivered again, before what came later', async () => {
    const attempts: string[] = [];
    const done: KeptMessage[] = [];
    await consume(
      two,
      async (batch) => {
        attempts.push(texts(batch).join());
        if (attempts.length === 1) throw new Error('database is away');
        done.push(...batch);
      },
      { maxBatch: 2, maxWaitMs: 20 },
    );
    const publishing = ['a', 'b', 'c', 'd'].map((text) => one.publishKept(upSubject(), text));
    await eventually(() => expect(texts(done)).toEqual(['a', 'b', 'c', 'd']));
    const rejected = attempts[0]!.split(',');
    expect(rejected[0]).toBe('a');
    expect(done.map(({ deliveries }) => deliveries)).toEqual(
      texts(done).map((text) => (rejected.includes(text) ? 2 : 1)),
    );
    await Promise.all(publishing);
  });

  test('the same id is kept once', async () => {
    const got: string[] = [];
    await consume(two, async (batch) => void got.push(...texts(batch)));
    const [first, second] = await Promise.all([
      one.publishKept(upSubject(), 'same', `id-${durable}`),
      one.publishKept(upSubject(), 'same', `id-${durable}`),
    ]);
    const third = await one.publishKept(upSubject(), 'same', `id-${durable}`);
    await one.publishKept(upSubject(), 'other', `other-id-${durable}`);
    expect([second, third]).toEqual([first, first]);
    await eventually(() => expect(got).toEqual(['same', 'other']));
  });

  test('consumers of one durable share the work, durables get everything each', async () => {
    const shared: string[] = [];
    const other: string[] = [];
    const take = (into: string[]) => async (batch: readonly KeptMessage[]) => void into.push(...texts(batch));
    await consume(one, take(shared), { maxBatch: 5 });
    await consume(two, take(shared), { maxBatch: 5 });
    const second = await two.consume({ durable: `${durable}-other`, maxBatch: 5, maxWaitMs: 5 }, async (batch) => {
      other.push(...texts(batch.filter(({ subject }) => subject === upSubject())));
    });
    consumers.push(second);
    const wanted = Array.from({ length: 50 }, (_, index) => String(index));
    await Promise.all(wanted.map((text) => one.publishKept(upSubject(), text)));
    await eventually(() => expect(other).toEqual(wanted));
    await eventually(() => expect([...shared].sort()).toEqual([...wanted].sort()));
  });

  test('kept messages also reach plain subscribers, and plain publishes the stream', async () => {
    const heard: string[] = [];
    const kept: string[] = [];
    await listen(two, 'alink.up.>', ({ data }) => heard.push(data.toString()));
    await consume(two, async (batch) => void kept.push(...texts(batch)));
    await one.publishKept(upSubject(), 'kept');
    one.publish(upSubject(), 'plain');
    await eventually(() => expect(heard).toEqual(['kept', 'plain']));
    await eventually(() => expect(kept).toEqual(['kept', 'plain']));
  });

  test('a subject that no stream keeps is told at once', async () => {
    await expect(one.publishKept('nobody.keeps.this', '')).rejects.toThrow(BusTimeoutError);
  });

  test('what is to be heard is, once a listener says that it has it', async () => {
    const heard: string[] = [];
    await listen(two, 'rhino.hears.*', ({ data, respond }) => {
      heard.push(data.toString());
      respond?.('thank you');
      setTimeout(() => respond?.('+ACK'), 20);
    });
    await Promise.all(['1', '2', '3'].map((text) => one.publishHeard('rhino.hears.it', text)));
    expect(heard).toEqual(['1', '2', '3']);
  });

  test('what nobody hears is told at once', async () => {
    await expect(one.publishHeard('nobody.hears.this', '')).rejects.toThrow('nobody listens on this subject');
    await expect(one.publishHeard('a b', '')).rejects.toThrow(TypeError);
  });

  test('what is kept is heard as well', async () => {
    const kept: string[] = [];
    await consume(two, async (batch) => void kept.push(...texts(batch)));
    const subject = upSubject();
    await Promise.all([one.publishHeard(subject, 'x', `${subject}/x`), one.publishHeard(subject, 'x', `${subject}/x`)]);
    await eventually(() => expect(kept).toEqual(['x']));
  });

  test('stop waits for the batch under way, and leaves the rest to the next consumer', async () => {
    const got: string[] = [];
    let release: (() => void) | undefined;
    const first = await consume(
      two,
      async (batch) => {
        await new Promise<void>((resolve) => (release = resolve));
        got.push(...texts(batch));
      },
      { maxBatch: 1 },
    );
    const publishing = ['a', 'b', 'c'].map((text) => one.publishKept(upSubject(), text));
    await eventually(() => expect(release).toBeDefined());
    let stopped = false;
    const stopping = first.stop().then(() => (stopped = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stopped).toBe(false);
    release!();
    await stopping;
    expect(got).toEqual(['a']);
    await consume(two, async (batch) => void got.push(...texts(batch)));
    // What the first had fetched comes when the server takes it for lost, and in any order.
    await eventually(() => expect([...got].sort()).toEqual(['a', 'b', 'c']), { timeoutMs: 60_000 });
    await Promise.all(publishing);
  }, 90_000); // what was fetched in vain comes again after the 30 s of the server

  test('tells how full the stream is, and how far its consumers are behind', async () => {
    let release: (() => void) | undefined;
    await consume(two, () => new Promise<void>((resolve) => (release = resolve)));
    const keeping = one.publishKept(upSubject(), 'a message');
    await eventually(() => expect(release).toBeDefined());
    const facts = await two.streamFacts();
    expect(facts).toMatchObject({ isFull: false });
    expect(facts!.messages).toBeGreaterThan(0);
    expect(facts!.bytes).toBeGreaterThan(0);
    const behind = facts!.consumers.map(({ waiting, underWay }) => waiting + underWay);
    expect(Math.max(...behind)).toBeGreaterThan(0);
    release!();
    await keeping;
  });

  test('when the stream was made does not change', async () => {
    const created = await one.streamCreatedMs();
    expect(await two.streamCreatedMs()).toBe(created);
    expect(created).toBeLessThanOrEqual(Date.now());
  });
});
