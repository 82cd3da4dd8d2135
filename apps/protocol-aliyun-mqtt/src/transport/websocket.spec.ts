/** What the WebSocket port bears with before MQTT is spoken on it; see device-ports.spec for what it serves. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { setPeer } from '../link/peer';
import { noteOpening, type Opening } from './openings';
import { webSocketUpgrade } from './websocket';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** @param opening what is known of the way that each connection has come */
const start = async (upgradeMs: number, onStream: (stream: Duplex) => void, opening?: Opening): Promise<number> => {
  const take = webSocketUpgrade(onStream, upgradeMs);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const peer = { address: '127.0.0.1', port: socket.remotePort ?? 0, secure: false, certificates: [] };
    setPeer(socket, peer);
    if (opening) noteOpening(peer, opening);
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

test.each([
  ['pings', (webSocket: WebSocket) => webSocket.ping()],
  ['messages without content', (webSocket: WebSocket) => webSocket.send('')],
])('floods of %s are ended, some are borne with', async (_what, send) => {
  const port = await start(2000, (stream) => {
    stream.on('error', () => undefined);
    stream.pipe(stream);
  });
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, ['mqtt']);
  webSocket.on('error', () => undefined);
  await once(webSocket, 'open');
  for (let n = 0; n < 10; n++) send(webSocket);
  webSocket.send('still there');
  const [data] = (await once(webSocket, 'message')) as [Buffer];
  expect(data.toString()).toBe('still there');
  const closed = once(webSocket, 'close');
  for (let n = 0; n < 1000; n++) send(webSocket);
  await closed;
});

test('before its CONNECT a connection is not collected for', async () => {
  const opening = { mayBeGone: false, hasConnected: false, connecting: () => undefined, finished: () => undefined };
  const port = await start(2000, (stream) => stream.on('error', () => undefined), opening);
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, ['mqtt']);
  webSocket.on('error', () => undefined);
  await once(webSocket, 'open');
  webSocket.send(Buffer.alloc(100_000), { fin: false });
  await once(webSocket, 'close');
});
