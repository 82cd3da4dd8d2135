import { services, type UserContext } from '@alink/contract';
import { connectEtcd, createMemoryRegistry, type Registry } from '@alink/discovery';
import { hostPort } from '@alink/text';
import { freePort, PATIENCE_MS, startEtcd, type TestEtcd } from '@alink/testing';
import { connectRpc, ROOT_USER, type RpcChannel, type RpcServer } from './index';
import { eventually, recorder, startTimedServer } from '../test/timed-server';

const KEY = 'timedjob.rpc';
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const instance = async (name: string, port = 0): Promise<RpcServer> => {
  const server = await startTimedServer({ TaskGroupRead: async () => ({ name }) }, { port });
  open.push(() => server.stop());
  return server;
};
const at = ({ port }: RpcServer) => `127.0.0.1:${port}`;

const connect = (registry: Registry): RpcChannel => {
  const channel = connectRpc(`etcd:///${KEY}`, { registry });
  open.push(() => channel.close());
  return channel;
};
const ask = async (channel: RpcChannel, deadlineMs = PATIENCE_MS): Promise<string> =>
  (await channel.client(services.timedManage).TaskGroupRead({}, { deadlineMs })).name;

/** Who answers when asked often. */
const answering = async (channel: RpcChannel): Promise<string[]> => {
  const names = new Set<string>();
  for (let i = 0; i < 8; i++) names.add(await ask(channel).catch(() => 'nobody'));
  return [...names].sort();
};
const answeredBy = (channel: RpcChannel, expected: string[]) =>
  eventually(async () => (await answering(channel)).join() === expected.join());

describe('connectRpc with a registry', () => {
  test('calls take turns among instances that come and go', async () => {
    const registry = createMemoryRegistry();
    const [a, b] = [await instance('a'), await instance('b')];
    const registered = await registry.register(KEY, at(a));
    const channel = connect(registry);
    await channel.ready(PATIENCE_MS);
    expect(await answering(channel)).toEqual(['a']);

    await registry.register(KEY, at(b));
    await answeredBy(channel, ['a', 'b']);

    await registered.withdraw();
    await answeredBy(channel, ['b']);
  });

  test('an instance on an IPv6 address is found, in brackets as go-zero reads it', async () => {
    const registry = createMemoryRegistry();
    const server = await startTimedServer({ TaskGroupRead: async () => ({ name: 'v6' }) }, { host: '::1' });
    open.push(() => server.stop());
    await registry.register(KEY, hostPort('::1', server.port));
    expect([...(await registry.list(KEY)).values()]).toEqual([`[::1]:${server.port}`]);
    expect(await ask(connect(registry))).toBe('v6');
  });

  test('one address that stands twice is one connection, and nonsense is passed over', async () => {
    const registry = createMemoryRegistry();
    const a = await instance('a');
    for (const address of [at(a), at(a), 'nonsense', 'host:port']) await registry.register(KEY, address);
    const channel = connect(registry);
    expect(await answering(channel)).toEqual(['a']);
  });

  test('a call waits for the first instance', async () => {
    const registry = createMemoryRegistry();
    const channel = connect(registry);
    const early = ask(channel, PATIENCE_MS);
    await registry.register(KEY, at(await instance('a')));
    expect(await early).toBe('a');
  });

  test('a call waits again when all instances have gone', async () => {
    const registry = createMemoryRegistry();
    const registered = await registry.register(KEY, at(await instance('a')));
    const channel = connect(registry);
    expect(await ask(channel)).toBe('a');
    await registered.withdraw();
    await eventually(() =>
      ask(channel, 20).then(
        () => false,
        () => true,
      ),
    );
    const waiting = ask(channel, PATIENCE_MS);
    await registry.register(KEY, at(await instance('b')));
    expect(await waiting).toBe('b');
  });

  test('without any instance a call fails as unavailable when its time is up', async () => {
    const channel = connect(createMemoryRegistry());
    await expect(ask(channel, 50)).rejects.toMatchObject({
      code: 100007,
      unavailable: true,
      message: 'timedjob.rpc: no instance is registered',
    });
    await expect(channel.ready(50)).rejects.toMatchObject({ unavailable: true });
  });

  test('an instance that is registered but dead fails at once, and is found again when it is back', async () => {
    const registry = createMemoryRegistry();
    const first = await instance('a', await freePort());
    await registry.register(KEY, at(first));
    const channel = connect(registry);
    expect(await ask(channel)).toBe('a');
    await first.stop();
    await eventually(() =>
      ask(channel, PATIENCE_MS).then(
        () => false,
        (error) => error.unavailable,
      ),
    );
    await instance('again', first.port);
    await answeredBy(channel, ['again']);
  });

  test('the last known set serves while the registry is away', async () => {
    const registry = createMemoryRegistry();
    await registry.register(KEY, at(await instance('a')));
    const channel = connect(registry);
    await channel.ready(PATIENCE_MS);
    await registry.close();
    expect(await answering(channel)).toEqual(['a']);
  });

  test('a registry that cannot be watched at first is tried again', async () => {
    const registry = createMemoryRegistry();
    await registry.register(KEY, at(await instance('a')));
    let refusals = 1;
    const shaky: Registry = Object.assign(Object.create(registry) as Registry, {
      watch: (...args: Parameters<Registry['watch']>) =>
        refusals-- > 0 ? Promise.reject(new Error('etcd is away')) : registry.watch(...args),
    });
    const { log, lines } = recorder();
    const channel = connectRpc(`etcd:///${KEY}`, { registry: shaky, log });
    open.push(() => channel.close());
    expect(await ask(channel, PATIENCE_MS)).toBe('a');
    expect(lines.join()).toContain('etcd is away');
  });

  test('two registries in one process do not mix', async () => {
    const [one, two] = [createMemoryRegistry(), createMemoryRegistry()];
    await one.register(KEY, at(await instance('one')));
    await two.register(KEY, at(await instance('two')));
    expect(await answering(connect(one))).toEqual(['one']);
    expect(await answering(connect(two))).toEqual(['two']);
  });
});

describe('connectRpc', () => {
  test('an address nobody listens on fails as unavailable', async () => {
    const server = await instance('a');
    await server.stop();
    const channel = connectRpc(at(server));
    open.push(() => channel.close());
    await expect(ask(channel)).rejects.toMatchObject({ unavailable: true, message: `${at(server)} is not reachable` });
  });

  test('a closed channel refuses calls', async () => {
    const channel = connectRpc(at(await instance('a')));
    channel.close();
    channel.close();
    await expect(ask(channel)).rejects.toMatchObject({ unavailable: true });
    await expect(channel.ready(10)).rejects.toMatchObject({ unavailable: true });
  });

  test('a call says whom it is for: root, whom its channel is for, or whom it names itself', async () => {
    const seen: unknown[] = [];
    const server = await startTimedServer({ TaskGroupRead: async (_request, { user }) => (seen.push(user), {}) });
    open.push(() => server.stop());
    const channelFor = (user?: UserContext | null) => {
      const channel = connectRpc(at(server), { user });
      open.push(() => channel.close());
      return channel.client(services.timedManage);
    };
    await channelFor().TaskGroupRead({});
    await channelFor({ UserID: '7' }).TaskGroupRead({});
    await channelFor({ UserID: '7' }).TaskGroupRead({}, { user: { UserID: '8' } });
    await channelFor(null).TaskGroupRead({});
    expect(seen).toEqual([ROOT_USER, { UserID: '7' }, { UserID: '8' }, undefined]);
  });

  test('an etcd target without a registry is a mistake', () => {
    expect(() => connectRpc(`etcd:///${KEY}`)).toThrow(TypeError);
  });
});

describe('connectRpc with etcd', () => {
  let etcd: TestEtcd;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.stop());

  test('follows instances, serves on through an outage, and sees what changed after it', async () => {
    const registries = [connectEtcd({ hosts: etcd.hosts }), connectEtcd({ hosts: etcd.hosts })] as const;
    open.push(() => registries[0].close());
    const [a, b] = [await instance('a'), await instance('b')];
    const channel = connect(registries[0]);
    const early = ask(channel, PATIENCE_MS);
    const registration = await registries[1].register(KEY, at(a));
    expect(await early).toBe('a');
    await registries[1].register(KEY, at(b));
    await answeredBy(channel, ['a', 'b']);

    await etcd.kill();
    expect(await answering(channel)).toEqual(['a', 'b']);
    await etcd.restart();
    await answeredBy(channel, ['a', 'b']);
    await registration.withdraw();
    await answeredBy(channel, ['b']);
    await registries[1].close();
    await eventually(() =>
      ask(channel, 50).then(
        () => false,
        () => true,
      ),
    );
  });
});
