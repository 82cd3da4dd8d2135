/** From a CONNECT to the end of its link, without a socket. */
import { createHmac } from 'node:crypto';
import { dynregContent } from '@alink/signing';
import { FakeLink } from '../../test/fake-link';
import { ListedDm, PRODUCT_KEY } from '../../test/listed-dm';
import { createTestPath, type Surroundings } from '../../test/test-path';

const running: { stop(): Promise<void> }[] = [];
const start = async (surroundings: Surroundings = {}) => {
  const test = await createTestPath(surroundings);
  running.push(test);
  return { ...test, ...test.path };
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((test) => test.stop()));
});

const post = (deviceName: string, qos: 0 | 1 | 2 = 1) => ({
  topic: `/sys/${PRODUCT_KEY}/${deviceName}/thing/event/property/post`,
  payload: Buffer.from('{"id":"1","params":{}}'),
  qos,
});

test('a device is let in under its own name, and is online once it knows', async () => {
  const { connections, sessions, dial, credentials, activities, metric } = await start();
  const { link, welcome } = await dial(credentials('dev1'));
  expect(welcome).toEqual({ session: `${PRODUCT_KEY}&dev1` });
  expect(sessions.get(PRODUCT_KEY, 'dev1')).toMatchObject({ state: 'online', endReason: undefined });
  expect(activities).toMatchObject([{ kind: 'connect', deviceName: 'dev1', text: 'from 192.0.2.1:4711' }]);
  await connections.published(link, post('dev1'));
  expect(link.sent).toMatchObject([{ topic: `${post('dev1').topic}_reply`, qos: 0 }]);
  link.close({ how: 'disconnected' });
  expect(sessions.size).toBe(0);
  expect(activities.at(-1)).toMatchObject({ kind: 'disconnect', text: 'the device disconnected' });
  expect(await metric('alink_node_connacks_total')).toBe(1);
});

test('a refusal is told in the turn in which it is decided, and noted in a later one', async () => {
  const { sessions, dial, credentials, activities } = await start();
  const { welcome } = await dial(credentials('dev1', 'a guess'));
  expect(welcome).toEqual({ returnCode: 4 });
  expect(activities).toEqual([]);
  await new Promise(setImmediate);
  expect(activities).toMatchObject([
    { kind: 'refuse', code: 4, text: expect.stringMatching(/CONNACK 4 .*192\.0\.2\.1/) },
  ]);
  expect(sessions.size).toBe(0);
});

test('the device that connects again takes the place of its older session', async () => {
  const { sessions, dial, credentials, activities } = await start();
  const { link: older } = await dial(credentials('dev1'));
  const { link: newer } = await dial(credentials('dev1'));
  expect([older.isClosed, newer.isClosed]).toEqual([true, false]);
  expect(sessions.size).toBe(1);
  expect(activities.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
    'connect: from 192.0.2.1:4711',
    'disconnect: taken over: the same device connected again from 192.0.2.1:4711',
    'connect: from 192.0.2.1:4711',
  ]);
});

test('a client that goes while its login is decided leaves nothing behind', async () => {
  const dm = new ListedDm();
  const { connections, sessions, credentials, activities } = await start({ dm });
  const { clientId, username, password } = credentials('dev1');
  const link = new FakeLink({ clientId, username, keepalive: 60, clean: true });
  link.onClosed = (ending) => connections.closed(link, ending);
  dm.onLookUp = () => link.close({ how: 'lost' });
  await connections.opening(link, password);
  expect(sessions.size).toBe(0);
  expect(activities).toEqual([]);
});

test('what cannot be decided is logged, and not answered', async () => {
  const { connections, path, credentials, lines } = await start();
  path.directory.find = async () => {
    throw new TypeError('a mistake of ours');
  };
  const { clientId, username, password } = credentials('dev1');
  const link = new FakeLink({ clientId, username, keepalive: 60, clean: true });
  await expect(connections.opening(link, password)).rejects.toThrow('a mistake of ours');
  expect(lines.filter((line) => line.includes('a CONNECT could not be decided'))).toHaveLength(1);
  await expect(connections.published(link, post('dev1'))).rejects.toThrow('not admitted');
  expect(connections.subscribing(link, '#', false)).toBe(false);
});

test('a registration gets its credentials pushed, and may do nothing else', async () => {
  const dm = new ListedDm();
  dm.product = { ...dm.product!, autoRegister: 2 };
  dm.registerDevice = async () => ({ outcome: 'registered', deviceSecret: 'its-secret' });
  const { connections, sessions, dial, activities } = await start({ dm, config: { ALLOW_PLAIN_REGISTRATION: true } });
  const content = dynregContent({ productKey: PRODUCT_KEY, deviceName: 'dev1', random: '7' });
  const { link, welcome } = await dial({
    clientId: 'x|securemode=2,authType=register,random=7,signmethod=hmacsha1|',
    username: `dev1&${PRODUCT_KEY}`,
    password: createHmac('sha1', dm.product.secret).update(content).digest('hex'),
  });
  expect(welcome).toEqual({ session: undefined });
  expect(link.sent).toMatchObject([{ topic: '/ext/register', qos: 0, payload: expect.stringMatching(/its-secret/) }]);
  expect(connections.subscribing(link, '/ext/register', false)).toBe(true);
  expect(connections.subscribing(link, '#', false)).toBe(false);
  await connections.published(link, post('dev1'));
  expect(sessions.size).toBe(0);
  expect(activities.map(({ kind, topic }) => [kind, topic])).toEqual([['connect', '/ext/register']]);
  link.close({ how: 'lost' });
});

describe('a cloud publisher', () => {
  const setUp = async (surroundings?: Surroundings) => {
    const test = await start(surroundings);
    const login = test.credentials('dev1');
    const { link: device } = await test.dial(login);
    const { link: publisher, welcome } = await test.dial({ ...login, clientId: 'plain_id' });
    expect(welcome).toEqual({ session: undefined });
    return { ...test, device, publisher };
  };
  const set = {
    topic: `/sys/${PRODUCT_KEY}/dev1/thing/service/property/set`,
    payload: Buffer.from('{}'),
    qos: 1 as const,
  };

  test('reaches its device, leaves its session alone, and hears nothing', async () => {
    const { connections, sessions, device, publisher } = await setUp();
    await connections.published(publisher, set);
    expect(device.sent).toEqual([{ topic: set.topic, payload: set.payload, qos: 1 }]);
    expect(connections.subscribing(publisher, set.topic, false)).toBe(false);
    publisher.close({ how: 'lost' });
    expect(sessions.get(PRODUCT_KEY, 'dev1')?.state).toBe('online');
  });

  test.each([
    ['a topic that the device does not receive', { ...set, topic: post('dev1').topic }, 9236],
    ['a topic of another device', { ...set, topic: set.topic.replace('dev1', 'dev2') }, 9236],
    ['more than 256 KB', { ...set, payload: Buffer.alloc(256 * 1024 + 1) }, 460],
  ])('%s: dropped with a line, and it may go on', async (_case, publish, code) => {
    const { connections, device, publisher, activities } = await setUp();
    await connections.published(publisher, publish);
    expect(activities.at(-1)).toMatchObject({ kind: 'drop', deviceName: 'dev1', code });
    expect(device.sent).toEqual([]);
  });

  test('is told nothing when the device is offline, but the log says so', async () => {
    const { connections, device, publisher, activities } = await setUp();
    device.close({ how: 'lost' });
    await connections.published(publisher, set);
    expect(activities.at(-1)).toMatchObject({
      kind: 'drop',
      text: expect.stringMatching(/device is offline; wait until/),
    });
  });

  test('is cut once it would not be let in again', async () => {
    const { connections, changes, dm, device, publisher, activities } = await setUp();
    dm.change('dev1', { enabled: false });
    await changes.refresh();
    await expect(connections.published(publisher, set)).rejects.toThrow('its login counts no more');
    expect(activities.at(-1)).toMatchObject({ kind: 'drop', text: expect.stringMatching(/was cut: .*latest login/) });
    expect(device.sent).toEqual([]);
  });
});

test('at the end every session is told, each once', async () => {
  const { connections, dial, credentials, activities } = await start();
  const links = await Promise.all(['dev1', 'dev2'].map(async (name) => (await dial(credentials(name))).link));
  await connections.stop();
  expect(links.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  const ends = activities.filter(({ kind }) => kind === 'disconnect');
  expect(ends.map(({ deviceName, text }) => `${deviceName}: ${text}`).sort()).toEqual([
    'dev1: the node stops',
    'dev2: the node stops',
  ]);
});
