/** What happens to the bus when its NATS server crashes, freezes, restarts or loses its store. */
import { eventually, freePort, PATIENCE_MS, startNats, type TestNats } from '@alink/testing';
import { connect } from 'nats';
import { BusTimeoutError, type Bus, type KeptMessage } from './bus';
import type { Log } from './log';
import { connectNats, type NatsBusOptions } from './nats-bus';

const SUBJECT = 'alink.up.0';

let server: TestNats;
const buses: Bus[] = [];
beforeEach(async () => {
  server = await startNats();
});
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await server.stop();
});

const connectBus = async (options: Partial<NatsBusOptions> = {}): Promise<Bus> => {
  const bus = await connectNats({ servers: server.url, name: 'spec', publishTimeoutMs: PATIENCE_MS, ...options });
  buses.push(bus);
  return bus;
};

const collect = async (bus: Bus, options = { durable: 'dm', maxBatch: 50, maxWaitMs: 5 }) => {
  const got: KeptMessage[] = [];
  const consumer = await bus.consume(options, async (batch) => void got.push(...batch));
  return { got, texts: () => got.map(({ data }) => data.toString()), consumer };
};

const streamInfo = async (name = 'ALINK') => {
  const nats = await connect({ servers: server.url });
  const info = await (await nats.jetstreamManager()).streams.info(name);
  await nats.close();
  return info;
};

/** Retries as a device does that gets no acknowledgement. */
const publishUntilKept = (bus: Bus, text: string) =>
  eventually(() => bus.publishKept(SUBJECT, text, `id-${text}`), { intervalMs: 50 });

test('the stream is made as asked, and brought up to date by who asks for something else', async () => {
  const first = await connectBus();
  expect((await streamInfo()).config).toMatchObject({
    subjects: ['alink.up.>', 'alink.status.>', 'alink.hub.>'],
    retention: 'limits',
    storage: 'file',
    discard: 'old',
    max_age: 7 * 86_400e9,
    duplicate_window: 120e9,
    max_bytes: -1,
    num_replicas: 1,
  });
  const sequence = await first.publishKept(SUBJECT, 'x');
  const second = await connectBus({ stream: { maxAgeMs: 3_600_000, maxBytes: 1_000_000 } });
  expect((await streamInfo()).config).toMatchObject({ max_age: 3_600e9, max_bytes: 1_000_000 });
  expect(await second.publishKept(SUBJECT, 'y')).toBe(sequence + 1);
  expect(await second.streamCreatedMs()).toBe(Date.parse((await streamInfo()).created));
});

test('a stream that keeps what is asked does not answer in place of whoever is asked', async () => {
  const bus = await connectBus();
  const other = await connect({ servers: server.url });
  await (await other.jetstreamManager()).streams.add({ name: 'device', subjects: ['device.down.>'] });
  other.subscribe('device.down.x.>', {
    callback: (_error, message) => void setTimeout(() => message.respond('done'), 50),
  });
  await other.flush();
  expect(String(await bus.request('device.down.x.y', 'do', PATIENCE_MS))).toBe('done');
  expect((await streamInfo('device')).state.messages).toBe(1);
  await other.close();
});

test('waits for a server that comes later, and gives up with the address of one that does not', async () => {
  await server.kill();
  const connecting = connectBus();
  await server.restart();
  expect((await connecting).connected).toBe(true);
  const address = `127.0.0.1:${await freePort()}`;
  const failing = connectNats({ servers: `nats://user:secret@${address}`, name: 'spec', connectTimeoutMs: 300 });
  await expect(failing).rejects.toThrow(`NATS does not answer at ${address}`);
  await expect(failing).rejects.not.toThrow(/secret/);
});

test('a server without JetStream is told', async () => {
  const plain = await startNats({ jetstream: false });
  await expect(connectNats({ servers: plain.url, name: 'spec' })).rejects.toThrow('stream ALINK cannot be made');
  await plain.stop();
});

test('after a crash nothing that was acknowledged is lost, nothing comes out of order, and consumers go on', async () => {
  const bus = await connectBus({ publishTimeoutMs: 1000 });
  let reconnects = 0;
  bus.onReconnect(() => reconnects++);
  const { texts } = await collect(bus);
  const kept: string[] = [];
  let running = true;
  const publishing = (async () => {
    for (let n = 0; running; n++) {
      await publishUntilKept(bus, String(n));
      kept.push(String(n));
    }
  })();
  await eventually(() => expect(kept.length).toBeGreaterThan(20));
  for (let crash = 1; crash <= 2; crash++) {
    await server.kill();
    await eventually(() => expect(bus.connected).toBe(false));
    await server.restart();
    await eventually(() => expect(reconnects).toBe(crash));
    const before = kept.length;
    await eventually(() => expect(kept.length).toBeGreaterThan(before + 20));
  }
  running = false;
  await publishing;
  await eventually(() => expect(texts()).toEqual(expect.arrayContaining(kept)));
  const firstSeen = [...new Set(texts())];
  expect(firstSeen).toEqual(kept);
});

test('a message under way during a short outage is kept once when the server is back', async () => {
  const bus = await connectBus({ publishTimeoutMs: 20_000 });
  const { texts } = await collect(bus);
  await server.kill();
  await eventually(() => expect(bus.connected).toBe(false));
  const waiting = [bus.publishKept(SUBJECT, 'one', 'id-1'), bus.publishKept(SUBJECT, 'two')];
  await server.restart();
  const [one, two] = await Promise.all(waiting);
  expect(two).toBe(one! + 1);
  expect(await bus.publishKept(SUBJECT, 'one', 'id-1')).toBe(one);
  await eventually(() => expect(texts()).toEqual(['one', 'two']));
});

test('an outage puts nothing out of order, however fast messages come when the server is back', async () => {
  const bus = await connectBus({ publishTimeoutMs: 20_000 });
  const { texts } = await collect(bus);
  const publishing: Promise<number>[] = [];
  const next = () => publishing.push(bus.publishKept(SUBJECT, String(publishing.length), `id-${publishing.length}`));
  const timer = setInterval(next, 1);
  await server.kill();
  await eventually(() => expect(bus.connected).toBe(false));
  await server.restart();
  await publishing[0];
  await eventually(() => expect(texts().length).toBeGreaterThan(100));
  clearInterval(timer);
  await Promise.all(publishing);
  await eventually(() => expect(texts()).toEqual(publishing.map((_, number) => String(number))));
});

test('while the server is away publishKept gives up in time, request at once, publish is silent', async () => {
  const bus = await connectBus({ publishTimeoutMs: 300 });
  await server.kill();
  await eventually(() => expect(bus.connected).toBe(false));
  const late = bus.publishKept(SUBJECT, 'x');
  await expect(late).rejects.toThrow(BusTimeoutError);
  await expect(late).rejects.toThrow('within 300 ms');
  await expect(bus.request('any', '', PATIENCE_MS)).rejects.toThrow(BusTimeoutError);
  expect(() => bus.publish('any', '')).not.toThrow();
});

test('a frozen server rejects what waits, in time, and is used again when it thaws', async () => {
  const bus = await connectBus({ publishTimeoutMs: 300 });
  await publishUntilKept(bus, 'before');
  await server.pause();
  await expect(bus.publishKept(SUBJECT, 'frozen')).rejects.toThrow('within 300 ms');
  server.resume();
  await publishUntilKept(bus, 'after');
});

test('a store that was lost is made anew, and consumers go on', async () => {
  const bus = await connectBus();
  const { texts } = await collect(bus);
  await bus.publishKept(SUBJECT, 'before');
  const created = await bus.streamCreatedMs();
  await eventually(() => expect(texts()).toEqual(['before']));
  await server.restart({ empty: true });
  await publishUntilKept(bus, 'after');
  await eventually(() => expect(texts()).toEqual(['before', 'after']));
  expect(await bus.streamCreatedMs()).toBeGreaterThan(created);
});

test('a stream or a durable that somebody deletes by hand is made anew', async () => {
  const bus = await connectBus();
  const { texts } = await collect(bus);
  const nats = await connect({ servers: server.url });
  const manager = await nats.jetstreamManager();
  await manager.consumers.delete('ALINK', 'dm');
  await bus.publishKept(SUBJECT, 'without durable');
  await eventually(() => expect(texts()).toEqual(['without durable']));
  await manager.streams.delete('ALINK');
  // Refused, unless the stream is there again already.
  await bus.publishKept(SUBJECT, 'too early').catch(() => undefined);
  await publishUntilKept(bus, 'without stream');
  await eventually(() => expect(texts()).toContain('without stream'));
  await nats.close();
});

test('more messages than may be in flight are refused at once', async () => {
  const bus = await connectBus({ maxInFlight: 10 });
  const results = await Promise.allSettled(Array.from({ length: 15 }, (_, n) => bus.publishKept(SUBJECT, String(n))));
  expect(results.map(({ status }) => status)).toEqual([...Array(10).fill('fulfilled'), ...Array(5).fill('rejected')]);
  expect((results[14] as PromiseRejectedResult).reason).toMatchObject({
    name: 'BusTimeoutError',
    message: expect.stringContaining('too many') as unknown,
  });
  await bus.publishKept(SUBJECT, 'room again');
});

test('a message above the limit of the server is refused, others are not', async () => {
  const bus = await connectBus();
  await expect(bus.publishKept(SUBJECT, Buffer.alloc(2_000_000))).rejects.toThrow();
  await bus.publishKept(SUBJECT, Buffer.alloc(200_000));
});

test('close keeps what was published before, and ends what waits', async () => {
  const bus = await connectBus();
  const publishing = Promise.all(Array.from({ length: 100 }, (_, n) => bus.publishKept(SUBJECT, String(n))));
  await bus.close();
  expect(await publishing).toHaveLength(100);
  const other = await connectBus();
  await server.kill();
  await eventually(() => expect(other.connected).toBe(false));
  const waiting = other.publishKept(SUBJECT, 'x');
  const failed = expect(waiting).rejects.toThrow('bus closed');
  await other.close();
  await failed;
});

test('a handler that takes longer than the server waits is not disturbed by a second delivery', async () => {
  // The server's patience is 30 s; what is declared to be in work is looked at instead of waiting for it.
  const bus = await connectBus();
  const nats = await connect({ servers: server.url });
  const answers: string[] = [];
  nats.subscribe('$JS.ACK.>', { callback: (_error, { data }) => answers.push(Buffer.from(data).toString()) });
  await nats.flush();
  let release!: () => void;
  const consumer = await bus.consume({ durable: 'slow', maxBatch: 1, maxWaitMs: 1 }, () => {
    return new Promise<void>((resolve) => (release = resolve));
  });
  await bus.publishKept(SUBJECT, 'long work');
  await eventually(() => expect(answers).toContain('+WPI'), { timeoutMs: 40_000 });
  expect(answers).not.toContain('+ACK');
  release();
  await eventually(() => expect(answers).toContain('+ACK'));
  await consumer.stop();
  await nats.close();
}, 60_000); // work is declared after 10 s

test('what goes wrong is logged, without the message', async () => {
  const lines: string[] = [];
  const write = (details: object, message: string) => void lines.push(`${message} ${JSON.stringify(details)}`);
  const logger: Log = { debug: write, info: write, warn: write, error: write };
  const bus = await connectBus({ logger });
  await server.restart();
  await publishUntilKept(bus, 'private');
  expect(lines.join('\n')).toMatch(/stream made/);
  expect(lines.join('\n')).toMatch(/NATS connection lost/);
  expect(lines.join('\n')).toMatch(/NATS connection is back/);
  expect(lines.join('\n')).not.toContain('private');
});
