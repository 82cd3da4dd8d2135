/** Sessions of sub-devices where something else happens at the same time: other logins, changes, ends of connections. */
import { createMemoryBus } from '@alink/bus';
import { encodeEnvelope, subjects } from '@alink/contract';
import { eventually } from '@alink/testing';
import { FakeLink } from './fake-link';
import { createGatewayBed, errorsOf, login, logout, named, signed, type Gateway, type GatewayBed } from './gateway-bed';
import { ListedDm, PRODUCT_KEY } from './listed-dm';
import type { Surroundings } from './test-path';

const running: GatewayBed[] = [];
const bedOf = async (surroundings: Surroundings = {}) => {
  const bed = await createGatewayBed(surroundings);
  running.push(bed);
  return bed;
};
const start = async (surroundings: Surroundings = {}) => {
  const bed = await bedOf(surroundings);
  return { ...bed, gateway: await bed.online('dev-gateway') };
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((bed) => bed.stop()));
});

const attachedTo = (deviceName: string) => ({ gateway: { productID: PRODUCT_KEY, deviceName } });
/** What a client publishes to log a sub-device in. */
const loginPublish = (gateway: string, ...names: string[]) => ({
  topic: `/ext/session/${PRODUCT_KEY}/${gateway}/combine/batch_login`,
  payload: Buffer.from(JSON.stringify({ id: '1', params: { deviceList: names.map((name) => signed(name)) } })),
  qos: 0 as const,
});
/** In the order in which it was sent: the last level of each topic. */
const sentTo = ({ link }: Pick<Gateway, 'link'>): string[] =>
  link.sent.splice(0).map(({ topic }) => topic.replace(/\/ext\/error\/.*/, 'error').replace(/.*\//, ''));

describe('the reply to a login', () => {
  test('is written before the sub-device counts as online', async () => {
    const { gateway, connections, life, sessionOf } = await start();
    const online = life.online.bind(life);
    const sent: string[] = [];
    life.online = (session) => {
      sent.push(...sentTo(gateway));
      expect(session.state).toBe('opening');
      online(session);
    };
    await connections.published(gateway.link, loginPublish('dev-gateway', 'dev-sub1'));
    await eventually(() => expect(sessionOf('dev-sub1')?.state).toBe('online'));
    expect(sent).toEqual(['batch_login_reply']);
  });

  test('is written before what has ended the session meanwhile', async () => {
    const { gateway, connections, life, sessionOf, told } = await start();
    const begin = life.begin.bind(life);
    life.begin = (session, heard) => {
      begin(session, heard);
      void session.end({ text: 'the device was disabled', code: 522 });
    };
    await connections.published(gateway.link, loginPublish('dev-gateway', 'dev-sub1'));
    await eventually(() => expect(gateway.link.sent).toHaveLength(2));
    expect(sentTo(gateway)).toEqual(['batch_login_reply', 'error']);
    expect(sessionOf('dev-sub1')).toBeUndefined();
    await eventually(() => expect(told.map(({ deviceName }) => deviceName)).toEqual(['dev-gateway']));
  });

  test('of a gateway device that is not known to have its CONNACK: the sub-device is online after it', async () => {
    const { connections, credentials, gateways, sessionOf, told } = await bedOf();
    const { clientId, username, password } = credentials('dev-gateway');
    const link = new FakeLink({ clientId, username, keepalive: 60, clean: true });
    await connections.opening(link, password);
    const reply = await gateways.ask(login('dev-sub1', 'dev-sub2'), sessionOf('dev-gateway')!);
    reply.written!();
    expect(sessionOf('dev-sub1')!.state).toBe('opening');
    connections.opened(link);
    expect(sessionOf('dev-sub1')!.state).toBe('online');
    await eventually(() => expect(told).toHaveLength(3));
    expect(told.map(({ deviceName }) => deviceName)).toEqual(['dev-gateway', 'dev-sub1', 'dev-sub2']);
    for (const { via } of told.slice(1)) expect(via).toMatchObject({ epoch: expect.any(Number) });
  });
});

describe('another login of the same device', () => {
  test('by itself takes the place, and the gateway device hears 427', async () => {
    const { gateway, ask, online, through } = await start();
    await ask(gateway, login('dev-sub1'));
    await online('dev-sub1');
    expect(through('dev-sub1')).toBe('dev-sub1');
    expect(errorsOf(gateway)).toEqual([[427, 'dev-sub1']]);
    expect(await ask(gateway, logout('dev-sub1'))).toMatchObject({ code: 520 });
  });

  test('through its gateway device cuts its own connection', async () => {
    const { gateway, ask, online, through, activities } = await start();
    const { link, session } = await online('dev-sub1');
    expect(await ask(gateway, login('dev-sub1'))).toMatchObject({ code: 200 });
    expect([link.isClosed, through('dev-sub1')]).toEqual([true, 'dev-gateway']);
    expect(session.endReason).toMatch(/taken over: .*gateway device dev-gateway/);
    expect(activities.slice(-2).map(({ kind }) => kind)).toEqual(['disconnect', 'connect']);
  });

  test('through another gateway device, to which it has moved, ends the session and is told as what it is', async () => {
    const { dm, gateway, ask, online, through } = await start();
    const other = await online('dev-other');
    await ask(gateway, login('dev-sub1'));
    // The news of it is late.
    dm.change('dev-sub1', attachedTo('dev-other'));
    expect(await ask(other, login('dev-sub1'))).toMatchObject({ code: 200 });
    expect(errorsOf(gateway)).toEqual([[427, 'dev-sub1']]);
    expect(through('dev-sub1')).toBe('dev-other');
  });

  test.each([
    ['its own first', ['dev-sub1', 'dev-gateway']],
    ['that of its gateway device first', ['dev-gateway', 'dev-sub1']],
  ])('at the same time: one is left, and one only (%s)', async (_order, order) => {
    const { gateway, ask, online, sessions, through } = await start();
    const logins = order.map((who) => (who === 'dev-sub1' ? online(who) : ask(gateway, login('dev-sub1'))));
    await Promise.all(logins);
    expect([...sessions].map(({ deviceName }) => deviceName)).toEqual(['dev-gateway', 'dev-sub1']);
    const holder = through('dev-sub1')!;
    const told = errorsOf(gateway);
    expect(gateway.session.link.devices).toBe(holder === 'dev-gateway' ? 2 : 1);
    expect(told).toEqual(holder === 'dev-gateway' ? [] : [[427, 'dev-sub1']]);
  });

  test('that finds the place vacant in the same turn ends what has come before it', async () => {
    const { dm, gateway, ask, online, sessions } = await start();
    const other = await online('dev-other');
    const third = await online('dev-sub1');
    // Both wait until the connection of its own has closed.
    const first = ask(gateway, login('dev-sub1'));
    await eventually(() => expect(dm.lookUps).toBeGreaterThan(0));
    dm.change('dev-sub1', attachedTo('dev-other'));
    const second = ask(other, { kind: 'topology.add', devices: [signed('dev-sub1')] }).then(() =>
      ask(other, login('dev-sub1')),
    );
    await Promise.all([first, second]);
    expect(third.link.isClosed).toBe(true);
    expect([...sessions].filter(({ deviceName }) => deviceName === 'dev-sub1')).toHaveLength(1);
    expect([gateway, other].map(({ session }) => session.link.devices)).toEqual([1, 2]);
  });

  test('on another node ends the session here, and its gateway device hears 427', async () => {
    const bus = createMemoryBus();
    const dm = new ListedDm();
    const one = await bedOf({ bus, dm });
    const two = await bedOf({ bus, dm });
    const gateway = await one.online('dev-gateway');
    const other = await two.online('dev-other');
    await one.ask(gateway, login('dev-sub1', 'dev-sub2'));
    await two.ask(other, { kind: 'topology.add', devices: [signed('dev-sub1')] });
    await two.ask(other, login('dev-sub1'));
    await eventually(() => expect(errorsOf(gateway)).toEqual([[427, 'dev-sub1']]));
    expect([one.through('dev-sub1'), two.through('dev-sub1')]).toEqual([undefined, 'dev-other']);
    await two.online('dev-sub2');
    await eventually(() => expect(errorsOf(gateway)).toEqual([[427, 'dev-sub2']]));
    expect(gateway.link.isClosed).toBe(false);
    running.splice(0);
    await one.stop();
    await two.stop();
  });
});

describe('a session ends by the platform, and the gateway device hears why', () => {
  test.each<[number, string, (bed: GatewayBed) => void]>([
    [522, 'disabled', ({ change }) => change('dev-sub1', { enabled: false })],
    [520, 'given another secret', ({ change }) => change('dev-sub1', { secret: 'rotated' })],
    [6401, 'attached to another gateway device', ({ change }) => change('dev-sub1', attachedTo('dev-other'))],
    [6401, 'detached', ({ change }) => change('dev-sub1', { gateway: undefined })],
    [520, 'reset', ({ bus }) => bus.publish(subjects.deviceReset, newsOf('dev-sub1'))],
    [521, 'deleted', ({ dm, bus }) => (dm.delete('dev-sub1'), bus.publish(subjects.deviceDeleted, newsOf('dev-sub1')))],
  ])('%i where it was %s', async (code, _what, apply) => {
    const bed = await start();
    const { gateway, ask, through } = bed;
    await ask(gateway, login('dev-sub1', 'dev-sub2'));
    apply(bed);
    await eventually(() => expect(errorsOf(gateway)).toEqual([[code, 'dev-sub1']]));
    expect(['dev-gateway', 'dev-sub1', 'dev-sub2'].map(through)).toEqual(['dev-gateway', undefined, 'dev-gateway']);
  });

  test('522 where the product of sub-devices was disabled', async () => {
    const { dm, gateway, ask, path, sessionOf, through } = await start();
    await ask(gateway, login('dev-sub1'));
    const { current } = path.directory;
    // The gateway device is of another product.
    path.directory.current = async (productKey, deviceName) => {
      const found = await current.call(path.directory, productKey, deviceName);
      return deviceName === 'dev-sub1' ? { ...found, product: { ...found.product!, enabled: false } } : found;
    };
    running.at(-1)!.bus.publish(subjects.cacheSync('cache:dm:product'), encodeEnvelope(dm.product!.productID, 0));
    await eventually(() => expect(errorsOf(gateway)).toEqual([[522, 'dev-sub1']]));
    expect([through('dev-gateway'), sessionOf('dev-sub1')]).toEqual(['dev-gateway', undefined]);
  });

  test('the end of the gateway device is that of its sub-devices, and nobody is told', async () => {
    const { gateway, ask, change, sessions } = await start();
    await ask(gateway, login('dev-sub1', 'dev-sub2'));
    change('dev-gateway', { enabled: false });
    await eventually(() => expect(gateway.link.isClosed).toBe(true));
    expect([sessions.size, errorsOf(gateway)]).toEqual([0, []]);
  });

  test('whose gateway device was deleted are attached to no other of its name', async () => {
    const { dm, bus, gateway, ask, online, path } = await start();
    await ask(gateway, login('dev-sub1'));
    dm.delete('dev-gateway');
    dm.change('dev-sub1', { gateway: undefined });
    bus.publish(subjects.deviceDeleted, newsOf('dev-gateway'));
    await eventually(() => expect(gateway.link.isClosed).toBe(true));
    dm.change('dev-gateway', {});
    path.directory.deviceChanged(PRODUCT_KEY, 'dev-gateway');
    const next = await online('dev-gateway');
    expect(await ask(next, login('dev-sub1'))).toMatchObject({ code: 6401 });
  });
});

const newsOf = (deviceName: string): string =>
  encodeEnvelope(JSON.stringify({ productID: PRODUCT_KEY, deviceName }), Date.now());

describe('while a login is decided', () => {
  /** Runs it once, as soon as that device has been looked up and before the answer is there. */
  const whileLookedUp = ({ dm }: Pick<GatewayBed, 'dm'>, deviceName: string, apply: () => void): void => {
    dm.onLookUp = async (name) => {
      if (name !== deviceName) return;
      dm.onLookUp = () => undefined;
      apply();
      // The message is taken in a microtask.
      await new Promise(setImmediate);
    };
  };

  test.each<[string, number, (bed: GatewayBed) => void]>([
    ['disabled', 6204, ({ change }) => change('dev-sub1', { enabled: false })],
    ['detached', 6401, ({ change }) => change('dev-sub1', { gateway: undefined })],
    ['given another secret', 6287, ({ change }) => change('dev-sub1', { secret: 'rotated' })],
    [
      'deleted',
      6100,
      ({ dm, bus }) => (dm.delete('dev-sub1'), bus.publish(subjects.deviceDeleted, newsOf('dev-sub1'))),
    ],
  ])('a device that is %s is refused with %i', async (_what, code, apply) => {
    const bed = await start();
    whileLookedUp(bed, 'dev-sub1', () => apply(bed));
    expect(await bed.ask(bed.gateway, login('dev-sub1'))).toMatchObject({ code });
    expect(bed.sessionOf('dev-sub1')).toBeUndefined();
  });

  test('one of a batch changes while the others are looked up: it decides on all', async () => {
    const bed = await start();
    const { gateway, ask, change, sessions, online } = bed;
    await ask(gateway, login('dev-sub1'));
    await ask(gateway, logout('dev-sub1'));
    const { link } = await online('dev-sub3');
    whileLookedUp(bed, 'dev-sub2', () => change('dev-sub1', { enabled: false }));
    expect(await ask(gateway, login('dev-sub1', 'dev-sub2', 'dev-sub3'))).toMatchObject({
      code: 6204,
      data: [named('dev-sub1')],
    });
    expect([sessions.size, link.isClosed]).toEqual([2, false]);
  });

  test.each([true, false])('a connection that takes its time to close, and a change: %s', async (isHarmless) => {
    const bed = await start();
    const { gateway, ask, change, online, sessionOf } = bed;
    const { link, session } = await online('dev-sub1');
    let close = (): void => undefined;
    link.end = async (why) => void (close = () => link.close({ how: 'ended', why }));
    const asked = ask(gateway, login('dev-sub1'));
    await eventually(() => expect(session.endReason).toMatch(/taken over/));
    change('dev-sub1', isHarmless ? { lastClientId: 'x' } : { gateway: undefined });
    await eventually(() => expect(bed.directory.isCurrent(PRODUCT_KEY, 'dev-sub1')).toBe(true));
    close();
    expect(await asked).toMatchObject({ code: isHarmless ? 200 : 6401 });
    expect(sessionOf('dev-sub1')?.state).toBe(isHarmless ? 'online' : undefined);
  });

  test('a link that closes leaves nothing behind, and cuts nobody', async () => {
    const bed = await start();
    const { gateway, ask, online, through, told } = bed;
    await online('dev-sub2');
    whileLookedUp(bed, 'dev-sub1', () => gateway.link.close({ how: 'lost' }));
    await ask(gateway, login('dev-sub1', 'dev-sub2'));
    expect(['dev-gateway', 'dev-sub1', 'dev-sub2'].map(through)).toEqual([undefined, undefined, 'dev-sub2']);
    await eventually(() => expect(told).toHaveLength(3));
    expect(told.map(({ deviceName }) => deviceName)).toEqual(['dev-gateway', 'dev-sub2', 'dev-gateway']);
  });

  test('a link that closes before the reply is written tells nobody of the sub-device', async () => {
    const { gateway, gateways, sessions, told } = await start();
    const reply = await gateways.ask(login('dev-sub1'), gateway.session);
    gateway.link.close({ how: 'lost' });
    reply.written!();
    expect(sessions.size).toBe(0);
    await eventually(() => expect(told).toHaveLength(2));
    expect(told.every(({ deviceName }) => deviceName === 'dev-gateway')).toBe(true);
  });
});

describe('a gateway device that comes back', () => {
  const SUBS = Array.from({ length: 2000 }, (_, n) => `dev-sub${n}`);
  const batches = (): ReturnType<typeof login>[] =>
    Array.from({ length: 40 }, (_, n) => login(...SUBS.slice(n * 50, n * 50 + 50)));

  test('brings its 2,000 sub-devices: one message for the end of all, and none is told to be offline after it is back', async () => {
    const { gateway, ask, online, told, sessions } = await start();
    for (const batch of batches()) await ask(gateway, batch);
    await eventually(() => expect(told).toHaveLength(2001));
    const again = await online('dev-gateway');
    expect([gateway.link.isClosed, sessions.size]).toEqual([true, 1]);
    for (const batch of batches()) expect(await ask(again, batch)).toMatchObject({ code: 200 });
    await eventually(() => expect(told).toHaveLength(4003));
    const ends = told.filter(({ action }) => action === 'disconnected');
    expect(ends).toMatchObject([{ deviceName: 'dev-gateway', reason: expect.stringMatching(/taken over/) }]);
    const epochs = new Set(told.slice(2001).flatMap(({ via }) => via?.epoch ?? []));
    // Whatever the order in the stream: theirs is a session that has not ended.
    expect([...epochs]).toHaveLength(1);
    expect([...epochs][0]).toBeGreaterThan(ends[0]!.epoch!);
    expect(errorsOf(gateway)).toEqual([]);
  });

  test('to another node, before the connection to this one is known to be dead', async () => {
    const bus = createMemoryBus();
    const dm = new ListedDm();
    const one = await bedOf({ bus, dm });
    const two = await bedOf({ bus, dm });
    const gateway = await one.online('dev-gateway');
    await one.ask(gateway, login('dev-sub1', 'dev-sub2'));
    const again = await two.online('dev-gateway');
    expect(await two.ask(again, login('dev-sub1', 'dev-sub2'))).toMatchObject({ code: 200 });
    await eventually(() => expect([gateway.link.isClosed, one.sessions.size]).toEqual([true, 0]));
    expect(['dev-sub1', 'dev-sub2'].map(two.through)).toEqual(['dev-gateway', 'dev-gateway']);
    running.splice(0);
    await one.stop();
    await two.stop();
  });
});

test('a node that stops ends the connections of gateway devices, and tells them nothing of their sub-devices', async () => {
  const { gateway, ask, connections, presence, told, sessions } = await start();
  await ask(gateway, login('dev-sub1', 'dev-sub2'));
  await connections.stop();
  await presence.stop();
  expect([sessions.size, gateway.link.isClosed, errorsOf(gateway)]).toEqual([0, true, []]);
  expect(told.filter(({ action }) => action === 'disconnected')).toMatchObject([
    { deviceName: 'dev-gateway', reason: 'the node stops' },
  ]);
});
