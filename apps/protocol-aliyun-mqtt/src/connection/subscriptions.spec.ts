/** What the client of a device's link may subscribe, for itself and for the sub-devices behind it. */
import { DefinedTopics, type TopicClass } from '@alink/alink';
import { createMemoryBus } from '@alink/bus';
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { notedJournal } from '../../test/noted-journal';
import { LinkSessions } from '../session/link-sessions';
import type { Session } from '../session/session';
import { Subscriptions, type SubscriptionsOptions } from './subscriptions';

const bus = createMemoryBus();
afterAll(() => bus.close());

/** @param classes the custom topics of each device's product, by the device */
const start = async (classes: Readonly<Record<string, readonly TopicClass[]>> = {}) => {
  const { journal, activities } = notedJournal(bus);
  const login = async (deviceName: string) => {
    const as = await admitted(deviceName);
    const topics = classes[deviceName] && new DefinedTopics(classes[deviceName]);
    return { ...as, product: { ...as.product, ...(topics && { topics }) } };
  };
  const sessions = new LinkSessions(new FakeLink(), await login('dev1'), () => undefined);
  const directory: SubscriptionsOptions['directory'] = { productOf: (_productKey, atLogin) => atLogin };
  const subscriptions = new Subscriptions(sessions, { directory, journal });
  const open = async (deviceName: string): Promise<Session> => sessions.open(await login(deviceName));
  const subscribe = (filter: string): boolean => subscriptions.grant(filter, false);
  const restore = (filter: string): boolean => subscriptions.grant(filter, true);
  const unsubscribe = (...filters: string[]): void => subscriptions.changed({ subscribed: [], unsubscribed: filters });
  return { sessions, subscriptions, activities, open, subscribe, restore, unsubscribe };
};

describe('of the owner', () => {
  const own = (n: number | string) => `/${PRODUCT_KEY}/dev1/user/${n}`;

  test("the device's own are granted, with a line", async () => {
    const { subscribe, activities } = await start();
    expect(subscribe(own('get'))).toBe(true);
    expect(activities).toMatchObject([{ kind: 'subscribe', code: 200, topic: own('get'), deviceName: 'dev1' }]);
  });

  test('where the product defines its custom topics, those that it lets devices subscribe are granted', async () => {
    const { subscribe, activities } = await start({
      dev1: [
        { topic: 'user/get', permission: 'subscribe' },
        { topic: 'user/news/#', permission: 'subscribe' },
        { topic: 'user/update', permission: 'publish' },
      ],
    });
    const calls = `/ext/rrpc/+/${PRODUCT_KEY}/dev1/user/`;
    for (const filter of [own('get'), own('news/+'), `${calls}get`, `/sys/${PRODUCT_KEY}/dev1/#`]) {
      expect(subscribe(filter)).toBe(true);
    }
    for (const filter of [own('update'), own('+'), own('#'), own('other'), `${calls}other`]) {
      expect(subscribe(filter)).toBe(false);
      expect(activities.at(-1)).toMatchObject({ code: 403, text: expect.stringContaining('defines no such custom') });
    }
  });

  test('those of others are refused, and the line says what to use', async () => {
    const { subscribe, activities } = await start();
    const foreign = `/${PRODUCT_KEY}/dev2/user/${'x'.repeat(1000)}`;
    expect(subscribe(foreign)).toBe(false);
    expect(activities).toMatchObject([
      { kind: 'refuseSubscribe', code: 403, text: expect.stringMatching(/refused: .*own ProductKey and DeviceName/) },
    ]);
    expect(activities[0]!.topic).toHaveLength(200);
  });

  test('more than 100 are refused; one that is held may be subscribed again', async () => {
    const { subscribe, unsubscribe, activities } = await start();
    for (let n = 0; n < 100; n++) expect(subscribe(own(n))).toBe(true);
    expect(subscribe(own(100))).toBe(false);
    expect(activities.at(-1)!.text).toMatch(/more than 100 subscriptions; unsubscribe some/);
    expect(subscribe(own(99))).toBe(true);
    unsubscribe(own(99), 'never/held');
    expect(subscribe(own(100))).toBe(true);
    expect(subscribe(own(99))).toBe(false);
  });

  test('one that is given back while it is subscribed again is held', async () => {
    const { subscribe, subscriptions, unsubscribe } = await start();
    for (let n = 0; n < 100; n++) subscribe(own(n));
    unsubscribe(own(0));
    subscriptions.changed({ subscribed: [own(0)], unsubscribed: [] });
    expect(subscribe(own(100))).toBe(false);
  });

  test('those that name no device count for it', async () => {
    const { subscribe } = await start();
    expect([subscribe('/ext/network/probe/+'), subscribe(`/broadcast/${PRODUCT_KEY}/+`)]).toEqual([true, true]);
    for (let n = 0; n < 98; n++) subscribe(own(n));
    expect(subscribe(own(98))).toBe(false);
  });
});

describe('of a sub-device', () => {
  const of = (deviceName: string, n: number | string) => `/${PRODUCT_KEY}/${deviceName}/user/${n}`;

  test('are granted while it has a session, with a line of its own', async () => {
    const { subscribe, activities, open } = await start();
    const sub = await open('dev2');
    for (const filter of [
      of('dev2', 'get'),
      `/sys/${PRODUCT_KEY}/dev2/thing/service/+`,
      `/ext/rrpc/+/sys/${PRODUCT_KEY}/dev2/#`,
    ]) {
      expect(subscribe(filter)).toBe(true);
      expect(activities.at(-1)).toMatchObject({ kind: 'subscribe', code: 200, deviceName: 'dev2', topic: filter });
    }
    await sub.end({ text: 'logged out' });
    expect(subscribe(of('dev2', 'other'))).toBe(false);
    expect(activities.at(-1)).toMatchObject({ kind: 'refuseSubscribe', code: 403, deviceName: 'dev1' });
    expect(activities.at(-1)!.text).toMatch(/dev2 has no session on this connection; let it log in first/);
  });

  test('are held against the topics of its own product', async () => {
    const { subscribe, open } = await start({ dev2: [{ topic: 'user/news', permission: 'subscribe' }] });
    await open('dev2');
    expect([of('dev2', 'news'), of('dev2', 'get'), of('dev1', 'get')].map(subscribe)).toEqual([true, false, true]);
  });

  test('are 100 of each device', async () => {
    const { subscribe, activities, open } = await start();
    await open('dev2');
    await open('dev3');
    for (const device of ['dev1', 'dev2', 'dev3']) {
      for (let n = 0; n < 100; n++) expect(subscribe(of(device, n))).toBe(true);
    }
    expect(subscribe(of('dev2', 100))).toBe(false);
    expect(activities.at(-1)).toMatchObject({ deviceName: 'dev2', text: expect.stringContaining('more than 100') });
  });

  test('are 100,000 over one connection', async () => {
    const { subscribe, unsubscribe, activities, open } = await start();
    for (let n = 0; n < 1000; n++) {
      await open(`dev-sub${n}`);
      for (let k = 0; k < 100; k++) subscribe(of(`dev-sub${n}`, k));
    }
    expect(subscribe(of('dev1', 0))).toBe(false);
    expect(activities.at(-1)!.text).toMatch(/more than 100000 subscriptions over one connection/);
    unsubscribe(of('dev-sub0', 0));
    expect(subscribe(of('dev1', 0))).toBe(true);
  });

  test('with a wildcard in the place of its name are refused', async () => {
    const { subscribe, activities, open } = await start();
    await open('dev2');
    expect(subscribe(`/sys/${PRODUCT_KEY}/+/thing/service/property/set`)).toBe(false);
    expect(activities.at(-1)!.text).toMatch(/could select topics of another device/);
  });

  test('for broadcasts to its product are granted while one of that product is here', async () => {
    const { subscribe, sessions } = await start();
    const as = await admitted('dev2');
    const filter = '/broadcast/otherProduct/news';
    expect(subscribe(filter)).toBe(false);
    const sub = sessions.open({ ...as, device: { ...as.device, productKey: 'otherProduct' } });
    expect(subscribe(filter)).toBe(true);
    await sub.end({ text: 'logged out' });
    expect(subscribe(`${filter}2`)).toBe(false);
  });

  test('of before this connection are kept until it logs in, without a line', async () => {
    const { restore, subscribe, activities, open } = await start();
    for (let n = 0; n < 16; n++) expect(restore(of('dev2', n))).toBe(true);
    expect(activities).toEqual([]);
    await open('dev2');
    for (let n = 16; n < 100; n++) expect(subscribe(of('dev2', n))).toBe(true);
    expect(subscribe(of('dev2', 0))).toBe(true);
    expect(subscribe(of('dev2', 100))).toBe(false);
  });

  test('of before this connection must be filters of one device all the same, and not too many', async () => {
    const { restore } = await start();
    for (const filter of ['/sys/+/+/#', `/sys/${PRODUCT_KEY}/+/#`, `/sys/${PRODUCT_KEY}/dev2/nothing`]) {
      expect(restore(filter)).toBe(false);
    }
    for (let n = 0; n < 100; n++) restore(of('dev2', n));
    expect(restore(of('dev2', 100))).toBe(false);
  });
});
