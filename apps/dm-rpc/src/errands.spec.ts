import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { createLogger } from '@alink/runtime';
import { Errands } from './errands';

let lines: string[];
let errands: Errands;
/** What has begun, in its order. */
let begun: string[];
/** Ends those that were held, by their names. */
let ends: Map<string, () => void>;

beforeEach(() => {
  lines = [];
  begun = [];
  ends = new Map();
  const log = createLogger({ name: 'test', level: 'warn', destination: { write: (line) => void lines.push(line) } });
  errands = new Errands({ log, atOnce: 2, failed: 'not told' });
});

const device = (deviceName: string) => ({ productID: 'p1', deviceName });
const quick = (name: string) => async () => void begun.push(name);
const held = (name: string) => () => {
  begun.push(name);
  return new Promise<void>((resolve) => ends.set(name, resolve));
};
const failing = (name: string) => async () => {
  begun.push(name);
  throw new Error(`no ${name}`);
};
const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

test('so many run at once, the others when one has ended', async () => {
  for (const name of ['a', 'b', 'c']) errands.run(device(name), held(name));
  expect(begun).toEqual(['a', 'b']);
  ends.get('b')!();
  await turnOfLoop();
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('one that fails keeps neither its next steps nor other devices from theirs, and the log names the device', async () => {
  errands.run(device('a'), failing('a1'), quick('a2'));
  errands.run(device('b'), quick('b1'));
  errands.run({}, failing('all'));
  await turnOfLoop();
  expect([...begun].sort()).toEqual(['a1', 'a2', 'all', 'b1']);
  expect(logged()).toMatchObject([
    { msg: 'not told', productID: 'p1', deviceName: 'a', err: { message: 'no a1' } },
    { msg: 'not told', err: { message: 'no all' } },
  ]);
  expect(logged()[1]).not.toHaveProperty('deviceName');
});

test('a stop waits for all that is under way, after one has failed too, and begins nothing', async () => {
  errands.run(device('a'), held('a1'), quick('a2'));
  errands.run(device('b'), failing('b1'), held('b2'));
  errands.run(device('c'), quick('c1'));
  await turnOfLoop();
  let isStopped = false;
  const stopping = errands.stop().then(() => (isStopped = true));
  ends.get('b2')!();
  await turnOfLoop();
  expect(isStopped).toBe(false);
  ends.get('a1')!();
  await stopping;
  errands.run(device('d'), quick('d1'));
  await errands.stop();
  expect(begun).toEqual(['a1', 'b1', 'b2']);
});

test('a stop cuts short the wait before the next try, without a word in the log; what else fails then is told', async () => {
  errands.run(device('a'), () => errands.sleep());
  errands.run(device('b'), async () => {
    await errands.sleep().catch(() => undefined);
    throw new Error('closed');
  });
  await errands.stop();
  expect(logged()).toMatchObject([{ deviceName: 'b', err: { message: 'closed' } }]);
});
