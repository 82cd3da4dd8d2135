import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'mqtt-packet';
import { DeviceSocket, NoAnswerError } from './device-socket';
import { connectPacket, DISCONNECT } from './packets';

const CONNECT = connectPacket({ clientId: 'c', username: 'u', password: 'p' });
const connack = (returnCode: number): Buffer => generate({ cmd: 'connack', returnCode, sessionPresent: false });

let server: Server;
let port: number;
/** What the server does with a connection that has sent its CONNECT. */
let serve: (socket: Socket, received: Buffer[]) => void;

beforeEach(async () => {
  server = createServer((socket) => {
    const received: Buffer[] = [];
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => received.push(bytes));
    socket.once('data', () => serve(socket, received));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(() => void server.close());

const closedBy = (device: DeviceSocket): Promise<void> => new Promise((resolve) => (device.onClose = resolve));

test('opens with CONNACK 0 and takes leave with DISCONNECT', async () => {
  let received: Buffer[] = [];
  serve = (socket, bytes) => {
    received = bytes;
    socket.write(connack(0));
  };
  const device = await DeviceSocket.open(CONNECT, { port });
  await device.close();
  expect(Buffer.concat(received)).toEqual(Buffer.concat([CONNECT, DISCONNECT]));
});

test('packets are told one by one, and then the end of what was read at once', async () => {
  const publish = generate({ cmd: 'publish', topic: 't', payload: 'x', qos: 0, dup: false, retain: false });
  serve = (socket) => {
    socket.write(connack(0));
    setTimeout(() => socket.write(Buffer.concat([publish, publish, publish])), 50);
  };
  const device = await DeviceSocket.open(CONNECT, { port });
  const told: string[] = [];
  device.onPacket = ({ type }) => told.push(`packet ${type}`);
  await new Promise<void>((resolve) => {
    device.onRead = () => {
      told.push('read');
      resolve();
    };
  });
  expect(told).toEqual(['packet 3', 'packet 3', 'packet 3', 'read']);
  await device.reset();
});

test('a connection that the server ends is told', async () => {
  serve = (socket) => {
    socket.write(connack(0));
    setTimeout(() => socket.end(), 50);
  };
  const device = await DeviceSocket.open(CONNECT, { port });
  await closedBy(device);
  await device.close(); // it is closed already
});

test('a connection is reset also while the server ends it', async () => {
  const peers: Socket[] = [];
  serve = (socket) => {
    peers.push(socket);
    socket.write(connack(0));
  };
  const ending = await DeviceSocket.open(CONNECT, { port });
  const other = await DeviceSocket.open(CONNECT, { port });
  await sleep(50);
  // Both arrive at once: the end of one connection, and then what has it reset.
  peers[0]!.end(() => peers[1]!.write(generate({ cmd: 'pingresp' })));
  await new Promise<void>((resolve) => {
    other.onRead = () => void ending.reset().then(resolve);
  });
  await other.reset();
});

test('a CONNACK that refuses', async () => {
  serve = (socket) => socket.write(connack(4));
  await expect(DeviceSocket.open(CONNECT, { port })).rejects.toThrow('CONNACK 4');
});

test('a connection that is closed without a CONNACK', async () => {
  serve = (socket) => socket.end();
  await expect(DeviceSocket.open(CONNECT, { port })).rejects.toThrow('closed before its CONNACK');
});

test('a server that does not answer', async () => {
  serve = () => undefined;
  await expect(DeviceSocket.open(CONNECT, { port, timeoutMs: 50 })).rejects.toThrow(NoAnswerError);
});
