import { setImmediate as turn } from 'node:timers/promises';
import { Outbox } from './outbox';

test('sends at the end of the turn, in order', async () => {
  const outbox = new Outbox();
  const sent: number[] = [];
  for (const n of [1, 2, 3]) outbox.add(() => sent.push(n));
  await Promise.resolve();
  expect(sent).toEqual([]);
  await turn();
  expect(sent).toEqual([1, 2, 3]);
});

test('sends at once where it is told to, and each once', async () => {
  const outbox = new Outbox();
  const sent: number[] = [];
  outbox.add(() => sent.push(1));
  outbox.drain();
  expect(sent).toEqual([1]);
  outbox.add(() => sent.push(2));
  await turn();
  expect(sent).toEqual([1, 2]);
});

test('what a send adds goes out too', async () => {
  const outbox = new Outbox();
  const sent: number[] = [];
  outbox.add(() => outbox.add(() => sent.push(1)));
  await turn();
  await turn();
  expect(sent).toEqual([1]);
});
