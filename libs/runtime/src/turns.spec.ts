import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { Turns } from './turns';

test('so many run at once, the others in their order', async () => {
  const turns = new Turns({ atOnce: 2, maxWaiting: 3 });
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const task = (name: number) => () => {
    begun.push(name);
    return new Promise<number>((resolve) => ends.push(() => resolve(name)));
  };
  const results = [1, 2, 3, 4].map((name) => turns.take(task(name)));
  expect(begun).toEqual([1, 2]);
  expect(turns.isFull).toBe(false);
  results.push(turns.take(task(5)));
  expect(turns.isFull).toBe(true);
  for (let at = 0; at < 5; at++) {
    ends[at]!();
    await turnOfLoop();
    expect(begun).toHaveLength(Math.min(at + 3, 5));
  }
  expect(await Promise.all(results)).toEqual([1, 2, 3, 4, 5]);
  expect(begun).toEqual([1, 2, 3, 4, 5]);
});

test('one that fails gives its turn on', async () => {
  const turns = new Turns({ atOnce: 1 });
  const failing = turns.take(() => Promise.reject(new Error('no')));
  const next = turns.take(() => Promise.resolve('next'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('next');
  expect(await turns.take(() => Promise.resolve('later'))).toBe('later');
});
