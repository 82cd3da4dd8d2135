/** The bounds of the HTTP port's connections, with real clients; routes have tests of their own. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createLogger, createMetrics } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { setPeer } from '../link/peer';
import { createHttpServer, type HttpServerOptions } from './http-server';

const running: { close(): void }[] = [];
afterEach(() => {
  for (const server of running.splice(0)) server.close();
  expect(errors).toEqual([]);
});

const forever = 600_000;
const errors: string[] = [];
/** @returns the port, and the connections that are open there */
const start = async (bounds: NonNullable<HttpServerOptions['bounds']>) => {
  const notAsked = (): never => {
    throw new Error('no device asks here');
  };
  const http = createHttpServer({
    directory: { find: notAsked } as unknown as HttpServerOptions['directory'],
    credentials: {} as HttpServerOptions['credentials'],
    journal: { note: notAsked },
    lockout: {} as HttpServerOptions['lockout'],
    connectRate: { refuse: notAsked },
    plain: true,
    publicEndpoint: undefined,
    mqttPort: 1883,
    files: { open: notAsked },
    metrics: createMetrics('test'),
    ready: () => true,
    log: createLogger({ name: 'test', level: 'error', destination: { write: (line) => void errors.push(line) } }),
    bounds,
  });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    setPeer(socket, { address: '127.0.0.1', port: socket.remotePort ?? 0, secure: false, certificates: [] });
    http.emit('connection', socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push({
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  });
  return { port: (server.address() as AddressInfo).port, open };
};

const dial = async (
  port: number,
  bytes = '',
): Promise<{ socket: Socket; closed: Promise<void>; answer: () => string }> => {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  await once(socket, 'connect');
  socket.write(bytes);
  return { socket, closed, answer: () => answer };
};

test.each([
  ['silence', ''],
  ['half a header', 'POST /auth/devicename HTTP/1.1\r\nHost: x\r\nContent-'],
  ['half a body', 'POST /auth/devicename HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nproductKey='],
])('%s: closed', async (_name, bytes) => {
  const { port, open } = await start({ connectionMs: 200, maxConnections: 10 });
  const { closed } = await dial(port, bytes);
  await closed;
  await eventually(() => expect(open.size).toBe(0));
});

test('a request that comes byte by byte is not waited for longer', async () => {
  const { port } = await start({ connectionMs: 200, maxConnections: 10 });
  const { socket, closed } = await dial(port, 'GET /healthz HTTP/1.1\r\nX: ');
  const drip = setInterval(() => socket.write('x'), 10);
  await closed;
  clearInterval(drip);
});

test('after its answer a connection ends, also for a client that would go on', async () => {
  const { port } = await start({ connectionMs: forever, maxConnections: 10 });
  const { closed, answer } = await dial(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n');
  await closed;
  expect(answer()).toMatch(/^HTTP\/1.1 200 .*\r\nconnection: close\r\n.*ok\n$/is);
});

test("requests sent ahead of the first one's answer are not served", async () => {
  const { port } = await start({ connectionMs: forever, maxConnections: 10 });
  const { closed, answer } = await dial(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(10));
  await closed;
  expect(answer().match(/^ok$/gm)).toHaveLength(1);
});

test('an HTTP/1.0 client that would go on', async () => {
  const { port } = await start({ connectionMs: forever, maxConnections: 10 });
  const { closed, answer } = await dial(port, 'GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
  await closed;
  expect(answer()).toMatch(/^HTTP\/1.1 200 .*ok\n$/is);
});

test('of more connections than may be open, the oldest is closed', async () => {
  const { port, open } = await start({ connectionMs: forever, maxConnections: 3 });
  const connections = [];
  for (let n = 0; n < 5; n++) connections.push(await dial(port));
  await Promise.all(connections.slice(0, 2).map(({ closed }) => closed));
  await eventually(() => expect(open.size).toBe(3));
  expect(connections.map(({ socket }) => socket.destroyed)).toEqual([true, true, false, false, false]);
  const healthy = await dial(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  await healthy.closed;
  expect(healthy.answer()).toMatch(/200/);
});
