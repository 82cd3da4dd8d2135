/** Logins and logouts of sub-devices through their gateway device: who may, and which code they are answered with. */
import { jest } from '@jest/globals';
import { eventually } from '@alink/testing';
import { createGatewayBed, errorsOf, login, logout, named, signed, type GatewayBed } from '../../test/gateway-bed';
import { PRODUCT_KEY, secretOf, type ListedDm } from '../../test/listed-dm';
import type { Surroundings } from '../../test/test-path';

const running: GatewayBed[] = [];
const start = async (surroundings: Surroundings = {}) => {
  const bed = await createGatewayBed(surroundings);
  running.push(bed);
  return { ...bed, gateway: await bed.online('dev-gateway') };
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((bed) => bed.stop()));
});

describe('a login', () => {
  test('is right: the sub-device is online through its gateway device', async () => {
    const { gateway, ask, sessionOf, told, activities } = await start();
    expect(await ask(gateway, login('dev-sub1'))).toMatchObject({ code: 200 });
    expect(sessionOf('dev-sub1')).toMatchObject({ state: 'online', via: gateway.session });
    expect(sessionOf('dev-sub1')!.options).toMatchObject({
      rawClientId: `${PRODUCT_KEY}.dev-sub1`,
      username: `dev-sub1&${PRODUCT_KEY}`,
      address: gateway.session.options.address,
    });
    await eventually(() => expect(told).toHaveLength(2));
    expect(told[1]).toMatchObject({ deviceName: 'dev-sub1', action: 'connected', via: { deviceName: 'dev-gateway' } });
    expect(activities.at(-1)).toMatchObject({
      kind: 'connect',
      deviceName: 'dev-sub1',
      text: `through its gateway device dev-gateway of ${PRODUCT_KEY}`,
    });
  });

  test.each<[number, string, (dm: ListedDm) => void, ReturnType<typeof login>]>([
    [6100, 'of a device that does not exist', () => undefined, login('nobody')],
    [6100, 'of a device of a product that does not exist', (dm) => (dm.product = undefined), login('dev-sub1')],
    [6401, 'of a device that is attached to no gateway device', () => undefined, login('dev1')],
    [6401, 'of itself', () => undefined, login('dev-gateway')],
    [
      6401,
      'of a device that is attached to another one',
      (dm) => dm.change('dev-sub1', { gateway: { productID: PRODUCT_KEY, deviceName: 'dev-other' } }),
      login('dev-sub1'),
    ],
    [
      6401,
      'of a device that is attached to one of that name of another product',
      (dm) => dm.change('dev-sub1', { gateway: { productID: 'another', deviceName: 'dev-gateway' } }),
      login('dev-sub1'),
    ],
    [6287, 'with another secret', () => undefined, login(signed('dev-sub1', 'a guess'))],
    [6292, 'by an unknown method', () => undefined, login({ ...signed('dev-sub1'), signMethod: 'rot13' })],
    [
      6287,
      'of a device without a secret',
      (dm) => dm.change('dev-sub1', { secret: '' }),
      login(signed('dev-sub1', '')),
    ],
    [6204, 'of a device that is disabled', (dm) => dm.change('dev-sub1', { enabled: false }), login('dev-sub1')],
    [
      6204,
      'of a device of a disabled product',
      (dm) => (dm.product = { ...dm.product!, enabled: false }),
      login('dev-sub1'),
    ],
  ])('is refused with %i: %s', async (code, _what, apply, question) => {
    const { dm, gateway, ask, sessions, path } = await start();
    apply(dm);
    path.directory.everythingChanged();
    const names = question.kind === 'subSession.login' ? question.devices : [];
    const refused = names.map(({ productKey, deviceName }) => ({ productKey, deviceName }));
    expect(await ask(gateway, question)).toEqual({ code, message: undefined, data: refused });
    expect(sessions.size).toBe(1);
  });

  test('that is refused has a line in the log of the sub-device, with what is to be done', async () => {
    const { gateway, ask, activities } = await start();
    await ask(gateway, login('dev1'));
    expect(activities.at(-1)).toMatchObject({
      kind: 'refuse',
      deviceName: 'dev1',
      code: 6401,
      isUnproven: true,
      text: expect.stringMatching(/gateway device dev-gateway .*no sub-device .*add it first/),
    });
  });

  test('of another one is nothing that a sub-device may ask', async () => {
    const { gateway, ask, gateways, sessionOf } = await start();
    await ask(gateway, login('dev-sub1'));
    expect(await gateways.ask(login('dev-sub2'), sessionOf('dev-sub1')!)).toMatchObject({
      code: 460,
      message: expect.stringMatching(/only its gateway device/),
    });
  });

  test('is decided on what dm says now where what is known would refuse it, and with one look-up', async () => {
    const { dm, gateway, ask } = await start();
    await ask(gateway, login('dev1'));
    dm.change('dev1', { gateway: { productID: PRODUCT_KEY, deviceName: 'dev-gateway' } });
    const { lookUps } = dm;
    expect(await ask(gateway, login('dev1'))).toMatchObject({ code: 200 });
    expect(dm.lookUps).toBe(lookUps + 1);
  });

  test('of a device that was unknown a moment ago, and of a product that was disabled', async () => {
    const { dm, gateway, ask } = await start();
    dm.delete('dev-sub1');
    expect(await ask(gateway, login('dev-sub1'))).toMatchObject({ code: 6100 });
    dm.change('dev-sub1', {});
    dm.product = { ...dm.product!, enabled: false };
    expect(await ask(gateway, login('dev-sub2'))).toMatchObject({ code: 200 });
    expect(await ask(gateway, login('dev-sub1'))).toMatchObject({ code: 200 });
  });

  test('is let in as it was known while nobody can be asked, and refused by nobody', async () => {
    const { dm, gateway, ask, gateways } = await start();
    await ask(gateway, login('dev-sub1', 'dev-sub2'));
    await ask(gateway, logout('dev-sub1', 'dev-sub2'));
    dm.away = true;
    expect(await ask(gateway, login('dev-sub1'))).toMatchObject({ code: 200 });
    const wrong = gateways.ask(login(signed('dev-sub2', 'a guess')), gateway.session);
    await expect(wrong).rejects.toThrow('no dm.rpc here');
    await expect(gateways.ask(login('dev-sub3'), gateway.session)).rejects.toThrow('no dm.rpc here');
  });

  test('once more of a session that goes on is right, and nothing else', async () => {
    const { gateway, ask, sessionOf, told, activities } = await start();
    await ask(gateway, login('dev-sub1'));
    const session = sessionOf('dev-sub1');
    await eventually(() => expect(told).toHaveLength(2));
    const { length } = activities;
    expect(await ask(gateway, login('dev-sub1'))).toMatchObject({ code: 200 });
    expect(sessionOf('dev-sub1')).toBe(session);
    expect([told.length, activities.length]).toEqual([2, length]);
    expect(await ask(gateway, login(signed('dev-sub1', 'a guess')))).toMatchObject({ code: 6287 });
    expect(sessionOf('dev-sub1')).toBe(session);
  });

  test('takes the forms of calls from its gateway device, and from its own client id', async () => {
    const { gateway, ask, sessionOf } = await start();
    await ask(gateway, login(signed('dev-sub1', secretOf('dev-sub1'), 'c|_ss=1,ext=1|'), 'dev-sub2'));
    expect(sessionOf('dev-sub1')!.ext).toBe(1);
    expect(sessionOf('dev-sub2')!.ext).toBe(0);
  });
});

describe('a batch', () => {
  test('is all online or none, and says who was refused', async () => {
    const { gateway, ask, sessions, told } = await start();
    const wrong = signed('dev-sub2', 'a guess');
    expect(await ask(gateway, login('dev-sub1', wrong, 'nobody'))).toMatchObject({
      code: 6287,
      data: [named('dev-sub2'), named('nobody')],
    });
    expect(sessions.size).toBe(1);
    expect(await ask(gateway, login('dev-sub1', 'dev-sub2'))).toMatchObject({ code: 200 });
    expect(sessions.size).toBe(3);
    await eventually(() => expect(told).toHaveLength(3));
  });

  test('is looked up in one call', async () => {
    const { dm, gateway, ask } = await start();
    const resolve = jest.spyOn(dm, 'resolve');
    await ask(gateway, login(...Array.from({ length: 50 }, (_, n) => `dev-sub${n}`)));
    expect(resolve).toHaveBeenCalledTimes(1);
  });

  test('that names a device twice lets it in once', async () => {
    const { gateway, ask, sessions, told } = await start();
    expect(await ask(gateway, login('dev-sub1', 'dev-sub1'))).toMatchObject({ code: 200 });
    expect([sessions.size, gateway.session.link.devices]).toEqual([2, 2]);
    expect(gateway.session.subDevice(named('dev-sub1'))?.state).toBe('online');
    expect(errorsOf(gateway)).toEqual([]);
    await eventually(() => expect(told).toHaveLength(2));
  });
});

describe('a limit', () => {
  test('of sub-devices online through a gateway device: 428, and none of the batch', async () => {
    const { gateway, ask, sessions } = await start({ config: { SUB_DEVICES_PER_GATEWAY: 3 } });
    await ask(gateway, login('dev-sub1', 'dev-sub2'));
    expect(await ask(gateway, login('dev-sub3', 'dev-sub4'))).toMatchObject({ code: 428 });
    expect(sessions.size).toBe(3);
    expect(await ask(gateway, login('dev-sub2', 'dev-sub3'))).toMatchObject({ code: 200 });
    expect(await ask(gateway, login('dev-sub1', 'dev-sub2', 'dev-sub3'))).toMatchObject({ code: 200 });
    expect(await ask(gateway, login('dev-sub4'))).toMatchObject({ code: 428, data: [named('dev-sub4')] });
  });

  test('holds for logins that are decided at the same time', async () => {
    const { gateway, ask, sessions } = await start({ config: { SUB_DEVICES_PER_GATEWAY: 3 } });
    const names = ['dev-sub1', 'dev-sub2', 'dev-sub3', 'dev-sub4', 'dev-sub5'];
    const replies = await Promise.all(names.map((name) => ask(gateway, login(name))));
    expect(replies.map(({ code }) => code)).toEqual([200, 200, 200, 428, 428]);
    expect(sessions.size).toBe(4);
  });

  test('of logins of one sub-device: 429 with the words for it; what is wrong does not count, nor what goes on', async () => {
    const clock = { now: () => 0 };
    const { gateway, ask, sessionOf } = await start({ config: { CONNECTS_PER_MINUTE_PER_DEVICE: 2 }, clock });
    for (let n = 0; n < 5; n++) await ask(gateway, login(signed('dev-sub1', 'a guess')));
    await ask(gateway, login('dev-sub1'));
    for (let n = 0; n < 5; n++) expect(await ask(gateway, login('dev-sub1'))).toMatchObject({ code: 200 });
    await ask(gateway, logout('dev-sub1'));
    await ask(gateway, login('dev-sub1'));
    await ask(gateway, logout('dev-sub1'));
    expect(await ask(gateway, login('dev-sub1', 'dev-sub2'))).toMatchObject({
      code: 429,
      message: 'rate limit, too many subDeviceOnline msg in one minute',
      data: [named('dev-sub1')],
    });
    expect(sessionOf('dev-sub2')).toBeUndefined();
  });

  test('of logins of one gateway device within a second: 429, and nothing is looked up; of logouts there may be any', async () => {
    let now = 0;
    const clock = { now: () => now };
    const { dm, gateway, ask } = await start({ config: { SUB_DEVICE_LOGINS_PER_SECOND: 2 }, clock });
    const names = Array.from({ length: 50 }, (_, n) => `dev-sub${n}`);
    expect(await ask(gateway, login(...names))).toMatchObject({ code: 200 });
    const { lookUps } = dm;
    expect(await ask(gateway, login('dev-sub50'))).toMatchObject({ code: 429, data: [named('dev-sub50')] });
    expect(dm.lookUps).toBe(lookUps);
    expect(await ask(gateway, logout(...names))).toMatchObject({ code: 200 });
    now = 1000;
    expect(await ask(gateway, login('dev-sub1', 'dev-sub2', 'dev-sub3'))).toMatchObject({ code: 429 });
    expect(await ask(gateway, login('dev-sub1', 'dev-sub2'))).toMatchObject({ code: 200 });
  });
});

describe('a logout', () => {
  test('ends the session, of which the gateway device needs no other word', async () => {
    const { gateway, ask, sessionOf, told, activities } = await start();
    await ask(gateway, login('dev-sub1', 'dev-sub2'));
    expect(await ask(gateway, logout('dev-sub1'))).toMatchObject({ code: 200 });
    expect([sessionOf('dev-sub1'), sessionOf('dev-sub2')?.state]).toEqual([undefined, 'online']);
    expect(errorsOf(gateway)).toEqual([]);
    await eventually(() => expect(told).toHaveLength(4));
    expect(told.at(-1)).toMatchObject({ action: 'disconnected', reason: 'logged out by its gateway device' });
    expect(activities.at(-1)).toMatchObject({ kind: 'disconnect', deviceName: 'dev-sub1' });
  });

  test('of one that is online by itself, through another one, or not at all: 520, and all stay', async () => {
    const { gateway, ask, online, change, through } = await start();
    await online('dev-sub2');
    const other = await online('dev-other');
    change('dev-sub3', { gateway: { productID: PRODUCT_KEY, deviceName: 'dev-other' } });
    await ask(other, login('dev-sub3'));
    await ask(gateway, login('dev-sub1'));
    const names = ['dev-sub2', 'dev-sub3', 'dev-sub4', 'dev-gateway'];
    for (const name of names) {
      expect(await ask(gateway, logout(name))).toEqual({ code: 520, data: [named(name)] });
    }
    expect(await ask(gateway, logout('dev-sub1', 'dev-sub4'))).toEqual({ code: 520, data: [named('dev-sub4')] });
    expect(['dev-sub1', 'dev-sub2', 'dev-sub3', 'dev-gateway'].map(through)).toEqual([
      'dev-gateway',
      'dev-sub2',
      'dev-other',
      'dev-gateway',
    ]);
  });

  test('of several ends them all', async () => {
    const { gateway, ask, sessions } = await start();
    await ask(gateway, login('dev-sub1', 'dev-sub2', 'dev-sub3'));
    expect(await ask(gateway, logout('dev-sub1', 'dev-sub3', 'dev-sub1'))).toMatchObject({ code: 200 });
    expect([...sessions].map(({ deviceName }) => deviceName)).toEqual(['dev-gateway', 'dev-sub2']);
  });
});
