/** A bus on a NATS that is not ours alone: nothing of ours is left there, and streams of others are lived with. */
import { eventually, startNats, type TestNats } from '@alink/testing';
import { connect, RetentionPolicy, type JetStreamManager, type NatsConnection } from 'nats';
import { BusTimeoutError, type Bus } from './bus';
import { connectNats } from './nats-bus';

let server: TestNats;
let theirs: NatsConnection;
let manager: JetStreamManager;
let bus: Bus;

const start = async (jetstream: boolean): Promise<void> => {
  server = await startNats({ jetstream });
  theirs = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  bus = await connectNats({ servers: server.url, name: 'spec', streamAtOnce: false, publishTimeoutMs: 1000 });
};
const streams = async (): Promise<string[]> =>
  (await manager.streams.list().next()).map(({ config }) => config.name).sort();

afterEach(async () => {
  await bus.close();
  await theirs.close();
  await server.stop();
});

describe('with JetStream', () => {
  beforeEach(async () => {
    await start(true);
    manager = await theirs.jetstreamManager();
  });

  test('a stream is made by who keeps something, and not before', async () => {
    bus.publish('device.up.thing.p.d', 'x');
    await expect(bus.publishHeard('device.up.thing.p.d', 'x')).rejects.toThrow(BusTimeoutError);
    expect(await bus.streamOf('alink.up.0')).toBeUndefined();
    expect(await streams()).toEqual([]);
    const kept = await Promise.all(['1', '2', '3'].map((text) => bus.publishKept('alink.up.0', text)));
    expect(kept).toEqual([1, 2, 3]);
    expect(await streams()).toEqual(['ALINK']);
    expect(await bus.streamOf('alink.up.0')).toBe('ALINK');
  });

  test('nor does a reconnect make one', async () => {
    let isBack = false;
    bus.onReconnect(() => (isBack = true));
    await server.restart();
    await eventually(() => expect(isBack).toBe(true));
    await eventually(async () => expect(await streams()).toEqual([]));
  });

  test('it is made by who consumes, and by who says so', async () => {
    const consumer = await bus.consume({ durable: 'dm', maxBatch: 1, maxWaitMs: 1 }, async () => undefined);
    expect(await streams()).toEqual(['ALINK']);
    await consumer.stop();
    await manager.streams.delete('ALINK');
    await bus.openStream();
    expect(await streams()).toEqual(['ALINK']);
  });

  describe('and unitedrhino’s streams', () => {
    beforeEach(async () => {
      for (const name of ['device', 'server', 'application']) {
        await manager.streams.add({ name, subjects: [`${name}.>`], retention: RetentionPolicy.Interest });
      }
    });

    test('a message is heard that their stream has, whether or not somebody consumes it', async () => {
      await bus.publishHeard('device.up.thing.p.d', 'x');
      expect(await bus.streamOf('device.up.thing.p.d')).toBe('device');
    });

    test('ours is made beside them', async () => {
      await bus.openStream();
      expect(await streams()).toEqual(['ALINK', 'application', 'device', 'server']);
    });
  });

  test('ours cannot be made beside one that keeps the same, and that is told', async () => {
    await manager.streams.add({ name: 'other', subjects: ['alink.>'] });
    await expect(bus.openStream()).rejects.toThrow('stream ALINK cannot be made on NATS');
    expect(await streams()).toEqual(['other']);
  });
});

describe('without JetStream', () => {
  beforeEach(() => start(false));

  test('what a listener has is heard', async () => {
    expect(await bus.streamOf('device.up.thing.p.d')).toBeUndefined();
    theirs.subscribe('device.up.>', { callback: (_error, message) => void message.respond('+ACK') });
    await theirs.flush();
    await Promise.all(Array.from({ length: 200 }, (_, n) => bus.publishHeard('device.up.thing.p.d', String(n))));
  });

  test('an outage is waited for', async () => {
    const heard: string[] = [];
    theirs.subscribe('device.up.>', {
      callback: (_error, message) => {
        heard.push(message.string());
        message.respond('+ACK');
      },
    });
    await theirs.flush();
    await server.kill();
    await eventually(() => expect(bus.connected).toBe(false));
    await expect(bus.publishHeard('device.up.thing.p.d', 'too early')).rejects.toThrow(BusTimeoutError);
    await server.restart();
    await eventually(() => bus.publishHeard('device.up.thing.p.d', 'again'));
    await eventually(() => expect(heard).toContain('again'));
    expect(heard).not.toContain('too early');
  });
});
