import { createServer } from 'node:net';
import { once } from 'node:events';
import { freePort } from './free-port';

test('gives a port that can be listened on, another one each time', async () => {
  // So many at once that some are drawn twice.
  const ports = await Promise.all(Array.from({ length: 200 }, freePort));
  expect(new Set(ports).size).toBe(200);
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  }
});
