import { services } from '@alink/contract';
import { PATIENCE_MS, removeFolder, temporaryFolder } from '@alink/testing';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { createRequire } from 'node:module';
import { renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkHealth, startRpcServer } from './index';
import { askOver, closeAll, startAsking } from '../test/asking';
import { eventually, recorder, startTimedServer } from '../test/timed-server';

const GATEWAY = 'a'.repeat(40);
const OPERATOR = 'b'.repeat(40);
const REPLACED = 'c'.repeat(40);

let folder: string;
let tokensFile: string;
beforeEach(() => {
  folder = temporaryFolder('tokens');
  tokensFile = join(folder, 'tokens');
  writeFileSync(tokensFile, `# who may call\ngateway:${GATEWAY}\n\noperator:${OPERATOR}\n`, { mode: 0o600 });
});
afterEach(async () => {
  await closeAll();
  removeFolder(folder);
});

/** The status of a call with these authorization headers, as any other client gets it. */
const statusWith = (address: string, path: string, ...authorization: string[]): Promise<Partial<ServiceError>> => {
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  for (const value of authorization) metadata.add('authorization', value);
  const raw = (bytes: Buffer) => bytes;
  return new Promise<Partial<ServiceError>>((resolve) =>
    client.makeUnaryRequest(
      path,
      raw,
      raw,
      Buffer.alloc(0),
      metadata,
      { deadline: Date.now() + PATIENCE_MS },
      (error) => resolve(error ?? { code: status.OK }),
    ),
  ).finally(() => client.close());
};
const METHOD = services.timedManage.definition.TaskGroupRead!.path;

describe('a server with a tokens file', () => {
  test('lets in who sends a token, and the handler knows the name', async () => {
    const { actor } = await startAsking({ tokensFile });
    expect(await actor({ token: GATEWAY })).toBe('gateway');
    expect(await actor({ token: OPERATOR })).toBe('operator');
  });

  test('answers UNAUTHENTICATED and 100012 without a token, and with a wrong one', async () => {
    const { actor, address } = await startAsking({ tokensFile });
    await expect(actor()).rejects.toMatchObject({ code: 100012, unavailable: false });
    await expect(actor({ token: `${GATEWAY}x` })).rejects.toMatchObject({
      code: 100012,
      message: 'the token is not valid',
    });
    expect(await statusWith(address, METHOD)).toMatchObject({
      code: status.UNAUTHENTICATED,
      details: '{"code":100012,"msg":"a token is needed (authorization: Bearer ...)","details":[]}',
    });
  });

  test.each([
    ['no scheme', GATEWAY],
    ['another scheme', `Basic ${GATEWAY}`],
    ['a name before it', `Bearer gateway:${GATEWAY}`],
    ['nothing after the scheme', 'Bearer '],
    ['its beginning', `Bearer ${GATEWAY.slice(0, -1)}`],
    ['two tokens in one header', `Bearer ${GATEWAY}, Bearer ${OPERATOR}`],
  ])('refuses %s', async (_what, authorization) => {
    const { address } = await startAsking({ tokensFile });
    expect(await statusWith(address, METHOD, authorization)).toMatchObject({ code: status.UNAUTHENTICATED });
  });

  test('takes the scheme in any case', async () => {
    const { address } = await startAsking({ tokensFile });
    expect(await statusWith(address, METHOD, `bearer ${GATEWAY}`)).toMatchObject({ code: status.OK });
  });

  test('never runs a handler for a call that it refuses, and counts the call', async () => {
    let ran = 0;
    const { log, lines } = recorder();
    const handlers = { TaskGroupRead: async () => ({ name: String(++ran) }) };
    const server = await startTimedServer(handlers, { security: { tokensFile }, log });
    try {
      expect(await statusWith(`127.0.0.1:${server.port}`, METHOD)).toMatchObject({ code: status.UNAUTHENTICATED });
      expect(ran).toBe(0);
      expect(lines.join()).toContain('call refused');
    } finally {
      await server.stop();
    }
  });

  test('tells its health to everybody', async () => {
    const { address } = await startAsking({ tokensFile });
    expect(await checkHealth(address, { deadlineMs: PATIENCE_MS })).toBe('serving');
  });

  test('keeps reflection for those with a token', async () => {
    const { address } = await startAsking({ tokensFile });
    const listServices = (token?: string) => reflect(address, token);
    await expect(listServices()).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    expect(await listServices(OPERATOR)).toContain('timedjob.TimedManage');
  });

  test('reads the file again when it changes: new tokens count, removed ones do not', async () => {
    const { channel, lines } = await startAsking({ tokensFile });
    const [first, second] = [channel({ token: GATEWAY }), channel({ token: REPLACED })];
    expect(await askOver(first)).toBe('gateway');
    const comesIn = (over: typeof first) =>
      askOver(over).then(
        () => true,
        () => false,
      );

    writeFileSync(join(folder, 'new'), `gateway:${REPLACED}\n`, { mode: 0o600 });
    renameSync(join(folder, 'new'), tokensFile);
    await eventually(() => comesIn(second));
    expect(await comesIn(first)).toBe(false);

    writeFileSync(tokensFile, 'not a line with a token\n');
    await eventually(() => lines.join().includes('line 1 is not name:token'));
    expect(await comesIn(second)).toBe(true);

    writeFileSync(tokensFile, '# nobody\n');
    await eventually(async () => !(await comesIn(second)));
    expect(lines.join()).toContain('every call is refused');
  });

  test('no token stands in a log line or an error', async () => {
    const { actor, lines } = await startAsking({ tokensFile });
    const errors: unknown[] = [];
    await actor({ token: GATEWAY });
    await actor({ token: REPLACED }).catch((error: unknown) => errors.push(error));
    writeFileSync(tokensFile, `gateway;${GATEWAY}\n`);
    await eventually(() => lines.join().includes('cannot be used'));
    expect(errors).toHaveLength(1);
    const { message, stack, details } = errors[0] as Error & { details: unknown };
    const told = [...lines, message, stack, JSON.stringify(details)].join();
    for (const token of [GATEWAY, OPERATOR, REPLACED]) expect(told).not.toContain(token);
  });
});

describe('startRpcServer', () => {
  const start = (options: object) => {
    const { log, lines } = recorder();
    const starting = startRpcServer({ host: '127.0.0.1', port: 0, services: [], log, graceMs: 100, ...options });
    return { starting, lines };
  };

  test('does not listen on all addresses without a token or a certificate', async () => {
    await expect(start({ host: '0.0.0.0' }).starting).rejects.toThrow(/GRPC_TOKENS_FILE.*ALLOW_INSECURE_GRPC=on/);
  });

  test('does so with tokens, and says that they are not encrypted', async () => {
    const { starting, lines } = start({ host: '0.0.0.0', security: { tokensFile } });
    await (await starting).stop();
    expect(lines.join()).toContain('tokens travel unencrypted');
  });

  test('and when told by name', async () => {
    await (await start({ host: '0.0.0.0', allowInsecure: true }).starting).stop();
  });

  test.each([
    ['missing', () => join(folder, 'none'), /cannot be used.*ENOENT/],
    ['open to others', () => written('open', `a:${GATEWAY}`, 0o644), /its mode is 644; chmod 600/],
    ['empty', () => written('empty', '# nobody', 0o600), /holds no token/],
    ['nonsense', () => written('nonsense', GATEWAY, 0o600), /line 1 is not name:token$/],
  ])('does not start with a tokens file that is %s', async (_what, path, message) => {
    await expect(start({ security: { tokensFile: path() } }).starting).rejects.toThrow(message);
  });
  const written = (name: string, text: string, mode: number): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode });
    return path;
  };
});

/** What `grpcurl list` asks. */
async function reflect(address: string, token?: string): Promise<string[]> {
  const proto = join(
    dirname(createRequire(import.meta.url).resolve('@grpc/reflection/package.json')),
    'build/proto/grpc/reflection/v1/reflection.proto',
  );
  const service = loadSync(proto)['grpc.reflection.v1.ServerReflection'] as Record<string, { path: string }>;
  const method = service.ServerReflectionInfo as unknown as {
    path: string;
    requestSerialize: (value: object) => Buffer;
    responseDeserialize: (bytes: Buffer) => { listServicesResponse: { service: { name: string }[] } };
  };
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  const stream = client.makeBidiStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    metadata,
  );
  try {
    return await new Promise((resolve, reject) => {
      stream.on('data', (answer: ReturnType<typeof method.responseDeserialize>) =>
        resolve(answer.listServicesResponse.service.map(({ name }) => name)),
      );
      stream.on('error', reject);
      stream.write({ listServices: '*' });
    });
  } finally {
    stream.end();
    client.close();
  }
}
