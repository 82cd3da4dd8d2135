/** What a device's connection may subscribe, and how its end is put in words. */
import { DefinedTopics, type TopicClass } from '@alink/alink';
import { createMemoryBus } from '@alink/bus';
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { notedJournal } from '../../test/noted-journal';
import type { Ending } from '../link/link';
import { LinkSessions } from '../session/link-sessions';
import { DeviceRole, type DeviceRoleOptions } from './device-role';

const bus = createMemoryBus();
afterAll(() => bus.close());

const start = async (classes?: readonly TopicClass[]) => {
  const { journal, activities } = notedJournal(bus);
  const link = new FakeLink();
  const login = await admitted('dev1');
  const product = { ...login.product, ...(classes && { topics: new DefinedTopics(classes) }) };
  const sessions = new LinkSessions(link, { ...login, product }, () => undefined);
  const untouched = {} as Pick<DeviceRoleOptions, 'life' | 'uplink'>;
  const directory: DeviceRoleOptions['directory'] = { productOf: (_productKey, atLogin) => atLogin };
  const role = new DeviceRole(sessions, { admits: () => true }, undefined, { ...untouched, directory, journal });
  link.onClosed = (ending) => role.closed(ending);
  return { link, sessions, role, activities };
};

test.each<[Ending, RegExp]>([
  [{ how: 'ended', why: 'the device was reset' }, /^the device was reset$/],
  [{ how: 'disconnected' }, /^the device disconnected$/],
  [{ how: 'silent' }, /^keepalive timeout: .*PINGREQ/],
  [{ how: 'failed', error: new Error('read ECONNRESET') }, /^read ECONNRESET$/],
  [{ how: 'lost' }, /^connection closed$/],
])('%j is said in words that help', async (ending, words) => {
  const { link, sessions } = await start();
  link.close(ending);
  expect(sessions.owner).toMatchObject({ state: 'ended', endReason: expect.stringMatching(words) });
});

test('why it was cut counts for more than how it closed then', async () => {
  const { link, sessions } = await start();
  link.end = async () => link.close({ how: 'disconnected' });
  await sessions.owner.end({ text: 'the device was disabled' });
  expect(sessions.owner.endReason).toBe('the device was disabled');
});

describe('filters', () => {
  const own = (n: number | string) => `/${PRODUCT_KEY}/dev1/user/${n}`;

  test("the device's own are granted, with a line", async () => {
    const { role, activities } = await start();
    expect(role.subscribing(own('get'))).toBe(true);
    expect(activities).toMatchObject([{ kind: 'subscribe', code: 200, topic: own('get'), deviceName: 'dev1' }]);
  });

  test('where the product defines its custom topics, those that it lets devices subscribe are granted', async () => {
    const { role, activities } = await start([
      { topic: 'user/get', permission: 'subscribe' },
      { topic: 'user/news/#', permission: 'subscribe' },
      { topic: 'user/update', permission: 'publish' },
    ]);
    const calls = `/ext/rrpc/+/${PRODUCT_KEY}/dev1/user/`;
    for (const filter of [own('get'), own('news/+'), `${calls}get`, `/sys/${PRODUCT_KEY}/dev1/#`]) {
      expect(role.subscribing(filter)).toBe(true);
    }
    for (const filter of [own('update'), own('+'), own('#'), own('other'), `${calls}other`]) {
      expect(role.subscribing(filter)).toBe(false);
      expect(activities.at(-1)).toMatchObject({ code: 403, text: expect.stringContaining('defines no such custom') });
    }
  });

  test('those of others are refused, and the line says what to use', async () => {
    const { role, activities } = await start();
    const foreign = `/${PRODUCT_KEY}/dev2/user/${'x'.repeat(1000)}`;
    expect(role.subscribing(foreign)).toBe(false);
    expect(activities).toMatchObject([
      { kind: 'refuseSubscribe', code: 403, text: expect.stringMatching(/refused: .*own ProductKey and DeviceName/) },
    ]);
    expect(activities[0]!.topic).toHaveLength(200);
  });

  test('more than 100 are refused; one that is held may be subscribed again', async () => {
    const { link, role, activities } = await start();
    link.filters = Array.from({ length: 100 }, (_, n) => own(n));
    expect(role.subscribing(own(100))).toBe(false);
    expect(activities.at(-1)!.text).toMatch(/more than 100 subscriptions; unsubscribe some/);
    expect(role.subscribing(own(99))).toBe(true);
  });
});
