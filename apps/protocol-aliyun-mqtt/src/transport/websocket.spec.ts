/** What the WebSocket port bears with before MQTT is spoken on it; see device-ports.spec for what it serves. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { eventually } from '@alink/testing';
import { setPeer } from '../link/peer';
import { noteOpening, type Opening } from './openings';
import { readOrigins, webSocketUpgrade, type WebSocketOptions } from './websocket';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** @param opening what is known of the way that each connection has come */
const start = async (
  upgradeMs: number,
  onStream: (stream: Duplex) => void,
  { opening, ...options }: WebSocketOptions & { readonly opening?: Opening } = {},
): Promise<number> => {
  const take = webSocketUpgrade(onStream, { upgradeMs, ...options });
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

describe('origins', () => {
  const statusOf = async (port: number, origin?: string): Promise<number | string> => {
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, ['mqtt'], { origin });
    return new Promise((resolve) => {
      webSocket.once('open', () => {
        resolve('open');
        webSocket.terminate();
      });
      webSocket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0));
      webSocket.on('error', () => undefined);
    });
  };

  test('pages of others are refused with a line; listed ones, and what is no page, connect', async () => {
    const faults: string[] = [];
    const port = await start(5000, (stream) => stream.on('error', () => undefined), {
      origins: readOrigins('https://console.example.com, http://localhost:4200'),
      onFault: ({ address }, { message }) => void faults.push(`${address}: ${message}`),
    });
    expect(await statusOf(port, 'https://console.example.com')).toBe('open');
    expect(await statusOf(port, 'http://localhost:4200')).toBe('open');
    expect(await statusOf(port)).toBe('open');
    expect(faults).toEqual([]);
    for (const origin of ['https://evil.example', 'http://console.example.com', 'null']) {
      expect(await statusOf(port, origin)).toBe(403);
    }
    expect(faults[0]).toBe(
      '127.0.0.1: a page of "https://evil.example" may not open a WebSocket here; add its origin to WS_ORIGINS if it is yours',
    );
  });

  test('without a list every page connects', async () => {
    const port = await start(5000, (stream) => stream.on('error', () => undefined), {
      origins: readOrigins(undefined),
    });
    expect(await statusOf(port, 'https://evil.example')).toBe('open');
  });

  test.each(['console.example.com', 'https://console.example.com/path', '*'])('%s is no origin', (list) => {
    expect(() => readOrigins(list)).toThrow(/WS_ORIGINS: .* is no origin/);
  });
});

/** Text in fragments, most of them without content. */
const fragments = (webSocket: WebSocket): void => {
  webSocket.send('', { fin: false });
  for (let n = 0; n < 98; n++) webSocket.send('', { fin: false });
  webSocket.send('.', { fin: true });
};

test.each([
  ['pings', (webSocket: WebSocket) => webSocket.ping(), '20 WebSocket frames without content'],
  ['messages without content', (webSocket: WebSocket) => webSocket.send(''), '20 WebSocket frames without content'],
  ['fragments', fragments, '5000 WebSocket frames'],
])('floods of %s are ended, some are borne with', async (_what, send, cause) => {
  let tell: (error: Error) => void;
  const failed = new Promise<Error>((resolve) => (tell = resolve));
  const port = await start(2000, (stream) => {
    stream.on('error', (error) => tell(error));
    stream.pipe(stream);
  });
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, ['mqtt']);
  webSocket.on('error', () => undefined);
  await once(webSocket, 'open');
  for (let n = 0; n < 10; n++) send(webSocket);
  webSocket.send('still there');
  const heard: string[] = [];
  webSocket.on('message', (data: Buffer) => void heard.push(data.toString()));
  await eventually(() => expect(heard).toContain('still there'));
  const closed = once(webSocket, 'close');
  for (let n = 0; n < 1000; n++) send(webSocket);
  await closed;
  expect((await failed).message).toContain(cause);
});

test('before its CONNECT a connection is not collected for', async () => {
  const opening = { mayBeGone: false, hasConnected: false, connecting: () => undefined, finished: () => undefined };
  const port = await start(2000, (stream) => stream.on('error', () => undefined), { opening });
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, ['mqtt']);
  webSocket.on('error', () => undefined);
  await once(webSocket, 'open');
  webSocket.send(Buffer.alloc(100_000), { fin: false });
  await once(webSocket, 'close');
});
