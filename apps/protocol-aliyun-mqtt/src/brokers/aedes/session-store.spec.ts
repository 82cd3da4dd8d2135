import type { AedesPublishPacket } from 'aedes';
import { seededRandom } from '@alink/testing';
import { SessionStore, type StoreLimits } from './session-store';

const limits: StoreLimits = { maxFilters: 5, maxHandshakes: 4, maxMessages: 3, maxMessageBytes: 1000, keepMs: 60_000 };
const clock = { time: 0, now: () => clock.time };
const storeOf = (): SessionStore => new SessionStore(limits, clock);

const device = { id: 'pk&dev', clean: false };
const message = (n: number, bytes = 10): AedesPublishPacket =>
  ({ cmd: 'publish', topic: `t${n}`, payload: Buffer.alloc(bytes), qos: 1, brokerId: 'b', brokerCounter: n }) as never;
const topicsOf = async (store: SessionStore): Promise<string[]> =>
  (await store.outgoingStream(device).toArray()).map(({ topic }: AedesPublishPacket) => topic);

test('filters are kept over connections, as many as a device may have', async () => {
  const store = storeOf();
  store.held(device);
  const filters = ['a', 'b', 'c', 'd', 'e', 'f'].map((topic) => ({ topic, qos: 1 as const }));
  store.keepFilters(device, filters);
  await store.removeSubscriptions(device, ['a', 'never held']);
  store.keepFilters(device, [{ topic: 'b', qos: 0 }]);
  store.released(device);
  const kept = await store.subscriptionsByClient(device);
  expect(kept.map(({ topic, qos }) => `${topic} ${qos}`)).toEqual(['b 0', 'c 1', 'd 1', 'e 1']);
});

test('of QoS 2 handshakes the latest are known, by their ids alone', async () => {
  const store = storeOf();
  for (let messageId = 1; messageId <= 6; messageId++) await store.incomingStorePacket(device, { messageId });
  await store.incomingDelPacket(device, { messageId: 5 });
  expect([1, 2, 3, 4, 5, 6].filter((id) => store.hasHandshake(device, id))).toEqual([3, 4, 6]);
  await expect(store.incomingGetPacket(device, { messageId: 5 })).rejects.toThrow('no such packet');
});

test('messages wait until they are acknowledged; of too many, or too large ones, the oldest goes', async () => {
  const store = storeOf();
  for (let n = 1; n <= 4; n++) await store.outgoingEnqueue({ clientId: device.id }, message(n));
  expect(await topicsOf(store)).toEqual(['t2', 't3', 't4']);
  await store.outgoingUpdate(device, { brokerId: 'b', brokerCounter: 3, messageId: 77 });
  await store.outgoingUpdate(device, { brokerId: 'b', brokerCounter: 1, messageId: 78 });
  expect(await store.outgoingClearMessageId(device, { messageId: 77 })).toMatchObject({ topic: 't3' });
  expect(await store.outgoingClearMessageId(device, { messageId: 77 })).toBeUndefined();
  expect(await store.outgoingClearMessageId(device, { messageId: 78 })).toBeUndefined();
  await store.outgoingEnqueue({ clientId: device.id }, message(5, 995));
  expect(await topicsOf(store)).toEqual(['t5']);
});

test('a session that goes on elsewhere is forgotten, with its connection where it has one; a later one is not', async () => {
  const store = storeOf();
  const open = (): void => {
    store.held(device);
    store.keepFilters(device, [{ topic: 'a', qos: 1 }]);
  };
  open();
  store.released(device);
  store.forget(device.id);
  expect(store.size).toBe(0);
  open();
  store.forget(device.id);
  expect(await store.subscriptionsByClient(device)).toHaveLength(1);
  store.released(device);
  expect(store.size).toBe(0);
  open();
  store.forget(device.id);
  open();
  store.released(device);
  expect(store.size).toBe(1);
});

test('a session without a connection is kept for its time, one with a connection as long as that lasts', async () => {
  const store = storeOf();
  const other = { id: 'pk&other', clean: false };
  for (const one of [device, other]) {
    store.held(one);
    store.keepFilters(one, [{ topic: 'a', qos: 1 }]);
  }
  store.released(other);
  clock.time += limits.keepMs - 1;
  store.held({ id: 'somebody else', clean: true });
  expect(store.size).toBe(2);
  clock.time += 1;
  store.held({ id: 'somebody else', clean: true });
  expect(store.size).toBe(1);
  expect(await store.subscriptionsByClient(device)).toHaveLength(1);
});

test('a clean session leaves nothing', async () => {
  const store = storeOf();
  const clean = { id: 'guest', clean: true };
  store.held(clean);
  await store.incomingStorePacket(clean, { messageId: 1 });
  store.released(clean);
  expect(store.size).toBe(0);
});

test('whatever devices do, over however many connections, what is left is bounded, and then gone', async () => {
  const random = seededRandom(17);
  const store = storeOf();
  const devices = Array.from({ length: 8 }, (_, n) => ({ id: `dev${n}`, clean: false }));
  let counter = 0;
  for (let step = 0; step < 20_000; step++) {
    const one = random.pick(devices);
    const messageId = random.int(1, 65_535);
    switch (random.int(0, 7)) {
      case 0:
        store.held(one);
        break;
      case 1:
        store.released({ ...one, clean: random.int(0, 9) === 0 });
        break;
      case 2:
        store.keepFilters(one, [{ topic: random.text(5), qos: 1 }]);
        break;
      case 3:
        await store.removeSubscriptions(
          one,
          (await store.subscriptionsByClient(one)).slice(1).map(({ topic }) => topic),
        );
        break;
      case 4:
      case 5:
        await store.incomingStorePacket(one, { messageId });
        break;
      case 6:
        await store.outgoingEnqueue({ clientId: one.id }, message(++counter, random.int(0, 600)));
        await store.outgoingUpdate(one, { brokerId: 'b', brokerCounter: counter, messageId });
        break;
      case 7:
        clock.time += random.int(0, 5000);
        break;
    }
    const waiting = (await store.outgoingStream(one).toArray()) as AedesPublishPacket[];
    const bytes = waiting.reduce((sum, { payload }) => sum + payload.length, 0);
    expect((await store.subscriptionsByClient(one)).length).toBeLessThanOrEqual(limits.maxFilters);
    expect(waiting.length).toBeLessThanOrEqual(limits.maxMessages);
    expect(bytes).toBeLessThanOrEqual(limits.maxMessageBytes);
    expect(store.size).toBeLessThanOrEqual(devices.length);
  }
  for (const one of devices) store.released(one);
  clock.time += limits.keepMs;
  store.held({ id: 'somebody else', clean: true });
  expect(store.size).toBe(0);
});
