import { services } from '@alink/contract';
import { createMetrics, StartError } from '@alink/runtime';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { service as healthDefinition } from 'grpc-health-check';
import { PATIENCE_MS } from '@alink/testing';
import { connectRpc, ROOT_USER, RpcError, serve, startRpcServer, withTrailer, type RpcServer } from './index';
import { eventually, recorder, silent, startTimedServer } from '../test/timed-server';

const open: { stop?(): Promise<void>; close?(): void }[] = [];
afterEach(async () => {
  for (const { close, stop } of open.splice(0).reverse()) {
    close?.();
    await stop?.();
  }
});

const setUp = async (...args: Parameters<typeof startTimedServer>) => {
  const server = await startTimedServer(...args);
  const channel = connectRpc(`127.0.0.1:${server.port}`, { deadlineMs: PATIENCE_MS });
  open.push({ stop: () => server.stop() }, { close: () => channel.close() });
  return { server, channel, timed: channel.client(services.timedManage), raw: rawClient(server) };
};

/** A client without our lib around it: what a go-zero client sees. */
const rawClient = ({ port }: RpcServer) => {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  open.push({ close: () => client.close() });
  return (definition: Record<string, unknown>, name: string, request: object, metadata = new Metadata()) => {
    const method = definition[name] as (typeof services.timedManage.definition)[string];
    return new Promise<object>((resolve, reject) =>
      client.makeUnaryRequest<object, object>(
        method.path,
        method.requestSerialize,
        method.responseDeserialize as (bytes: Buffer) => object,
        request,
        metadata,
        { deadline: Date.now() + PATIENCE_MS },
        (error: ServiceError | null, response?: object) => (error ? reject(error) : resolve(response ?? {})),
      ),
    );
  };
};

const { definition } = services.timedManage;

describe('startRpcServer', () => {
  test('a call reaches its handler and comes back typed', async () => {
    const { timed } = await setUp({
      TaskGroupRead: async ({ code }) => ({ code, name: 'jobs', env: { A: '1' }, priority: 3 }),
    });
    expect(await timed.TaskGroupRead({ code: 'g1' })).toEqual({
      code: 'g1',
      name: 'jobs',
      type: '',
      subType: '',
      priority: '3',
      env: { A: '1' },
      config: '',
    });
  });

  test('what goes with an answer comes before the call resolves', async () => {
    const bytes = Buffer.from([0, 255, 10]);
    const { timed } = await setUp({
      TaskGroupRead: async ({ code }) => (code === 'bytes' ? withTrailer({ code }, 'answer-bin', bytes) : { code }),
    });
    const trailers: unknown[] = [];
    const onTrailer = (trailer: Metadata): void => void trailers.push(trailer.get('answer-bin'));
    expect(await timed.TaskGroupRead({ code: 'bytes' }, { onTrailer })).toMatchObject({ code: 'bytes' });
    expect(trailers).toEqual([[bytes]]);
    await timed.TaskGroupRead({ code: 'none' }, { onTrailer });
    expect(trailers).toEqual([[bytes], []]);
  });

  test('an error of ours travels as status Unknown with JSON, and comes back as it was', async () => {
    const { timed, raw } = await setUp({
      TaskGroupRead: async ({ code }) => {
        throw new RpcError(100009, `group "${code}" 不存在 100%`, { details: ['code'] });
      },
    });
    await expect(raw(definition, 'TaskGroupRead', { code: 'g1' })).rejects.toMatchObject({
      code: status.UNKNOWN,
      details: '{"code":100009,"msg":"group \\"g1\\" 不存在 100%","details":["code"]}',
    });
    await expect(timed.TaskGroupRead({ code: 'g1' })).rejects.toMatchObject({
      name: 'RpcError',
      code: 100009,
      message: 'group "g1" 不存在 100%',
      details: ['code'],
      unavailable: false,
    });
  });

  test('an error nobody foresaw is logged with its cause, and the caller learns nothing of it', async () => {
    const { log, lines } = recorder();
    const { raw } = await setUp(
      {
        TaskGroupRead: async () => {
          throw new Error('relation "timed_group" does not exist');
        },
      },
      { log },
    );
    await expect(raw(definition, 'TaskGroupRead', {})).rejects.toMatchObject({
      code: status.UNKNOWN,
      details: '{"code":100007,"msg":"internal error","details":[]}',
    });
    const failed = lines.map((line) => JSON.parse(line)).find(({ level }) => level === 'error');
    expect(failed).toMatchObject({
      method: '/timedjob.TimedManage/TaskGroupRead',
      err: { message: 'relation "timed_group" does not exist' },
    });
  });

  test('the caller reaches the handler as user, with deadline and peer', async () => {
    const seen: unknown[] = [];
    const { timed } = await setUp({
      TaskGroupRead: async (_request, context) => {
        seen.push(context);
        return {};
      },
    });
    const before = Date.now();
    await timed.TaskGroupRead(
      {},
      { user: { TenantCode: 'default', UserID: '1740358057038188544' }, deadlineMs: 30_000 },
    );
    await timed.TaskGroupRead({});
    expect(seen).toEqual([
      {
        user: { TenantCode: 'default', UserID: '1740358057038188544' },
        deadlineMs: expect.any(Number),
        peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      },
      { user: ROOT_USER, deadlineMs: expect.any(Number), peer: expect.any(String) },
    ]);
    const [first] = seen as { deadlineMs: number }[];
    expect(first!.deadlineMs).toBeGreaterThanOrEqual(before + 29_900);
    expect(first!.deadlineMs).toBeLessThanOrEqual(Date.now() + 30_000);
  });

  test.each(['not base64 of JSON', Buffer.from('[1]').toString('base64'), Buffer.from('{"a":').toString('base64')])(
    'broken user metadata answers 100006: %s',
    async (value) => {
      const { raw } = await setUp({ TaskGroupRead: async () => ({}) });
      const metadata = new Metadata();
      metadata.set('ithings-user', value);
      await expect(raw(definition, 'TaskGroupRead', {}, metadata)).rejects.toMatchObject({
        code: status.UNKNOWN,
        details: expect.stringContaining('"code":100006'),
      });
    },
  );

  test('a method that a server does not have answers 100018', async () => {
    const { channel } = await setUp({});
    await expect(channel.client(services.deviceAuth).loginAuth({})).rejects.toMatchObject({ code: 100018 });
  });

  test('an answer that comes too late is 100016', async () => {
    const { timed } = await setUp({ TaskGroupRead: () => new Promise(() => {}) });
    await expect(timed.TaskGroupRead({}, { deadlineMs: 50 })).rejects.toMatchObject({
      code: 100016,
      unavailable: false,
    });
  });

  test('a request over 16 MB is refused, and the connection serves on', async () => {
    const { timed } = await setUp({ TaskGroupRead: async ({ code }) => ({ code: String(code.length) }) });
    const code = 'x'.repeat(15 * 1024 * 1024);
    expect(await timed.TaskGroupRead({ code })).toMatchObject({ code: String(code.length) });
    await expect(timed.TaskGroupRead({ code: code + code })).rejects.toMatchObject({
      code: 100027,
      message: expect.stringContaining('larger than'),
    });
    expect(await timed.TaskGroupRead({})).toMatchObject({ code: '0' });
  });

  test('an answer has as much as its caller takes: 4 MB, or 64 MB for one of ours', async () => {
    const { timed, raw } = await setUp({ TaskGroupRead: async ({ code }) => ({ name: 'x'.repeat(Number(code)) }) });
    const [fits, tooLong, farTooLong] = [4_190_000, 4_200_000, 68_000_000];
    expect(await timed.TaskGroupRead({ code: String(tooLong) })).toMatchObject({ name: 'x'.repeat(tooLong) });
    await expect(timed.TaskGroupRead({ code: String(farTooLong) })).rejects.toEqual(
      expect.objectContaining({ code: 100027, message: expect.stringContaining('page.size') }),
    );
    await expect(raw(definition, 'TaskGroupRead', { code: String(fits) })).resolves.toMatchObject({
      name: 'x'.repeat(fits),
    });
    await expect(raw(definition, 'TaskGroupRead', { code: String(tooLong) })).rejects.toMatchObject({
      code: status.UNKNOWN,
      details: expect.stringContaining(
        '"msg":"the answer would have 4200005 bytes, and its caller takes 4194304: ask for less',
      ),
    });
  });

  test('health says SERVING for the server and each service', async () => {
    const { raw } = await setUp({});
    const check = (service: string) => raw(healthDefinition, 'Check', { service });
    await expect(check('')).resolves.toMatchObject({ status: 'SERVING' });
    await expect(check('timedjob.TimedManage')).resolves.toMatchObject({ status: 'SERVING' });
    await expect(check('dm.Nothing')).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  test('stop says NOT_SERVING, lets running calls finish and refuses new ones', async () => {
    let finish!: () => void;
    const running = new Promise<void>((resolve) => (finish = resolve));
    let entered = false;
    const { server, timed, channel } = await setUp(
      {
        TaskGroupRead: async () => {
          entered = true;
          await running;
          return { code: 'done' };
        },
      },
      { graceMs: PATIENCE_MS },
    );
    const statuses = watchHealth(server);
    await eventually(() => statuses.seen.length > 0);
    const call = timed.TaskGroupRead({}, { deadlineMs: PATIENCE_MS });
    await eventually(() => entered);
    const stopped = server.stop();
    await eventually(() => statuses.seen.includes('NOT_SERVING'));
    statuses.cancel();
    finish();
    expect(await call).toMatchObject({ code: 'done' });
    await stopped;
    await expect(timed.TaskGroupRead({})).rejects.toMatchObject({ unavailable: true, code: 100007 });
    await expect(channel.ready(50)).rejects.toMatchObject({ unavailable: true });
  });

  test('stop does not wait for a call that hangs longer than its grace', async () => {
    let entered = false;
    const { server, timed } = await setUp(
      {
        TaskGroupRead: () => {
          entered = true;
          return new Promise(() => {});
        },
      },
      { graceMs: 50 },
    );
    const call = timed.TaskGroupRead({}, { deadlineMs: PATIENCE_MS });
    call.catch(() => undefined);
    await eventually(() => entered);
    await Promise.all([server.stop(), server.stop()]);
    await expect(call).rejects.toBeInstanceOf(RpcError);
  });

  test('a port in use is told with the variable that moves it', async () => {
    const { server } = await setUp({});
    const second = startTimedServer({}, { port: server.port, portVariable: 'TIMEDJOB_GRPC_PORT' });
    await expect(second).rejects.toBeInstanceOf(StartError);
    await expect(second).rejects.toThrow(`port ${server.port} is already in use; set TIMEDJOB_GRPC_PORT to a free one`);
  });

  test('a service without all its handlers does not start', async () => {
    const partial = serve(services.deviceAuth, { loginAuth: async () => ({}) } as never);
    const start = startRpcServer({ host: '127.0.0.1', port: 0, services: [partial], log: silent });
    await expect(start).rejects.toThrow('/dg.DeviceAuth/accessAuth has no handler');
  });

  test('calls are counted by method and code', async () => {
    const metrics = createMetrics('test');
    const { timed } = await setUp({ TaskGroupRead: async () => ({}) }, { metrics });
    await timed.TaskGroupRead({});
    await timed.TaskGroupDelete({}).catch(() => undefined);
    const counted = (await metrics.render()).split('\n').filter((line) => line.startsWith('rpc_server_seconds_count'));
    expect(counted).toEqual([
      'rpc_server_seconds_count{service="test",method="/timedjob.TimedManage/TaskGroupRead",code="200"} 1',
      'rpc_server_seconds_count{service="test",method="/timedjob.TimedManage/TaskGroupDelete",code="100018"} 1',
    ]);
  });
});

/** Follows the health of the server as a balancer does. */
const watchHealth = ({ port }: RpcServer) => {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = healthDefinition['Watch']!;
  const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: '' });
  const seen: string[] = [];
  stream.on('data', ({ status: said }: { status: string }) => seen.push(said));
  stream.on('error', () => undefined);
  open.push({ close: () => client.close() });
  return { seen, cancel: () => stream.cancel() };
};
