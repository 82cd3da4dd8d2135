import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { PATIENCE_MS } from '@alink/testing';
import { checkHealth } from './index';
import { startTimedServer } from '../test/timed-server';

test('a server that serves, and then is gone', async () => {
  const server = await startTimedServer({});
  const address = `127.0.0.1:${server.port}`;
  expect(await checkHealth(address, { deadlineMs: PATIENCE_MS })).toBe('serving');
  await server.stop();
  expect(await checkHealth(address)).toBe('unreachable');
});

test('a server that is about to end', async () => {
  const server = new Server();
  new HealthImplementation({ '': 'NOT_SERVING' }).addToServer(server);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  expect(await checkHealth(`127.0.0.1:${port}`, { deadlineMs: PATIENCE_MS })).toBe('not serving');
  server.forceShutdown();
});

test('something that is no gRPC server and says nothing', async () => {
  const sockets: Socket[] = [];
  const mute = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  expect(await checkHealth(`127.0.0.1:${(mute.address() as AddressInfo).port}`, { deadlineMs: 200 })).toBe(
    'unreachable',
  );
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => mute.close(resolve));
});
