import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { connect } from 'nats';
import { greets, startNats } from './nats-server';

test('JetStream keeps its store over a crash and a restart, and loses it on request', async () => {
  const server = await startNats();
  const streams = async () => {
    const nats = await connect({ servers: server.url });
    const manager = await nats.jetstreamManager();
    const names = await manager.streams.names().next();
    if (names.length === 0) await manager.streams.add({ name: 'S', subjects: ['s'] });
    await nats.close();
    return names;
  };
  try {
    expect(await streams()).toEqual([]);
    const pid = server.pid();
    await server.kill();
    expect(server.pid()).toBeUndefined();
    await server.restart();
    expect(server.pid()).not.toBe(pid);
    expect(await streams()).toEqual(['S']);
    await server.restart({ empty: true });
    expect(await streams()).toEqual([]);
  } finally {
    await server.stop();
  }
});

test('a connection that is closed before the greeting is no server yet', async () => {
  const closing = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(closing, 'listening');
  await expect(greets((closing.address() as AddressInfo).port)).rejects.toThrow('closed without a greeting');
  closing.close();
});

test('a server without JetStream', async () => {
  const server = await startNats({ jetstream: false });
  const nats = await connect({ servers: server.url });
  await expect(nats.jetstreamManager()).rejects.toThrow();
  await nats.close();
  await server.stop();
});
