/** What somebody without a token can make a server hold, on the wire. */
import { PATIENCE_MS, removeFolder, temporaryFolder } from '@alink/testing';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { writeFileSync } from 'node:fs';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { once } from 'node:events';
import { join } from 'node:path';
import { services } from '@alink/contract';
import { closeAll, startAsking } from '../test/asking';
import { eventually } from '../test/timed-server';
import { STRANGER_CALLS, STRANGER_MESSAGE_BYTES } from './strangers';

const TOKEN = 'a'.repeat(40);
const CHECK = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';
const METHOD = services.timedManage.definition.TaskGroupRead!.path;

let folder: string;
let address: string;
beforeEach(async () => {
  folder = temporaryFolder('strangers');
  const tokensFile = join(folder, 'tokens');
  writeFileSync(tokensFile, `gateway:${TOKEN}\n`, { mode: 0o600 });
  ({ address } = await startAsking({ tokensFile }));
});
afterEach(async () => {
  await closeAll();
  removeFolder(folder);
});

const raw = (bytes: Buffer) => bytes;
/** A message of so many bytes that every request reads: a field that it does not know. */
const padding = (bytes: number): Buffer => {
  const content = Buffer.alloc(bytes - 6, 120);
  const length = Buffer.from([
    0x80 | (content.length & 127),
    0x80 | ((content.length >> 7) & 127),
    content.length >> 14,
  ]);
  // Field 1000, of wire type 2.
  return Buffer.concat([Buffer.from([0xc2, 0x3e]), length, Buffer.alloc(1), content]).subarray(0, bytes);
};
const callWith = (client: Client, path: string, message: Buffer, token?: string): Promise<Partial<ServiceError>> => {
  const metadata = new Metadata();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  const deadline = Date.now() + PATIENCE_MS;
  return new Promise((resolve) =>
    client.makeUnaryRequest(path, raw, raw, message, metadata, { deadline }, (error) =>
      resolve(error ?? { code: status.OK }),
    ),
  );
};

test('a message of a stranger has 64 KB at most, one of a known caller as much as before', async () => {
  const client = new Client(address, credentials.createInsecure());
  expect(await callWith(client, CHECK, Buffer.alloc(0))).toMatchObject({ code: status.OK });
  expect(await callWith(client, CHECK, padding(STRANGER_MESSAGE_BYTES + 1))).toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
  });
  // It is refused by its size, before it is read: what it holds does not count.
  expect(await callWith(client, METHOD, padding(STRANGER_MESSAGE_BYTES * 4), TOKEN)).not.toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
  });
  client.close();
});

test('a stranger has few calls under way on a connection; a known caller on the same one is not in their way', async () => {
  const client = new Client(address, credentials.createInsecure());
  const watch = () => client.makeServerStreamRequest(WATCH, raw, raw, Buffer.alloc(0));
  const watching = Array.from({ length: STRANGER_CALLS }, watch);
  for (const call of watching) call.on('error', () => undefined);
  await Promise.all(watching.map((call) => once(call, 'data')));
  expect(await callWith(client, CHECK, Buffer.alloc(0))).toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
    details: 'without a token no more than 8 calls may be under way on a connection',
  });
  expect(await callWith(client, METHOD, Buffer.alloc(0), TOKEN)).toMatchObject({ code: status.OK });
  watching[0]!.cancel();
  await eventually(async () => (await callWith(client, CHECK, Buffer.alloc(0))).code === status.OK);
  for (const call of watching) call.cancel();
  client.close();
});

test('a call that was refused ends, also when its sender goes on', async () => {
  const session: ClientHttp2Session = connectHttp2(`http://${address}`);
  const stream = session.request(
    { ':method': 'POST', ':path': METHOD, 'content-type': 'application/grpc', te: 'trailers' },
    { endStream: false },
  );
  const sending = setInterval(() => stream.writable && stream.write(Buffer.alloc(100)), 100);
  stream.on('error', () => undefined).resume();
  const [headers] = (await once(stream, 'response')) as [Record<string, string>];
  expect(headers['grpc-status']).toBe(String(status.UNAUTHENTICATED));
  await once(stream, 'close');
  clearInterval(sending);
  session.destroy();
}, 70_000); // the ten seconds are waited for, and a busy machine may take longer
