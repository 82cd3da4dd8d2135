/** What a server says of itself: health in step with what it needs, and `alink.Status`. */
import { services } from '@alink/contract';
import { createLogger, PartWatch } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { checkHealth, connectRpc, startRpcServer, type WatchedFacts } from './index';

const stream = {
  name: 'ALINK',
  messages: 3,
  bytes: 400,
  isFull: false,
  consumers: [{ name: 'dm', waiting: 2, underWay: 1 }],
};

test('health follows what the service needs, and its status tells what that is', async () => {
  let fault = '';
  const watch = new PartWatch<WatchedFacts>([
    { name: 'PostgreSQL', isNeeded: true, check: async () => void (fault && (await Promise.reject(new Error(fault)))) },
    { name: 'NATS', isNeeded: true, check: async () => stream },
    { name: 'etcd', isNeeded: false, check: () => Promise.reject(new Error('gone')) },
  ]);
  await watch.look();
  const log = createLogger({ name: 'test', level: 'silent' });
  const server = await startRpcServer({ host: '127.0.0.1', port: 0, services: [], watch, log });
  const address = `127.0.0.1:${server.port}`;
  const channel = connectRpc(address);
  try {
    // What it can do without is no reason to call it unwell.
    expect(await checkHealth(address)).toBe('serving');
    const { startedAt, parts } = await channel.client(services.status).statusRead({});
    expect(Number(startedAt)).toBe(watch.startedAt);
    expect(parts).toMatchObject([
      { name: 'PostgreSQL', up: true, cause: '', stream: null },
      {
        name: 'NATS',
        up: true,
        stream: { messages: '3', maxBytes: '0', full: false, consumers: [{ name: 'dm', waiting: '2', underWay: '1' }] },
      },
      { name: 'etcd', up: false, cause: 'gone', since: String(watch.states[2]!.since) },
    ]);
    fault = 'connection refused';
    await watch.look();
    await eventually(async () => expect(await checkHealth(address)).toBe('not serving'));
    fault = '';
    await watch.look();
    await eventually(async () => expect(await checkHealth(address)).toBe('serving'));
  } finally {
    channel.close();
    await server.stop();
  }
});
