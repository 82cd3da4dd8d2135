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
