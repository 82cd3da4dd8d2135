/** What only the in-process bus does; what it shares with NATS is in bus.spec.ts. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually, PATIENCE_MS } from '@alink/testing';
import type { KeptMessage } from './bus';
import { createMemoryBus } from './memory-bus';

const SUBJECT = 'alink.up.0';
const patient = { publishTimeoutMs: PATIENCE_MS };
const options = { durable: 'dm', maxBatch: 10, maxWaitMs: 1 };

test('a message is kept once every durable has handled it', async () => {
  const bus = createMemoryBus(patient);
  const releases: (() => void)[] = [];
  const slowly = () => new Promise<void>((resolve) => releases.push(resolve));
  await bus.consume({ ...options, durable: 'one' }, slowly);
  await bus.consume({ ...options, durable: 'two' }, slowly);
  let kept = false;
  const publishing = bus.publishKept(SUBJECT, 'x').then(() => (kept = true));
  await eventually(() => expect(releases).toHaveLength(2));
  releases[0]!();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(kept).toBe(false);
  releases[1]!();
  await publishing;
  await bus.close();
});

test('before there is a durable, messages wait for the first one', async () => {
  const bus = createMemoryBus(patient);
  const publishing = ['a', 'b'].map((text) => bus.publishKept(SUBJECT, text));
  const got: KeptMessage[] = [];
  await bus.consume(options, async (batch) => void got.push(...batch));
  const sequences = await Promise.all(publishing);
  expect(got.map(({ data }) => data.toString())).toEqual(['a', 'b']);
  expect(got.map(({ sequence }) => sequence)).toEqual(sequences);
  await bus.close();
});

test('without a durable in time a message is given up, and forgotten', async () => {
  const bus = createMemoryBus({ publishTimeoutMs: 20 });
  await expect(bus.publishKept(SUBJECT, 'x', 'id')).rejects.toMatchObject({ name: 'BusTimeoutError' });
  const got: string[] = [];
  await bus.consume(options, async (batch) => void got.push(...batch.map(({ data }) => data.toString())));
  // Twice, if the first was given up while it was being handled.
  await eventually(() => bus.publishKept(SUBJECT, 'again', 'id'));
  expect(new Set(got)).toEqual(new Set(['again']));
  await bus.close();
});

test('what was handled leaves its id for a while, and none of its bytes', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const bus = createMemoryBus(patient);
  await bus.consume(options, () => Promise.resolve());
  const megabyte = 'x'.repeat(1024 * 1024);
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < 100; n++) await bus.publishKept(SUBJECT, megabyte, `id ${n}`);
  await eventually(() => {
    collectGarbage();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
  });
  await bus.close();
});

test('messages held are bounded, since a handler may fail for ever', async () => {
  const bus = createMemoryBus({ maxInFlight: 3, publishTimeoutMs: 20 });
  const consumer = await bus.consume(options, () => Promise.reject(new Error('database is away')));
  const results = await Promise.allSettled(Array.from({ length: 5 }, (_, n) => bus.publishKept(SUBJECT, String(n))));
  const reasons = results.map((result) => String((result as PromiseRejectedResult).reason));
  expect(reasons.filter((reason) => reason.includes('not handled in time'))).toHaveLength(3);
  expect(reasons.filter((reason) => reason.includes('too many'))).toHaveLength(2);
  await expect(bus.publishKept(SUBJECT, 'still full')).rejects.toThrow('too many');
  await consumer.stop();
  const got: string[] = [];
  await bus.consume(options, async (batch) => void got.push(...batch.map(({ data }) => data.toString())));
  await eventually(() => expect(got).toEqual(['0', '1', '2']));
  await bus.close();
});

test('sequences grow from one process to the next, as of a stream that was never lost', async () => {
  const first = createMemoryBus(patient);
  await first.consume(options, async () => undefined);
  const before = await first.publishKept(SUBJECT, 'x');
  await first.close();
  await new Promise((resolve) => setTimeout(resolve, 2));
  const second = createMemoryBus(patient);
  await second.consume(options, async () => undefined);
  expect(await second.publishKept(SUBJECT, 'x')).toBeGreaterThan(before);
  expect(Number.isSafeInteger(before)).toBe(true);
  expect(await second.streamCreatedMs()).toBe(0);
  await second.close();
});

test('close ends what waits', async () => {
  const bus = createMemoryBus(patient);
  bus.subscribe('silent', () => undefined);
  const kept = expect(bus.publishKept(SUBJECT, 'x')).rejects.toThrow('bus closed');
  const asked = expect(bus.request('silent', '', PATIENCE_MS)).rejects.toThrow('bus closed');
  await new Promise((resolve) => setTimeout(resolve, 1));
  await bus.close();
  await Promise.all([kept, asked]);
});

test('which subjects are kept can be chosen', async () => {
  const bus = createMemoryBus({ ...patient, streamSubjects: ['jobs.>'] });
  await bus.consume(options, async () => undefined);
  await bus.publishKept('jobs.run', 'x');
  await expect(bus.publishKept(SUBJECT, 'x')).rejects.toThrow('no stream keeps');
  await bus.close();
});
