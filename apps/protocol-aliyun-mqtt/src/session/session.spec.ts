/** What may be delivered to a device, by what it has subscribed and unsubscribed. */
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { LinkSessions } from './link-sessions';
import type { Session } from './session';

let link: FakeLink;
let sessions: LinkSessions;
let session: Session;
beforeEach(async () => {
  link = new FakeLink();
  sessions = new LinkSessions(link, await admitted('dev1'), () => undefined);
  session = sessions.owner;
});

const SET = `/sys/${PRODUCT_KEY}/dev1/thing/service/property/set`;
const CUSTOM = `/${PRODUCT_KEY}/dev1/user/get`;
const message = (topic: string, qos: 0 | 1 = 0) => ({ topic, payload: '{}', qos });
const subscribe = (...filters: string[]): void => {
  link.filters.push(...filters);
  sessions.filtersChanged({ subscribed: filters, unsubscribed: [] });
};
const unsubscribe = (...filters: string[]): void => {
  link.filters = link.filters.filter((filter) => !filters.includes(filter));
  sessions.filtersChanged({ subscribed: [], unsubscribed: filters });
};

test('system topics need no subscription', () => {
  expect(session.deliver(message(SET))).toBeUndefined();
  expect(link.sent).toEqual([message(SET)]);
});

test('a custom topic needs one, whatever its form', () => {
  expect(session.deliver(message(CUSTOM), true)).toBe('not subscribed');
  subscribe(`/${PRODUCT_KEY}/dev1/user/#`);
  expect(session.deliver(message(CUSTOM), true)).toBeUndefined();
  unsubscribe(`/${PRODUCT_KEY}/dev1/user/#`);
  expect(session.deliver(message(CUSTOM), true)).toBe('not subscribed');
});

test.each([SET, `/sys/${PRODUCT_KEY}/dev1/thing/service/+/set`, `/sys/${PRODUCT_KEY}/dev1/#`])(
  'what was unsubscribed by %s is not pushed until it is subscribed again',
  (filter) => {
    // A device may unsubscribe what it has never subscribed.
    unsubscribe(filter);
    expect(session.deliver(message(SET))).toBe('unsubscribed');
    expect(session.deliver(message(`/sys/${PRODUCT_KEY}/dev1x/thing/service/property/set`))).toBeUndefined();
    subscribe(filter);
    expect(session.deliver(message(SET))).toBeUndefined();
  },
);

test.each(['#', '/sys/#', '/sys/+/+/thing/#', `/sys/${PRODUCT_KEY}/+/thing/#`])(
  'a device that unsubscribes %s, which it may not subscribe, hears what it heard before',
  (filter) => {
    unsubscribe(filter);
    expect(session.deliver(message(SET))).toBeUndefined();
  },
);

test('what was unsubscribed is pushed where another filter selects it', () => {
  unsubscribe(SET);
  subscribe(`/sys/${PRODUCT_KEY}/dev1/thing/service/+/set`);
  expect(session.deliver(message(SET))).toBeUndefined();
});

test('no more unsubscribed filters are remembered than a device may have subscribed', () => {
  unsubscribe(...Array.from({ length: 100 }, (_, n) => `/sys/${PRODUCT_KEY}/dev1/${n}`), SET);
  expect(session.deliver(message(`/sys/${PRODUCT_KEY}/dev1/99`))).toBe('unsubscribed');
  expect(session.deliver(message(SET))).toBeUndefined();
});

describe('replies, of devices that have not subscribed them over this connection,', () => {
  const REPLY = `/sys/${PRODUCT_KEY}/dev1/thing/event/property/post_reply`;
  const SUB_REPLY = `/sys/${PRODUCT_KEY}/dev2/thing/event/property/post_reply`;
  const withClean = async (clean: boolean) => {
    link = new FakeLink({ clientId: 'dev1', username: `dev1&${PRODUCT_KEY}`, keepalive: 60, clean });
    sessions = new LinkSessions(link, { ...(await admitted('dev1')), rawClientId: 'dev1' }, () => undefined);
    return sessions.open({ ...(await admitted('dev2')), rawClientId: 'dev2' });
  };
  const wanted = () => [sessions.owner.wantsReplyOn(REPLY), sessions.subDevice(DEV2)!.wantsReplyOn(SUB_REPLY)];
  const DEV2 = { productKey: PRODUCT_KEY, deviceName: 'dev2' };

  test('are not wanted with clean session 1', async () => {
    await withClean(true);
    expect(wanted()).toEqual([false, false]);
  });

  test('are with clean session 0, as long as nothing of that device is known to be subscribed', async () => {
    const subDevice = await withClean(false);
    expect(wanted()).toEqual([true, true]);
    sessions.filters.add(subDevice.key, `/sys/${PRODUCT_KEY}/dev2/thing/service/property/set`);
    expect(wanted()).toEqual([true, false]);
    sessions.filters.add(sessions.owner.key, SET);
    expect(wanted()).toEqual([false, false]);
  });
});

test('a device may be answered before its CONNACK is known to be sent, and not after its end', async () => {
  expect(session.state).toBe('opening');
  expect(session.deliver(message(SET))).toBeUndefined();
  link.onClosed = () => sessions.closed('over');
  await session.end({ text: 'cut' });
  expect(session).toMatchObject({ state: 'ended', endReason: 'cut' });
  expect(session.deliver(message(SET))).toBe('offline');
});

test('a connection that has closed takes nothing, whatever was subscribed', () => {
  link.isClosed = true;
  expect(session.deliver(message(CUSTOM), true)).toBe('offline');
  expect(session.deliver(message(SET))).toBe('offline');
});

test('a socket that is full', () => {
  link.isFull = true;
  expect(session.deliver(message(SET))).toBe('device takes nothing');
});
