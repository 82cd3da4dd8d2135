/** Real sockets; only the pauses are watched, not how long they take. */
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { generate } from 'mqtt-packet';
import { eventually, seededRandom } from '@alink/testing';
import { ProtocolFault } from '../link/protocol-fault';
import { paceReads, type ReadPacing } from './read-pacing';

/** Time stands still: bytes that arrive slowly have no more budget than those that come at once. */
const clock = { now: () => 1_778_593_628_940 };

/** A server that reads as the broker does, and a client that sends. */
const pair = async (bytesPerSecond: number, more: Partial<ReadPacing> = {}, shares = 1) => {
  let pauses = 0;
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [conn] = await accepted;
  const onPause = (): void => void pauses++;
  const unlimited = { workPerSecond: 0, maxFirstBytes: Infinity, maxFilters: Infinity };
  paceReads(conn, { bytesPerSecond, ...unlimited, clock, onPause, ...more }).share(shares);
  const chunks: Buffer[] = [];
  conn.on('readable', () => {
    for (let chunk = conn.read() as Buffer | null; chunk; chunk = conn.read() as Buffer | null) chunks.push(chunk);
  });
  const ended = once(conn, 'end');
  ended.catch(() => undefined);
  return {
    client,
    conn,
    ended,
    received: () => Buffer.concat(chunks),
    pauses: () => pauses,
    stop: async () => {
      client.destroy();
      conn.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

test('every byte arrives in its order, however often reading pauses', async () => {
  const { client, received, pauses, ended, stop } = await pair(1_000_000);
  const sent = seededRandom(8).bytes(1_050_000);
  client.end(sent);
  await ended;
  expect(received().equals(sent)).toBe(true);
  expect(pauses()).toBeGreaterThan(0);
  await stop();
});

test('while it pauses nothing is read, and the sender is held back', async () => {
  const { client, received, stop, pauses } = await pair(1000);
  let flushed = false;
  client.write(Buffer.alloc(64 * 1024 * 1024), () => (flushed = true));
  // It is a minute in debt by then.
  await eventually(() => expect(received().length).toBeGreaterThan(60_000));
  const before = received().length;
  await pause(200);
  expect(received().length).toBe(before);
  expect(pauses()).toBeGreaterThan(0);
  expect(before).toBeLessThan(1024 * 1024);
  expect(flushed).toBe(false);
  await stop();
});

test('below the rate, and switched off, it never pauses', async () => {
  for (const bytesPerSecond of [1_000_000, 0]) {
    const { client, received, pauses, ended, stop } = await pair(bytesPerSecond);
    client.end(Buffer.alloc(500_000, 7));
    await ended;
    expect(received()).toHaveLength(500_000);
    expect(pauses()).toBe(0);
    await stop();
  }
});

describe('work', () => {
  const frame = generate({ cmd: 'puback', messageId: 1 });

  test('the shortest frames are read at their rate, and none is lost', async () => {
    const { client, received, pauses, ended, stop } = await pair(0, { workPerSecond: 1000 });
    const sent = Buffer.alloc(4 * 5300, frame);
    client.end(sent);
    await eventually(() => expect(pauses()).toBeGreaterThan(0));
    // The burst, and what is handed over together, once for each pause.
    expect(received().length / 4).toBeGreaterThanOrEqual(5000);
    expect(received().length / 4).toBeLessThanOrEqual(5000 + 16 * pauses());
    await ended;
    expect(received().equals(sent)).toBe(true);
    await stop();
  });

  test('what waits is bounded, however long a flood lasts', async () => {
    const { client, conn, received, stop } = await pair(0, { workPerSecond: 50 });
    const flood = setInterval(() => client.write(Buffer.alloc(256 * 1024, frame)), 5);
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, conn.readableLength)), 5);
    await eventually(() => expect(received().length).toBeGreaterThan(4 * 350));
    clearInterval(flood);
    clearInterval(watch);
    expect(most).toBeLessThanOrEqual(160 * 1024);
    await stop();
  });

  test('large frames come through whole', async () => {
    const { client, received, ended, stop } = await pair(0, { workPerSecond: 1000 });
    const payload = seededRandom(9).bytes(200_000);
    const large = generate({ cmd: 'publish', topic: 't', payload, qos: 0, dup: false, retain: false });
    client.end(Buffer.concat([large, frame, large]));
    await ended;
    expect(received().equals(Buffer.concat([large, frame, large]))).toBe(true);
    await stop();
  });

  test('what came at once is handed over in parts, and its end after all of it', async () => {
    const { client, conn, ended, received, pauses, stop } = await pair(0, { workPerSecond: 1000 });
    const sizes: number[] = [];
    const read = conn.read.bind(conn);
    conn.read = (size?: number): unknown => {
      const chunk = read(size) as Buffer | null;
      if (chunk) sizes.push(chunk.length);
      return chunk;
    };
    client.end(Buffer.alloc(4 * 1000, frame));
    await ended;
    expect(received()).toHaveLength(4000);
    expect(Math.max(...sizes)).toBe(64);
    expect(pauses()).toBe(0);
    await stop();
  });

  test('pieces cost too, as TLS records and WebSocket messages of one byte are', async () => {
    const frames = Buffer.alloc(4 * 500, frame);
    const whole = generate({
      cmd: 'publish',
      topic: 't',
      payload: Buffer.alloc(5100),
      qos: 0,
      dup: false,
      retain: false,
    });
    // Four of a frame are what clients make of it at times; thousands of one are a flood.
    for (const [sent, bytes, isSlow] of [
      [frames, 1, false],
      [whole, 1, true],
      [whole, 16_384, false],
    ] as const) {
      const conn = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
      let pauses = 0;
      const onPause = (): void => void pauses++;
      const limits = { bytesPerSecond: 0, workPerSecond: 100, maxFirstBytes: Infinity, maxFilters: Infinity };
      paceReads(conn, { ...limits, clock, onPause });
      const chunks: Buffer[] = [];
      conn.on('readable', () => {
        for (let chunk = conn.read() as Buffer | null; chunk; chunk = conn.read() as Buffer | null) chunks.push(chunk);
      });
      for (let at = 0; at < sent.length; at += bytes) conn.push(sent.subarray(at, at + bytes));
      conn.push(null);
      await once(conn, 'end');
      expect(Buffer.concat(chunks).equals(sent)).toBe(true);
      expect(pauses > 0).toBe(isSlow);
    }
  });

  test('a connection of many devices has as many shares', async () => {
    const sent = Buffer.alloc(4 * 10_000, frame);
    for (const [shares, isHeldBack] of [
      [1, true],
      [10, false],
    ] as const) {
      const { client, received, pauses, ended, stop } = await pair(100_000, { workPerSecond: 1000 }, shares);
      client.end(sent);
      if (isHeldBack) await eventually(() => expect(pauses()).toBeGreaterThan(0));
      else {
        await ended;
        expect([pauses(), received().length]).toEqual([0, sent.length]);
      }
      await stop();
    }
  });

  test('and room for more filters in a SUBSCRIBE', async () => {
    const { client, received, ended, stop } = await pair(0, { workPerSecond: 1000, maxFilters: 2 }, 2);
    const subscriptions = ['a', 'b', 'c', 'd'].map((topic) => ({ topic, qos: 0 as const }));
    const sent = generate({ cmd: 'subscribe', messageId: 1, subscriptions });
    client.end(sent);
    await ended;
    expect(received().equals(sent)).toBe(true);
    await stop();
  });

  test('a frame beyond the limits ends the connection, with a word about why, and after what stands before it', async () => {
    const { client, conn, received, stop } = await pair(0, { workPerSecond: 1000, maxFilters: 2 });
    const failed = once(conn, 'error');
    const subscriptions = ['a', 'b', 'c'].map((topic) => ({ topic, qos: 0 as const }));
    client.write(Buffer.concat([frame, generate({ cmd: 'subscribe', messageId: 1, subscriptions })]));
    const [fault] = (await failed) as [ProtocolFault];
    expect(fault).toBeInstanceOf(ProtocolFault);
    expect(fault.did).toBe('the client sent a SUBSCRIBE of more than 2 filters');
    expect(received().subarray(0, 4).equals(frame)).toBe(true);
    expect(conn.destroyed).toBe(true);
    await stop();
  });
});
