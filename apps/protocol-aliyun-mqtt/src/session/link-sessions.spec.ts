/** What the sessions of one link share, and how they end. */
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { LinkSessions } from './link-sessions';
import type { Session } from './session';

let link: FakeLink;
let sessions: LinkSessions;
/** Whose end was told, with those that followed. */
let ends: [string, string[]][];
beforeEach(async () => {
  link = new FakeLink();
  ends = [];
  sessions = new LinkSessions(link, await admitted('dev1'), ({ deviceName }, followers) => {
    ends.push([deviceName, followers.map((follower) => follower.deviceName)]);
  });
  link.onClosed = () => sessions.closed('connection closed');
});

const open = async (deviceName: string): Promise<Session> => sessions.open(await admitted(deviceName));
const set = (deviceName: string) => `/sys/${PRODUCT_KEY}/${deviceName}/thing/service/property/set`;
const message = (deviceName: string, qos: 0 | 1 = 1) => ({ topic: set(deviceName), payload: '{}', qos });
const outcomes = (all: Session[]) => all.map(({ deviceName }) => sessions.of(PRODUCT_KEY, deviceName)?.state);

describe('order', () => {
  test('answers wait for those of earlier publishes, of whichever device of the link', async () => {
    const sub = await open('dev2');
    const answered: string[] = [];
    let finish = (): void => undefined;
    const slow = sessions.owner.inOrder(new Promise<void>((resolve) => (finish = resolve)));
    const fast = sub.inOrder(Promise.resolve());
    void slow.then(() => answered.push('slow'));
    void fast.then(() => answered.push('fast'));
    await new Promise(setImmediate);
    expect(answered).toEqual([]);
    finish();
    await fast;
    expect(answered).toEqual(['slow', 'fast']);
  });

  test('a failure has its place as well, and holds up nobody', async () => {
    let finish = (): void => undefined;
    const first = sessions.inOrder(new Promise<void>((resolve) => (finish = resolve)));
    const second = sessions.inOrder(Promise.reject(new Error('not kept')));
    const third = sessions.inOrder(Promise.resolve(3));
    const settled: string[] = [];
    void first.then(() => settled.push('first'));
    second.catch(() => settled.push('second'));
    void third.then(() => settled.push('third'));
    await new Promise(setImmediate);
    expect(settled).toEqual([]);
    finish();
    expect(await third).toBe(3);
    expect(settled).toEqual(['first', 'second', 'third']);
    await expect(second).rejects.toThrow('not kept');
  });
});

describe('what is under way', () => {
  test('is bounded for all devices of the link together, more for more devices', async () => {
    const sub = await open('dev2');
    for (let n = 0; n < 200; n++) {
      const device = n % 2 ? sub : sessions.owner;
      expect(device.deliver(message(device.deviceName))).toBeUndefined();
    }
    expect(sub.deliver(message('dev2'))).toBe('device takes nothing');
    expect(sub.deliver(message('dev2', 0))).toBeUndefined();
    sessions.acknowledged();
    expect(sub.deliver(message('dev2'))).toBeUndefined();
    expect(sessions.owner.deliver(message('dev1'))).toBe('device takes nothing');
    for (let n = 0; n < 100; n++) sessions.acknowledged();
    await sub.end({ text: 'logged out' });
    expect(sessions.owner.deliver(message('dev1'))).toBe('device takes nothing');
    sessions.acknowledged();
    expect(sessions.owner.deliver(message('dev1'))).toBeUndefined();
  });

  test("is 20 devices' at most", async () => {
    const subs = await Promise.all(Array.from({ length: 30 }, (_, n) => open(`dev-sub${n}`)));
    for (let n = 0; n < 2000; n++) expect(subs[n % 30]!.deliver(message(`dev-sub${n % 30}`))).toBeUndefined();
    expect(subs[0]!.deliver(message('dev-sub0'))).toBe('device takes nothing');
  });

  test('is 1 MiB at most, but for a message that is alone', () => {
    const large = { ...message('dev1'), payload: Buffer.alloc(600 * 1024) };
    expect([sessions.owner.deliver(large), sessions.owner.deliver(large)]).toEqual([undefined, 'device takes nothing']);
    sessions.acknowledged();
    expect(sessions.owner.deliver({ ...large, payload: Buffer.alloc(2 ** 21) })).toBeUndefined();
    expect(sessions.owner.deliver(message('dev1'))).toBe('device takes nothing');
    sessions.acknowledged();
    expect(sessions.owner.deliver(large)).toBeUndefined();
  });

  test('what was not written is not', () => {
    link.isFull = true;
    for (let n = 0; n < 200; n++) sessions.owner.deliver(message('dev1'));
    link.isFull = false;
    expect(sessions.owner.deliver(message('dev1'))).toBeUndefined();
  });

  test('acknowledgements that nobody waits for make no room', () => {
    for (let n = 0; n < 10; n++) sessions.acknowledged();
    for (let n = 0; n < 100; n++) sessions.owner.deliver(message('dev1'));
    expect(sessions.owner.deliver(message('dev1'))).toBe('device takes nothing');
  });
});

test('who hears how many devices speak over the link does at every change', async () => {
  const heard: number[] = [];
  sessions.onDevices = (devices) => void heard.push(devices);
  const sub = await open('dev2');
  await open('dev3');
  await sub.end({ text: 'logged out' });
  expect(heard).toEqual([2, 3, 2]);
  expect(sessions.devices).toBe(2);
});

test('a sub-device is found by its names, and by its product, while it has a session', async () => {
  const sub = await open('dev2');
  expect(sessions.owner.subDevice(sub)).toBe(sub);
  expect([sub.subDevice(sub), sessions.owner.subDevice(sessions.owner)]).toEqual([undefined, undefined]);
  expect(sessions.ofProduct(PRODUCT_KEY)).toBe(sub);
  await sub.end({ text: 'logged out' });
  expect([sessions.owner.subDevice(sub), sessions.ofProduct(PRODUCT_KEY)]).toEqual([undefined, undefined]);
});

test('an unsubscribed filter matters to the device that it names', async () => {
  const sub = await open('dev2');
  sessions.filtersChanged({ subscribed: [], unsubscribed: [set('dev2')] });
  expect(sub.deliver(message('dev2'))).toBe('unsubscribed');
  expect(sessions.owner.deliver(message('dev1'))).toBeUndefined();
  sessions.filtersChanged({ subscribed: [set('dev2')], unsubscribed: [set('dev1')] });
  expect(sub.deliver(message('dev2'))).toBeUndefined();
  expect(sessions.owner.deliver(message('dev1'))).toBe('unsubscribed');
});

describe('the end', () => {
  test("of a device's own session is that of its connection, and of what goes through it", async () => {
    const subs = [await open('dev2'), await open('dev3')];
    await sessions.owner.end({ text: 'the device was disabled' });
    expect(link.isClosed).toBe(true);
    expect(ends).toEqual([['dev1', ['dev2', 'dev3']]]);
    expect(sessions.owner.endReason).toBe('the device was disabled');
    for (const sub of subs) {
      expect(sub).toMatchObject({
        state: 'ended',
        endReason: 'its gateway device is gone: the device was disabled',
        via: sessions.owner,
      });
    }
    link.onClosed({ how: 'lost' });
    expect(ends).toHaveLength(1);
  });

  test("of a sub-device's session leaves the others where they are", async () => {
    const subs = [await open('dev2'), await open('dev3')];
    await subs[0]!.end({ text: 'the device was deleted' });
    expect(link.isClosed).toBe(false);
    expect(ends).toEqual([['dev2', []]]);
    expect(outcomes([sessions.owner, ...subs])).toEqual(['opening', undefined, 'opening']);
    await subs[0]!.end({ text: 'once more' });
    expect(subs[0]!.endReason).toBe('the device was deleted');
    link.close({ how: 'lost' });
    expect(ends).toEqual([
      ['dev2', []],
      ['dev1', ['dev3']],
    ]);
  });
});
