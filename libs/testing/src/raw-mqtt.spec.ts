import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { RawMqtt } from './raw-mqtt';

/** A server that keeps what it gets and sends what it is told. */
let server: Server;
let peer: Socket;
let got: Buffer;
let raw: RawMqtt;

beforeEach(async () => {
  got = Buffer.alloc(0);
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  raw = await RawMqtt.open({ port: (server.address() as AddressInfo).port });
  [peer] = await connected;
  peer.on('data', (bytes) => (got = Buffer.concat([got, bytes])));
});
afterEach(async () => {
  await raw.close();
  server.close();
});

const arrived = async (length: number): Promise<Buffer> => {
  while (got.length < length) await once(peer, 'data');
  return got;
};

test('sends bytes as they are, and packets as the protocol writes them', async () => {
  raw.sendBytes(Buffer.from('00ff', 'hex'));
  raw.send({ cmd: 'pingreq' });
  expect((await arrived(4)).toString('hex')).toBe('00ffc000');
});

test('gives packets by command, in whatever order they came, also in pieces', async () => {
  peer.write(Buffer.from('d000', 'hex'));
  peer.write(Buffer.from('2002', 'hex'));
  peer.write(Buffer.from('0004', 'hex'));
  expect(await raw.next('connack')).toMatchObject({ cmd: 'connack', returnCode: 4, sessionPresent: false });
  expect(raw.unread.map(({ cmd }) => cmd)).toEqual(['pingresp']);
  expect(await raw.next('pingresp')).toMatchObject({ cmd: 'pingresp' });
  const waiting = raw.next('puback');
  peer.write(Buffer.from('40020007', 'hex'));
  expect(await waiting).toMatchObject({ messageId: 7 });
});

test('a packet that does not come is told', async () => {
  await expect(raw.next('connack', 30)).rejects.toThrow('no connack within 30 ms');
});

test('a connection that the server ends is told to everyone who waits', async () => {
  const waiting = expect(raw.next('connack')).rejects.toThrow('connection closed while waiting for connack');
  expect(raw.isClosed).toBe(false);
  peer.resetAndDestroy();
  await raw.closed;
  await waiting;
  expect(raw.isClosed).toBe(true);
});
