/** Sessions that outlive a connection: what is kept under their name, and who may have it. */
import { eventually } from '../eventually';
import type { Stage } from './stage';

export const keeping = (stage: Stage): void => {
  const { endpoint } = stage;
  /** Whatever the ClientID, the session is the device's. */
  const oneSession = (): void => {
    endpoint.onOpening = async () => ({ session: 'pk&dev1' });
  };

  test('what was subscribed is held on the next connection, after it was granted again', async () => {
    oneSession();
    const first = await stage.open({ clientId: 'a', clean: false });
    await stage.subscribe(first.raw, 'kept', 'forbidden/later');
    await first.raw.close();
    await stage.endingOf(first.link);
    endpoint.asked.length = 0;
    const asOld: boolean[] = [];
    endpoint.onSubscribing = (filter, isOld) => {
      asOld.push(isOld);
      return filter === 'kept';
    };
    const second = await stage.open({ clientId: 'b', clean: false });
    expect(second.sessionPresent).toBe(true);
    expect([...endpoint.asked].sort()).toEqual(['forbidden/later', 'kept']);
    await stage.subscribe(second.raw, 'forbidden/later');
    expect(asOld).toEqual([true, true, false]);
    expect([second.link.filters, second.link.holds('kept')]).toEqual([['kept'], true]);
    expect(first.link.filters).toEqual([]);
  });

  test('a session in which nothing was subscribed is present as well, and a new one is not', async () => {
    oneSession();
    for (const present of [false, true, true]) {
      const { raw, link, sessionPresent } = await stage.open({ clean: false });
      expect([sessionPresent, link.filters, endpoint.asked]).toEqual([present, [], []]);
      await raw.close();
      await stage.endingOf(link);
    }
    const clean = await stage.open({ clean: true });
    expect(clean.sessionPresent).toBe(false);
    await clean.raw.close();
    await stage.endingOf(clean.link);
    expect((await stage.open({ clean: false })).sessionPresent).toBe(false);
  });

  test('a message of QoS 1 that was not acknowledged comes again, until it is', async () => {
    oneSession();
    const first = await stage.open({ clean: false });
    await stage.subscribe(first.raw, '#');
    for (const qos of [0, 1] as const) first.link.send({ topic: 'a', payload: `qos ${qos}`, qos });
    await first.raw.next('publish');
    await first.raw.next('publish');
    await first.raw.close();
    await stage.endingOf(first.link);

    const second = await stage.open({ clean: false });
    const again = await second.raw.next('publish');
    expect(again.payload.toString()).toBe('qos 1');
    second.raw.send({ cmd: 'puback', messageId: again.messageId });
    await eventually(() => expect(endpoint.acknowledgements).toEqual([second.link]));
    await second.raw.close();
    await stage.endingOf(second.link);

    const third = await stage.open({ clean: false });
    await stage.settled(third.raw);
    expect(third.raw.unread).toEqual([]);
  });

  test('a message of before that may not be sent any more is forgotten', async () => {
    oneSession();
    const first = await stage.open({ clean: false });
    for (const topic of ['gone', 'mine']) first.link.send({ topic, payload: '', qos: 1 });
    await first.raw.next('publish');
    await first.raw.next('publish');
    await first.raw.close();
    await stage.endingOf(first.link);
    for (const topics of [['mine'], ['mine']]) {
      endpoint.onResending = (topic) => topic !== 'gone';
      const { raw, link } = await stage.open({ clean: false });
      await stage.settled(raw);
      expect(raw.unread.map((packet) => 'topic' in packet && packet.topic)).toEqual(topics);
      endpoint.onResending = () => true;
      await raw.close();
      await stage.endingOf(link);
    }
  });

  test('a clean session begins with nothing, and leaves nothing', async () => {
    oneSession();
    const kept = await stage.open({ clean: false });
    await stage.subscribe(kept.raw, 'a');
    await kept.raw.close();
    await stage.endingOf(kept.link);
    const clean = await stage.open({ clean: true });
    expect([clean.sessionPresent, clean.link.filters]).toEqual([false, []]);
    await stage.subscribe(clean.raw, 'b');
    await clean.raw.close();
    await stage.endingOf(clean.link);
    const next = await stage.open({ clean: false });
    expect([next.sessionPresent, next.link.filters]).toEqual([false, []]);
  });

  test('a client without a session leaves nothing, whatever its CONNECT asks for', async () => {
    endpoint.onOpening = async () => ({ session: undefined });
    const guest = await stage.open({ clean: false });
    await stage.subscribe(guest.raw, 'a');
    await guest.raw.close();
    await stage.endingOf(guest.link);
    const again = await stage.open({ clean: false });
    expect([again.sessionPresent, again.link.filters]).toEqual([false, []]);
  });

  test('clients without a session do not end each other, though their ClientIDs are the same', async () => {
    endpoint.onOpening = async () => ({ session: undefined });
    const one = await stage.open({ clientId: 'same' });
    const other = await stage.open({ clientId: 'same' });
    await stage.settled(one.raw);
    await stage.settled(other.raw);
    expect(stage.broker.clients()).toBe(2);
  });

  test('who takes a session over ends the one that had it', async () => {
    oneSession();
    const older = await stage.open({ clientId: 'a', clean: false });
    await stage.subscribe(older.raw, 'kept');
    const newer = await stage.open({ clientId: 'b', clean: false });
    await older.raw.closed;
    await stage.endingOf(older.link);
    await stage.settled(newer.raw);
    expect([newer.link.holds('kept'), stage.broker.clients()]).toEqual([true, 1]);
  });

  test('nobody disturbs a session by its name: neither who is refused nor who has another', async () => {
    endpoint.onOpening = async ({ login }) => {
      if (login.username === 'stranger') return { returnCode: 4 };
      return { session: login.username === 'device' ? 'pk&dev1' : 'pk&dev2' };
    };
    const device = await stage.open({ clientId: 'x', username: 'device', clean: false });
    await stage.subscribe(device.raw, 'a');
    stage.publish(device.raw, 'once', 'x', 2, 7);
    await device.raw.next('pubrec');
    for (const username of ['stranger', 'other']) {
      const raw = await stage.dial();
      raw.send(stage.connectPacket({ clientId: 'pk&dev1', username, clean: true }));
      await raw.next('connack');
      await raw.close();
    }
    await eventually(() => expect(endpoint.ends).toHaveLength(2));
    await stage.settled(device.raw);
    expect(device.link.filters).toEqual(['a']);
    device.raw.send({ cmd: 'pubrel', messageId: 7 });
    expect((await device.raw.next('pubcomp')).messageId).toBe(7);
  });
};
