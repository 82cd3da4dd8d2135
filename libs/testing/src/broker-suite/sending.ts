/** Messages to clients. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { eventually } from '../eventually';
import { aMoment, type Stage } from './stage';

export const sending = (stage: Stage): void => {
  const { endpoint } = stage;
  const ifPushed = stage.tested.can.pushUnsubscribed ? test : test.skip;

  test.each([
    ['text', '{"温度":25}', 0],
    ['text', '{"温度":25}', 1],
    ['bytes', Buffer.from([0, 255, 10]), 0],
    ['bytes', Buffer.from([0, 255, 10]), 1],
  ] as const)('%s (%s) arrives with QoS %i, once, though two filters select it', async (_kind, payload, qos) => {
    const { raw, link } = await stage.open();
    await stage.subscribe(raw, 'a/+', 'a/b');
    expect(link.send({ topic: 'a/b', payload, qos })).toBeUndefined();
    const arrived = await raw.next('publish');
    expect(arrived).toMatchObject({ topic: 'a/b', payload: Buffer.from(payload), qos, retain: false, dup: false });
    await stage.settled(raw);
    expect(raw.unread).toEqual([]);
  });

  ifPushed('what the client has not subscribed arrives as well', async () => {
    const { raw, link } = await stage.open();
    link.send({ topic: '/ext/register', payload: '{}', qos: 0 });
    expect((await raw.next('publish')).topic).toBe('/ext/register');
  });

  ifPushed('what is sent as soon as the client is in arrives behind its CONNACK', async () => {
    endpoint.onOpened = (link) => void link.send({ topic: 'welcome', payload: 'x', qos: 0 });
    const raw = await stage.dial();
    raw.send(stage.connectPacket());
    await raw.next('publish');
    expect(raw.unread).toMatchObject([{ cmd: 'connack' }]);
  });

  ifPushed('what is sent while a message is taken arrives', async () => {
    endpoint.onPublished = async (_publish, link) => void link.send({ topic: 'reply', payload: 'x', qos: 0 });
    const { raw } = await stage.open();
    stage.publish(raw, 'ask', '1', 1, 1);
    expect((await raw.next('publish')).topic).toBe('reply');
    await raw.next('puback');
  });

  test('many arrive in their order', async () => {
    const { raw, link } = await stage.open();
    await stage.subscribe(raw, '#');
    for (let n = 0; n < 100; n++) link.send({ topic: 'a', payload: String(n), qos: n % 2 ? 1 : 0 });
    for (let n = 0; n < 100; n++) expect((await raw.next('publish')).payload.toString()).toBe(String(n));
  });

  test('a PUBACK is told, once for each message', async () => {
    const { raw, link } = await stage.open({ clean: false });
    await stage.subscribe(raw, '#');
    for (const payload of ['1', '2']) link.send({ topic: 'a', payload, qos: 1 });
    link.send({ topic: 'a', payload: '3', qos: 0 });
    for (let n = 0; n < 3; n++) {
      const { messageId, qos } = await raw.next('publish');
      if (qos === 1) raw.send({ cmd: 'puback', messageId });
    }
    await eventually(() => expect(endpoint.acknowledgements).toEqual([link, link]));
    // Nobody has sent this one.
    raw.send({ cmd: 'puback', messageId: 60_000 });
    await stage.settled(raw);
    expect(endpoint.acknowledgements).toHaveLength(2);
  });

  test('a client that is gone is offline', async () => {
    const { raw, link } = await stage.open();
    await raw.close();
    await stage.endingOf(link);
    expect(link.send({ topic: 'a', payload: 'x', qos: 1 })).toBe('offline');
    expect(link.isClosed).toBe(true);
  });

  ifPushed('a client that reads nothing takes nothing in the end, and costs bounded memory', async () => {
    const socket = await dialAndStopReading(stage);
    const link = await eventually(() => {
      expect(endpoint.opens).toHaveLength(1);
      return endpoint.opens[0]!;
    });
    const payload = Buffer.alloc(100_000, 'x');
    let sent = 0;
    while (link.send({ topic: 'a', payload, qos: 0 }) === undefined) {
      sent += payload.length;
      expect(sent).toBeLessThan(64 * 1024 * 1024);
      await new Promise(setImmediate);
    }
    expect(link.send({ topic: 'a', payload: 'x', qos: 1 })).toBe('device takes nothing');
    socket.destroy();
    await aMoment();
  });
};

/** A client that says its CONNECT, and then reads nothing at all. */
const dialAndStopReading = async (stage: Stage): Promise<Socket> => {
  const socket = connect({ port: stage.broker.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  socket.write(generate(stage.connectPacket()));
  return socket;
};
