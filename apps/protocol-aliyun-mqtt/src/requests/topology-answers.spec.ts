/** What the node adds to dm's answers about the topology: signatures, and that it takes effect here at once. */
import type { SubDeviceOfProduct, SubDeviceRegistration } from '@alink/alink';
import { dynregContent, sign } from '@alink/signing';
import { eventually } from '@alink/testing';
import { createGatewayBed, errorsOf, login, named, signed, type GatewayBed } from '../../test/gateway-bed';
import { PRODUCT_KEY } from '../../test/listed-dm';

const running: GatewayBed[] = [];
const start = async () => {
  const bed = await createGatewayBed();
  running.push(bed);
  const gateway = await bed.online('dev-gateway');
  const add = (...devices: ReturnType<typeof signed>[]) => bed.ask(gateway, { kind: 'topology.add', devices });
  return { ...bed, gateway, add };
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((bed) => bed.stop()));
});

describe('adding sub-devices', () => {
  test('asks dm to bind those whose signatures are right, and they can log in at once', async () => {
    const { dm, gateway, ask, add } = await start();
    expect(await ask(gateway, login('dev1'))).toMatchObject({ code: 6401 });
    expect(await add(signed('dev1'), signed('dev2'))).toMatchObject({ code: 200 });
    expect(dm.asked).toEqual([{ kind: 'topology.bind', devices: [named('dev1'), named('dev2')] }]);
    expect(await ask(gateway, login('dev1', 'dev2'))).toMatchObject({ code: 200 });
  });

  test.each([
    [6402, 'itself', signed('dev-gateway')],
    [6100, 'a device that does not exist', signed('nobody')],
    [401, 'with another secret', signed('dev1', 'a guess')],
    [6292, 'signed by an unknown method', { ...signed('dev1'), signMethod: 'rot13' }],
  ])('is refused with %i: %s; none of the others is added', async (code, _what, device) => {
    const { dm, add } = await start();
    const { productKey, deviceName } = device;
    expect(await add(signed('dev2'), device)).toMatchObject({ code, data: [{ productKey, deviceName }] });
    expect(dm.asked).toEqual([]);
  });

  test('is refused for one that is disabled, unless it was enabled a moment ago', async () => {
    const { dm, add, path } = await start();
    dm.change('dev1', { enabled: false });
    expect(await add(signed('dev1'))).toMatchObject({ code: 6204 });
    dm.change('dev1', { enabled: true });
    expect(path.directory.isCurrent(PRODUCT_KEY, 'dev1')).toBe(true);
    expect(await add(signed('dev1'))).toMatchObject({ code: 200 });
  });

  test('of one that is online through another gateway device ends that session with 6401', async () => {
    const { gateway, ask, add, online, through } = await start();
    const other = await online('dev-other');
    await ask(gateway, login('dev-sub1'));
    await ask(other, { kind: 'topology.add', devices: [signed('dev-sub1')] });
    await eventually(() => expect(errorsOf(gateway)).toEqual([[6401, 'dev-sub1']]));
    expect(through('dev-sub1')).toBeUndefined();
    expect(await ask(other, login('dev-sub1'))).toMatchObject({ code: 200 });
    await add(signed('dev-sub1'));
    await eventually(() => expect(errorsOf(other)).toEqual([[6401, 'dev-sub1']]));
  });
});

test('what dm refuses changes nothing here', async () => {
  const { dm, gateway, ask, through, online } = await start();
  const other = await online('dev-other');
  await ask(gateway, login('dev-sub1'));
  const { lookUps } = dm;
  expect(await ask(other, { kind: 'topology.delete', devices: [named('dev-sub1')] })).toEqual({ code: 6401 });
  expect([through('dev-sub1'), dm.lookUps]).toEqual(['dev-gateway', lookUps]);
});

test.each(['topology.delete', 'topology.unregister'] as const)('after %s its session is over', async (kind) => {
  const { gateway, ask, through } = await start();
  await ask(gateway, login('dev-sub1', 'dev-sub2'));
  await ask(gateway, { kind, devices: [named('dev-sub1')] });
  await eventually(() => expect(errorsOf(gateway)).toEqual([[6401, 'dev-sub1']]));
  expect(['dev-sub1', 'dev-sub2'].map(through)).toEqual([undefined, 'dev-gateway']);
  expect(await ask(gateway, login('dev-sub1'))).toMatchObject({ code: 6401 });
});

test('a change of which dm has not answered may have been made: it is looked up', async () => {
  const { dm, gateway, gateways, ask, through } = await start();
  await ask(gateway, login('dev-sub1'));
  dm.ask = async () => {
    dm.change('dev-sub1', { gateway: undefined });
    throw new Error('no answer');
  };
  const asked = gateways.ask({ kind: 'topology.delete', devices: [named('dev-sub1')] }, gateway.session);
  await expect(asked).rejects.toThrow('no answer');
  await eventually(() => expect(through('dev-sub1')).toBeUndefined());
});

describe('registering with the ProductSecret', () => {
  const ofProduct = (deviceName: string, secret = 'productsecret01', signMethod = 'hmacSha256'): SubDeviceOfProduct => {
    const content = dynregContent({ ...named(deviceName), random: '42' });
    return { ...named(deviceName), random: '42', signMethod, sign: sign('hmacsha256', secret, content) };
  };

  test('asks dm for those whose signatures are right; the others are refused by name', async () => {
    const { dm, gateway, ask } = await start();
    const devices = [
      ofProduct('dev1'),
      ofProduct('dev2', 'a guess'),
      ofProduct('dev3', undefined, 'rot13'),
      ofProduct('nobody'),
    ];
    const { code, data } = await ask(gateway, { kind: 'topology.registerSigned', devices });
    const { registered, refused } = data as unknown as SubDeviceRegistration;
    expect([code, registered.map(({ deviceName }) => deviceName)]).toEqual([200, ['dev1', 'nobody']]);
    expect(refused).toEqual([
      { ...named('dev2'), code: 401 },
      { ...named('dev3'), code: 6292 },
    ]);
    expect(dm.asked).toEqual([{ kind: 'topology.register', devices: [named('dev1'), named('nobody')], partial: true }]);
  });

  test('asks nobody where none is right, or there is no such product', async () => {
    const { dm, gateway, ask } = await start();
    const question = { kind: 'topology.registerSigned', devices: [ofProduct('dev1', 'a guess')] } as const;
    expect(await ask(gateway, question)).toEqual({
      code: 200,
      data: { registered: [], refused: [{ ...named('dev1'), code: 401 }] },
    });
    dm.product = undefined;
    expect(await ask(gateway, question)).toMatchObject({ data: { refused: [{ code: 401 }] } });
    const foreign = { ...ofProduct('dev1'), productKey: 'nobodys' };
    expect(await ask(gateway, { ...question, devices: [foreign] })).toMatchObject({
      data: { refused: [{ code: 6250 }] },
    });
    expect(dm.asked).toEqual([]);
  });

  test('is refused as a whole where dm refuses all of it', async () => {
    const { dm, gateway, ask } = await start();
    dm.ask = async () => ({ code: 460, message: 'only a gateway device may' });
    expect(await ask(gateway, { kind: 'topology.registerSigned', devices: [ofProduct('dev1')] })).toEqual({
      code: 460,
      message: 'only a gateway device may',
    });
  });
});
