import { ServerProcess } from './server-process';

test('a server that ends at start is told with what it said', async () => {
  const server = new ServerProcess({
    command: process.execPath,
    args: ['-e', `console.error('bad option'); process.exit(2)`],
    ready: () => Promise.reject(new Error('not yet')),
  });
  await expect(server.start()).rejects.toThrow(/ended at start:\nbad option/);
});

test('a server that never serves is ended', async () => {
  const server = new ServerProcess({
    command: process.execPath,
    args: ['-e', 'setInterval(() => {}, 1000)'],
    ready: () => Promise.reject(new Error('no answer')),
    startTimeoutMs: 100,
  });
  await expect(server.start()).rejects.toThrow('does not serve');
  expect(server.pid).toBeUndefined();
});

test('a command that does not exist is told', async () => {
  const server = new ServerProcess({ command: '/no/such/server', args: [], ready: () => Promise.reject(new Error()) });
  await expect(server.start()).rejects.toThrow('ENOENT');
});

test('stop, kill and start again, also when frozen', async () => {
  let ready = false;
  const server = new ServerProcess({
    command: process.execPath,
    args: ['-e', 'setInterval(() => {}, 1000)'],
    ready: async () => void (ready = true),
  });
  await server.start();
  const first = server.pid;
  expect(ready).toBe(true);
  await server.pause();
  await server.kill();
  expect(server.pid).toBeUndefined();
  await server.stop();
  await server.start();
  expect(server.pid).not.toBe(first);
  await server.stop();
});
