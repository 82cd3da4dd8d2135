import { DeviceQueues } from './device-queues';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('work on one device waits for what came before, however that ends, and on another one does not', async () => {
  const queues = new DeviceQueues();
  const log: string[] = [];
  let fail!: (error: Error) => void;
  const first = queues.run('a', () => new Promise<void>((_resolve, reject) => (fail = reject)));
  const second = queues.run('a', async () => log.push('second'));
  await queues.run('b', async () => log.push('other'));
  await turn();
  expect([log, queues.waiting]).toEqual([['other'], 2]);
  fail(new Error('no'));
  await expect(first).rejects.toThrow('no');
  await second;
  await turn();
  expect([log, queues.waiting]).toEqual([['other', 'second'], 0]);
});

test('work on several devices waits for what came before for any of them, and is waited for by what comes after', async () => {
  const queues = new DeviceQueues();
  const done: string[] = [];
  let finish = (): void => undefined;
  const slow = queues.run('a', () => new Promise<void>((resolve) => (finish = resolve)));
  const work = (name: string) => async (): Promise<void> => void done.push(name);
  const later = [
    queues.runTogether(['a', 'b'], work('both')),
    queues.run('b', work('after')),
    queues.run('c', work('other')),
  ];
  await later[2];
  expect(done).toEqual(['other']);
  finish();
  await Promise.all([slow, ...later]);
  expect(done).toEqual(['other', 'both', 'after']);
  await new Promise(setImmediate);
  expect(queues.waiting).toBe(0);
});
