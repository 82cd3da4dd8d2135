/** Downloads as SDKs make them, over a real socket, byte for byte. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { signFileToken } from '@alink/signing';
import { createLogger, createMetrics, createOpsServer } from '@alink/runtime';
import { fileOf } from '../files/file-source';
import { KeptFiles } from '../files/kept-files';
import { fileRoutes } from './file-routes';

const NOW = 1_700_000_000_000;
const CONTENT = Buffer.from('{"interval":60,"server":"温室"}');
const token = (ref: string) => signFileToken('key', ref, NOW / 1000 + 60);

let server: Server;
let port: number;
const asked: string[] = [];
const logged: string[] = [];
const clock = { time: NOW, now: () => clock.time };

beforeAll(async () => {
  const log = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => void logged.push(line) } });
  const source = {
    open: async (name: string) => {
      asked.push(name);
      if (name === token('away')) throw new Error('dm.rpc is away');
      return name === token('c1') ? fileOf('application/json', CONTENT) : undefined;
    },
  };
  const files = fileRoutes(new KeptFiles(source, clock), log);
  server = createOpsServer({ metrics: createMetrics('test'), ready: () => true, log, extra: files });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => void server.close());
beforeEach(() => {
  asked.length = 0;
  clock.time = NOW;
});

/** @returns everything that the server sends: head and body */
const exchange = async (head: string): Promise<[head: string, body: Buffer]> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${head}\r\nHost: iot.example.com\r\nConnection: close\r\n\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const all = Buffer.concat(chunks);
  const end = all.indexOf('\r\n\r\n');
  return [all.subarray(0, end).toString().toLowerCase(), all.subarray(end + 4)];
};

test('the whole file comes with its length and without chunks', async () => {
  const [head, body] = await exchange(`GET /files/${token('c1')} HTTP/1.1`);
  expect(head).toMatch(/^http\/1.1 200 ok/);
  expect(head).toContain(`content-length: ${CONTENT.length}`);
  expect(head).toContain('content-type: application/json');
  expect(head).toContain('accept-ranges: bytes');
  expect(head).not.toContain('transfer-encoding');
  expect(body).toEqual(CONTENT);
});

test('HEAD tells the length alone', async () => {
  const [head, body] = await exchange(`HEAD /files/${token('c1')} HTTP/1.1`);
  expect(head).toContain(`content-length: ${CONTENT.length}`);
  expect(body).toHaveLength(0);
});

test('a download goes on from any byte, as the Link SDK for C 4.x asks from the first one too', async () => {
  const [whole, all] = await exchange(`GET /files/${token('c1')} HTTP/1.1\r\nRange: bytes=0-`);
  expect(whole).toMatch(/^http\/1.1 206/);
  expect(all).toEqual(CONTENT);
  const [head, rest] = await exchange(`GET /files/${token('c1')} HTTP/1.1\r\nRange: bytes=10-`);
  expect(head).toContain(`content-range: bytes 10-${CONTENT.length - 1}/${CONTENT.length}`);
  expect(head).toContain(`content-length: ${CONTENT.length - 10}`);
  expect(rest).toEqual(CONTENT.subarray(10));
  expect((await exchange(`GET /files/${token('c1')} HTTP/1.1\r\nRange: bytes=1000-`))[0]).toMatch(
    /^http\/1.1 416[^]*content-range: bytes \*\/\d+/,
  );
});

test('a query is nobody’s, and an old client is served as well', async () => {
  expect((await exchange(`GET /files/${token('c1')}?v=1 HTTP/1.0`))[1]).toEqual(CONTENT);
});

test.each([
  ['an unknown file', `/files/${token('c2')}`, 404],
  ['what is no token', '/files/../../etc/passwd', 404],
  ['no token', '/files/', 404],
  ['the folder', '/files', 404],
  ['a file while dm.rpc is away', `/files/${token('away')}`, 503],
])('%s', async (_name, path, status) => {
  const [head] = await exchange(`GET ${path} HTTP/1.1`);
  expect(head).toMatch(new RegExp(`^http/1.1 ${status}`));
  expect(head).toContain('content-length: ');
});

test('nothing can be put there', async () => {
  expect((await exchange(`PUT /files/${token('c1')} HTTP/1.1\r\nContent-Length: 0`))[0]).toMatch(/^http\/1.1 404/);
});

test('what cannot be a token, and one that has ended, is not asked for', async () => {
  await exchange('GET /files/whatever HTTP/1.1');
  clock.time += 60_000;
  expect((await exchange(`GET /files/${token('c1')} HTTP/1.1`))[0]).toMatch(/^http\/1.1 404/);
  expect(asked).toEqual([]);
});

test('many devices that fetch one file are one question; what is not found is asked for each time', async () => {
  const fresh = signFileToken('other', 'c1', NOW / 1000 + 60);
  await Promise.all(Array.from({ length: 3 }, () => exchange(`GET /files/${fresh} HTTP/1.1`)));
  await exchange(`GET /files/${fresh} HTTP/1.1`);
  expect(asked.length).toBeGreaterThan(1);
  asked.length = 0;
  await Promise.all(Array.from({ length: 20 }, () => exchange(`GET /files/${token('c1')} HTTP/1.1`)));
  expect(asked.length).toBeLessThanOrEqual(1);
});

test('no log line names a token', () => {
  expect(logged.join('\n')).toContain('a file could not be served');
  for (const ref of ['c1', 'c2', 'away']) expect(logged.join('\n')).not.toContain(token(ref));
});
