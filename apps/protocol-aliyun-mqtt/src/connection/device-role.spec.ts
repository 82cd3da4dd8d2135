/** Whose a message is that comes over a device's connection, and how the connection's end is put in words. */
import { createMemoryBus } from '@alink/bus';
import { createMetrics } from '@alink/runtime';
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { notedJournal } from '../../test/noted-journal';
import type { UplinkMeter } from '../guard/uplink-rate';
import type { Publish } from '../link/endpoint';
import type { Ending } from '../link/link';
import { createNodeMetrics } from '../metrics';
import { LinkSessions } from '../session/link-sessions';
import type { Session } from '../session/session';
import type { Uplink } from '../uplink/uplink';
import { DeviceRole, type DeviceRoleOptions } from './device-role';
import { Strays } from './strays';

const bus = createMemoryBus();
afterAll(() => bus.close());

const start = async () => {
  const { journal, activities } = notedJournal(bus);
  const link = new FakeLink();
  const sessions = new LinkSessions(link, await admitted('dev1'), () => undefined);
  /** What was passed on: whose it is, on which topic, and whom the topic names where that is told. */
  const taken: string[] = [];
  const uplink: Pick<Uplink, 'publish'> = {
    publish: async (session, { topic }, { named = session, admits } = {}) => {
      // As it does with what turns out to be no login.
      if (unlikeLogins.has(topic) && !admits?.()) return;
      taken.push([session.deviceName, topic, named === session ? '' : named.deviceName].join(' ').trim());
    },
  };
  const unlikeLogins = new Set<string>();
  /** Devices whose publishes are too many, and those that were counted. */
  const tooMany = new Set<string>();
  const counted: string[] = [];
  const meterOf = (device: string): UplinkMeter => ({
    admits: (tell) => {
      counted.push(device);
      if (tooMany.has(device)) tell('too many');
      return !tooMany.has(device);
    },
  });
  const role = new DeviceRole(sessions, undefined, {
    life: {} as DeviceRoleOptions['life'],
    uplink: uplink as Uplink,
    directory: { productOf: (_productKey, atLogin) => atLogin },
    strays: new Strays({ journal, metrics: createNodeMetrics(createMetrics('test'), () => 0) }),
    meterOf,
    journal,
  });
  link.onClosed = (ending) => role.closed(ending);
  const open = async (deviceName: string): Promise<Session> => sessions.open(await admitted(deviceName));
  const publish = (topic: string, qos: Publish['qos'] = 1) =>
    role.published({ topic, payload: Buffer.from('{}'), qos });
  return { link, sessions, role, activities, taken, tooMany, counted, unlikeLogins, open, publish };
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

describe('a publish', () => {
  const post = (deviceName: string) => `/sys/${PRODUCT_KEY}/${deviceName}/thing/event/property/post`;
  const ERROR = `/ext/error/${PRODUCT_KEY}/dev1`;

  test.each([
    ['of its system topics', post('dev1')],
    ['of its custom topics', `/${PRODUCT_KEY}/dev1/user/update`],
    ['of other families', `/ota/device/inform/${PRODUCT_KEY}/dev1`],
    ['with a query', `/${PRODUCT_KEY}/dev1/user/update?_sn=default`],
    ['that names nobody', '/ext/network/probe/1'],
    ['of a product', `/broadcast/${PRODUCT_KEY}/news`],
  ])("%s is the owner's", async (_what, topic) => {
    const { publish, taken, link } = await start();
    await publish(topic);
    expect(taken).toEqual([`dev1 ${topic}`]);
    expect(link.sent).toEqual([]);
  });

  test('of a sub-device with a session is its own', async () => {
    const { publish, taken, open } = await start();
    await open('dev2');
    const topics = [post('dev2'), `/${PRODUCT_KEY}/dev2/user/update?_rid=1`, `/shadow/update/${PRODUCT_KEY}/dev2`];
    for (const topic of topics) await publish(topic);
    expect(taken).toEqual(topics.map((topic) => `dev2 ${topic}`));
  });

  test('of a device without a session is acknowledged and dropped, with 520 and a line', async () => {
    const { publish, taken, link, activities, open } = await start();
    const sub = await open('dev2');
    await sub.end({ text: 'logged out' });
    await publish(post('dev2'));
    expect(taken).toEqual([]);
    expect(link.sent).toMatchObject([{ topic: ERROR, qos: 0 }]);
    expect(JSON.parse(link.sent[0]!.payload.toString())).toEqual({
      id: expect.stringMatching(/^\d+$/),
      code: 520,
      message: 'device session error',
      data: { productKey: PRODUCT_KEY, deviceName: 'dev2' },
    });
    expect(activities).toMatchObject([
      {
        kind: 'drop',
        code: 520,
        deviceName: 'dev1',
        topic: post('dev2'),
        text: expect.stringContaining('combine/login'),
      },
    ]);
  });

  test('of more than 256 KB is refused as that of the owner is, whoever it is for', async () => {
    const { role, taken } = await start();
    await role.published({ topic: post('dev2'), payload: Buffer.alloc(256 * 1024 + 1), qos: 1 });
    expect(taken).toEqual([`dev1 ${post('dev2')}`]);
  });

  test('again and again is told of once a second for each device', async () => {
    const { publish, link } = await start();
    for (let n = 0; n < 10; n++) await publish(post(`dev${2 + (n % 2)}`));
    expect(link.sent).toHaveLength(2);
  });

  test('its acknowledgement waits for those of earlier publishes', async () => {
    const { publish, sessions } = await start();
    let finish = (): void => undefined;
    void sessions.inOrder(new Promise<void>((resolve) => (finish = resolve)));
    let isAcknowledged = false;
    const stray = publish(post('dev2')).then(() => (isAcknowledged = true));
    await new Promise(setImmediate);
    expect(isAcknowledged).toBe(false);
    finish();
    await stray;
  });

  test.each([['"},"x":{"'], ['a\u0007b'], ['a\\b']])(
    'names that could break a text, such as %j, are not told',
    async (name) => {
      const { publish, link, activities } = await start();
      await publish(`/sys/${PRODUCT_KEY}/${name}/thing/event/property/post`);
      expect(link.sent).toEqual([]);
      expect(activities).toMatchObject([{ code: 520 }]);
    },
  );

  test('long names are cut', async () => {
    const { publish, link } = await start();
    await publish(`/sys/${'p'.repeat(300)}/${'d'.repeat(300)}/thing/event/property/post`);
    expect(link.sent[0]!.payload.toString()).toMatch(/"productKey":"p{64}","deviceName":"d{64}"/);
  });

  test.each(['disable', 'enable', 'delete'])(
    "that answers thing/%s is the gateway device's, online or not",
    async (what) => {
      const { publish, taken, link, open } = await start();
      const topic = `/sys/${PRODUCT_KEY}/dev2/thing/${what}_reply`;
      await publish(topic);
      await open('dev2');
      await publish(topic);
      expect(taken).toEqual([`dev1 ${topic} dev2`, `dev1 ${topic} dev2`]);
      expect(link.sent).toEqual([]);
    },
  );

  const combine = (what: string) => `/ext/session/${PRODUCT_KEY}/dev1/combine/${what}`;

  test.each(['login', 'batch_login'])('on combine/%s counts where it turns out to be no login', async (what) => {
    const { publish, counted, taken, tooMany, unlikeLogins, activities } = await start();
    await publish(combine(what));
    expect([counted, taken]).toEqual([[], [`dev1 ${combine(what)}`]]);
    unlikeLogins.add(combine(what));
    await publish(combine(what));
    expect(counted).toEqual([`${PRODUCT_KEY}&dev1`]);
    expect(taken).toHaveLength(2);
    tooMany.add(`${PRODUCT_KEY}&dev1`);
    await publish(combine(what));
    expect(taken).toHaveLength(2);
    expect(activities).toMatchObject([{ kind: 'drop', code: 429, deviceName: 'dev1' }]);
  });

  test.each(['logout', 'batch_logout', 'other'])('on combine/%s counts, whatever it is', async (what) => {
    const { publish, counted } = await start();
    await publish(combine(what));
    expect(counted).toEqual([`${PRODUCT_KEY}&dev1`]);
  });

  test("counts for the device whose it is; what is nobody's for the owner, and a login for none", async () => {
    const { publish, counted, taken, open } = await start();
    await open('dev2');
    const login = combine('login');
    for (const topic of [post('dev1'), post('dev2'), post('dev3'), login]) await publish(topic);
    expect(counted).toEqual(['dev1', 'dev2', 'dev1'].map((device) => `${PRODUCT_KEY}&${device}`));
    expect(taken.at(-1)).toBe(`dev1 ${login}`);
  });

  test('that is one too many is acknowledged, with a line of the device whose it is', async () => {
    const { publish, taken, tooMany, activities, link, open } = await start();
    await open('dev2');
    tooMany.add(`${PRODUCT_KEY}&dev2`);
    await publish(post('dev2'));
    expect([taken, link.sent]).toEqual([[], []]);
    expect(activities).toMatchObject([{ kind: 'drop', code: 429, deviceName: 'dev2', text: 'too many' }]);
  });
});

test('what waited is sent again to the owner, and to sub-devices that have a session', async () => {
  const { role, open } = await start();
  await open('dev2');
  const get = (deviceName: string) => `/${PRODUCT_KEY}/${deviceName}/user/get`;
  expect(['dev1', 'dev2', 'dev3'].map((deviceName) => role.resending(get(deviceName)))).toEqual([true, true, false]);
  expect(role.resending(`/broadcast/${PRODUCT_KEY}/news`)).toBe(true);
});
