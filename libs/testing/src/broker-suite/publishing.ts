/** Messages from clients: each is told, and acknowledged when the endpoint says so. */
import { eventually } from '../eventually';
import { aMoment, deferred, type Stage } from './stage';

export const publishing = (stage: Stage): void => {
  const { endpoint } = stage;

  test.each([0, 1, 2] as const)('QoS %i: the message is told as it was sent', async (qos) => {
    const { raw } = await stage.open();
    const payload = Buffer.from([0, 255, 10, 0xc3]);
    stage.publish(raw, '/pk/dev1/user/update?_rid=7', payload, qos, qos === 0 ? undefined : 1);
    await eventually(() => expect(endpoint.publishes).toHaveLength(1));
    expect(endpoint.publishes).toEqual([{ topic: '/pk/dev1/user/update?_rid=7', payload, qos }]);
  });

  test.each([
    [1, 'puback'],
    [2, 'pubrec'],
  ] as const)('QoS %i: %s comes once the endpoint has taken the message, not sooner', async (qos, answer) => {
    const { promise, resolve } = deferred();
    endpoint.onPublished = () => promise;
    const { raw } = await stage.open();
    stage.publish(raw, 'a', 'x', qos, 7);
    await eventually(() => expect(endpoint.publishes).toHaveLength(1));
    await aMoment();
    expect(raw.unread).toEqual([]);
    resolve();
    expect((await raw.next(answer)).messageId).toBe(7);
  });

  test('QoS 2 ends with PUBCOMP, and its id may be used again', async () => {
    const { raw } = await stage.open();
    for (const text of ['one', 'two']) {
      stage.publish(raw, 'a', text, 2, 7);
      await raw.next('pubrec');
      raw.send({ cmd: 'pubrel', messageId: 7 });
      expect((await raw.next('pubcomp')).messageId).toBe(7);
    }
    expect(endpoint.publishes.map(({ payload }) => payload.toString())).toEqual(['one', 'two']);
  });

  test('many at once are acknowledged in the order in which they are taken', async () => {
    const taken = Array.from({ length: 20 }, () => deferred());
    let next = 0;
    endpoint.onPublished = () => taken[next++]!.promise;
    const { raw } = await stage.open();
    taken.forEach((_one, n) => stage.publish(raw, 'a', String(n), 1, n + 1));
    await eventually(() => expect(endpoint.publishes).toHaveLength(20));
    expect(endpoint.publishes.map(({ payload }) => Number(payload.toString()))).toEqual([...taken.keys()]);
    expect(raw.unread).toEqual([]);
    for (const { resolve } of taken) resolve();
    for (const n of taken.keys()) expect((await raw.next('puback')).messageId).toBe(n + 1);
  });

  test('one message that takes long does not keep the next one from being told', async () => {
    endpoint.onPublished = () => new Promise(() => undefined);
    const { raw } = await stage.open();
    stage.publish(raw, 'a', 'slow', 1, 1);
    stage.publish(raw, 'a', 'next', 1, 2);
    await eventually(() => expect(endpoint.publishes).toHaveLength(2));
  });

  test.each([0, 1, 2] as const)('QoS %i: a message that is not taken ends the connection', async (qos) => {
    endpoint.onPublished = () => Promise.reject(new Error('not kept'));
    const { raw, link } = await stage.open();
    stage.publish(raw, 'a', 'x', qos, qos === 0 ? undefined : 1);
    await raw.closed;
    expect(await stage.endingOf(link)).toMatchObject({ how: 'failed', error: { message: 'not kept' } });
    expect(raw.unread).toEqual([]);
  });

  test('a message may be empty, or as long as a packet may be', async () => {
    const { raw } = await stage.open();
    const long = Buffer.alloc(stage.tested.maxPacketBytes - 1000, 'x');
    stage.publish(raw, 'a', Buffer.alloc(0), 1, 1);
    await raw.next('puback');
    stage.publish(raw, 'a', long, 1, 2);
    await raw.next('puback');
    expect(endpoint.publishes.map(({ payload }) => payload.length)).toEqual([0, long.length]);
  });

  test('a longer packet ends the connection when it is announced, and not when all of it is there', async () => {
    const { raw, link } = await stage.open();
    // 200 MB, as the length of a packet is written (MQTT 3.1.1, 2.2.3).
    raw.sendBytes(Buffer.from([0x30, 0x80, 0x80, 0xc0, 0x64]));
    raw.sendBytes(Buffer.alloc(100, 'x'));
    await raw.closed;
    expect((await stage.endingOf(link)).how).not.toBe('disconnected');
    expect(endpoint.publishes).toEqual([]);
  });

  test.each(['a/+/b', 'a/#', ''])('a message on "%s" ends the connection', async (topic) => {
    const { raw, link } = await stage.open();
    const bytes = Buffer.concat([Buffer.from([0x30, topic.length + 3, 0, topic.length]), Buffer.from(`${topic}x`)]);
    raw.sendBytes(bytes);
    await raw.closed;
    await stage.endingOf(link);
    expect(endpoint.publishes).toEqual([]);
  });

  test('nothing goes from client to client, not even what is to be retained', async () => {
    const { raw: listener } = await stage.open({ clientId: 'listener' });
    await stage.subscribe(listener, '#');
    const { raw: speaker } = await stage.open({ clientId: 'speaker' });
    speaker.send({ cmd: 'publish', topic: 'a', payload: 'x', qos: 1, messageId: 1, dup: false, retain: true });
    await speaker.next('puback');
    const { raw: late } = await stage.open({ clientId: 'late' });
    await stage.subscribe(late, '#');
    for (const raw of [listener, late]) {
      await stage.settled(raw);
      expect(raw.unread).toEqual([]);
    }
  });

  test('a will is not published', async () => {
    const { raw: listener } = await stage.open({ clientId: 'listener' });
    await stage.subscribe(listener, '#');
    const raw = await stage.dial();
    const will = { topic: 'gone', payload: Buffer.from('x'), qos: 1 as const, retain: false };
    raw.send({ ...stage.connectPacket(), will });
    expect((await raw.next('connack')).returnCode).toBe(0);
    const link = endpoint.links.at(-1)!;
    await raw.close();
    await stage.endingOf(link);
    await stage.settled(listener);
    expect([listener.unread, endpoint.publishes]).toEqual([[], []]);
  });
};
