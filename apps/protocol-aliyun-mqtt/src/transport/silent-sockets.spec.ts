/** Real sockets, which say what a test wants them to. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { eventually } from '@alink/testing';
import { oversizedConnect } from './oversized';
import { hasAskedUpgrade, hasBegun, hasOpened, SilentSockets } from './silent-sockets';

const server = createServer({ pauseOnConnect: true });
const clients: Socket[] = [];
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => clients.splice(0).forEach((client) => client.destroy()));
afterAll(() => server.close());

const dial = async (): Promise<{ client: Socket; accepted: Socket }> => {
  const connection = once(server, 'connection') as Promise<[Socket]>;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  clients.push(client);
  const [accepted] = await connection;
  return { client, accepted };
};

test('what has come is left to the next reader', async () => {
  const silent = new SilentSockets({ waitMs: 5000, max: 10, youngMs: 0 });
  const { client, accepted } = await dial();
  const spoken = silent.untilSpoken(accepted, (bytes) => bytes.length === 4);
  expect(silent.count).toBe(1);
  client.write('ab');
  await eventually(() => expect(accepted.bytesRead).toBe(2));
  client.write('cd');
  await spoken;
  expect(silent.count).toBe(0);
  expect(String(accepted.read())).toBe('abcd');
});

test('of too many the oldest is closed, those that are young are not', async () => {
  const silent = new SilentSockets({ waitMs: 5000, max: 2, youngMs: 0 });
  const patient = new SilentSockets({ waitMs: 5000, max: 2, youngMs: 5000 });
  for (const [sockets, left] of [
    [silent, 2],
    [patient, 4],
  ] as const) {
    const pairs = [await dial(), await dial(), await dial(), await dial()];
    const ends = pairs.map(({ accepted }) => sockets.untilSpoken(accepted, hasBegun).catch(() => 'closed'));
    expect(sockets.count).toBe(left);
    expect(pairs.filter(({ accepted }) => accepted.destroyed)).toEqual(pairs.slice(0, 4 - left));
    for (const { client } of pairs) client.destroy();
    expect(await Promise.all(ends)).toEqual(['closed', 'closed', 'closed', 'closed']);
    expect(sockets.count).toBe(0);
  }
});

test('one that takes too long is given up', async () => {
  const silent = new SilentSockets({ waitMs: 20, max: 2, youngMs: 0 });
  const { accepted } = await dial();
  await expect(silent.untilSpoken(accepted, hasBegun)).rejects.toThrow(
    'no CONNECT within 0.02 s: the client has opened a connection and sent nothing',
  );
  expect(silent.count).toBe(0);
});

test.each([
  [
    'a CONNECT',
    generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      clientId: 'x'.repeat(300),
    }),
  ],
  ['a TLS record', Buffer.from(`16030100c8${'00'.repeat(200)}`, 'hex')],
])('%s must be whole', (_what, bytes) => {
  for (let length = 0; length < bytes.length; length++) expect(hasOpened(bytes.subarray(0, length))).toBe(false);
  expect(hasOpened(bytes)).toBe(true);
  expect(hasOpened(Buffer.concat([bytes, bytes]))).toBe(true);
});

test.each([
  ['with a length that has no end', '1080808080'],
  ['that is something else', 'e0'],
])('a CONNECT %s is not waited for', (_what, hex) => {
  expect(hasOpened(Buffer.from(hex, 'hex'))).toBe(true);
});

test.each([
  ['a request for WebSocket', Buffer.from('GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n')],
  ['a TLS record', Buffer.from(`16030100c8${'00'.repeat(200)}`, 'hex')],
])('where WebSocket is spoken %s must be whole', (_what, bytes) => {
  for (let length = 0; length < bytes.length; length++) expect(hasAskedUpgrade(bytes.subarray(0, length))).toBe(false);
  expect(hasAskedUpgrade(bytes)).toBe(true);
});

test.each([
  ['something else', Buffer.of(0x10)],
  ['a request without end', Buffer.alloc(8192, 'G')],
])('where WebSocket is spoken %s is not waited for', (_what, bytes) => {
  expect(hasAskedUpgrade(bytes)).toBe(true);
});

test('a CONNECT that is longer than any device sends is refused as soon as its length is there', () => {
  expect(hasOpened(Buffer.from('108140', 'hex').subarray(0, 2))).toBe(false);
  expect(() => hasOpened(Buffer.from('108140', 'hex'))).toThrow(oversizedConnect(8192));
});
