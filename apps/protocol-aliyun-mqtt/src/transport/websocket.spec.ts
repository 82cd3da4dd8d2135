/** What the WebSocket port bears with before MQTT is spoken on it; see device-ports.spec for what it serves. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { setPeer } from '../link/peer';
import { webSocketUpgrade } from './websocket';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

const start = async (upgradeMs: number, onStream: (stream: Duplex) => void): Promise<number> => {
  const take = webSocketUpgrade(onStream, upgradeMs);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    setPeer(socket, { address: '127.0.0.1', port: socket.remotePort ?? 0, secure: false, certificates: [] });
    take(socket);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

test.each([
  ['silence', ''],
  ['half an upgrade', 'GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n'],
  ['half of another request', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx'],
])('%s: closed', async (_name, bytes) => {
  const port = await start(200, () => undefined);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(bytes);
  await once(socket, 'close');
});

test('once upgraded, a connection lasts', async () => {
  const upgradeMs = 2000;
  const port = await start(upgradeMs, (stream) => {
    stream.on('error', () => undefined);
    stream.pipe(stream);
  });
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, ['mqtt']);
  await once(webSocket, 'open');
  // Until one that is not upgraded has been closed, which began later.
  const silent = connect(port, '127.0.0.1');
  await once(silent, 'close');
  webSocket.send('hello');
  const [data] = (await once(webSocket, 'message')) as [Buffer];
  expect(data.toString()).toBe('hello');
  webSocket.terminate();
});
