/** What operators do to a device takes effect on its live connection, on whatever gateway it is. */
import { services } from '@alink/contract';
import { eventually, type SdkDevice } from '@alink/testing';
import { connack as connackOf } from './connack';
import { Platform } from './platform';

const PK = 'lifecycle01';
const SECRET = 'secretoflifecycle';

let platform: Platform;
let otherMqtt: number;
beforeAll(async () => {
  platform = await Platform.start();
  otherMqtt = (await platform.startAnotherGateway()).mqtt;
  await platform.createProduct(PK, { autoRegister: 2 });
});
afterAll(() => platform?.stop());

const devices = () => platform.client(services.deviceManage);
const admin = () => platform.client(services.deviceAdmin);

/** Who connects to the first gateway, and who to the second. */
const gateways = [
  ['this gateway', () => platform.ports.mqtt],
  ['another gateway', () => otherMqtt],
] as const;

/** A device of its own, online on that gateway. */
const online = async (deviceName: string, port: number): Promise<SdkDevice> => {
  await platform.createDevice(PK, deviceName, SECRET);
  const device = await platform.connect(PK, deviceName, SECRET, { port });
  await eventually(async () => {
    expect((await devices().deviceInfoRead({ productID: PK, deviceName })).isOnline).toBe('2');
  });
  return device;
};

/** CONNACK of a login with that secret; 0 lets in. */
const connack = (deviceName: string, port: number, secret = SECRET): Promise<number> =>
  connackOf({ ...platform.login(PK, deviceName, secret), port });

describe.each(gateways)('on %s', (name, portOf) => {
  const suffix = name.startsWith('this') ? 'a' : 'b';

  test('disabled: cut and refused with 5; enabled: let in again', async () => {
    const deviceName = `disable-${suffix}`;
    const device = await online(deviceName, portOf());
    await devices().deviceInfoUpdate({ productID: PK, deviceName, isEnable: 2 });
    await device.closed;
    await eventually(async () => expect(await connack(deviceName, portOf())).toBe(5));
    await devices().deviceInfoUpdate({ productID: PK, deviceName, isEnable: 1 });
    await eventually(async () => expect(await connack(deviceName, portOf())).toBe(0));
  });

  test('deleted: cut and refused with 4', async () => {
    const deviceName = `delete-${suffix}`;
    const device = await online(deviceName, portOf());
    await devices().deviceInfoDelete({ productID: PK, deviceName });
    await device.closed;
    await eventually(async () => expect(await connack(deviceName, portOf())).toBe(4));
  });

  test('a rotated secret cuts the session made with the old one, which is refused', async () => {
    const deviceName = `rotate-${suffix}`;
    const device = await online(deviceName, portOf());
    const { secret } = await admin().rotateDeviceSecret({ productID: PK, deviceName });
    await device.closed;
    await eventually(async () => expect(await connack(deviceName, portOf())).toBe(4));
    expect(await connack(deviceName, portOf(), secret)).toBe(0);
  });

  test('reset: cut, and not activated any more', async () => {
    const deviceName = `reset-${suffix}`;
    const device = await online(deviceName, portOf());
    await admin().resetDevice({ productID: PK, deviceName });
    await device.closed;
    await eventually(async () => {
      const info = await devices().deviceInfoRead({ productID: PK, deviceName });
      expect(info).toMatchObject({ isOnline: '1', firstLogin: '0' });
    });
  });

  test('presence is right afterwards, with the reason in the status log', async () => {
    const deviceName = `presence-${suffix}`;
    const device = await online(deviceName, portOf());
    const info = await devices().deviceInfoRead({ productID: PK, deviceName });
    expect(Number(info.firstLogin)).toBeGreaterThan(0);
    expect(info.lastIp).toMatch(/127\.0\.0\.1/);
    await devices().deviceInfoUpdate({ productID: PK, deviceName, isEnable: 2 });
    await device.closed;
    await eventually(async () => {
      const after = await devices().deviceInfoRead({ productID: PK, deviceName });
      expect(after.isOnline).toBe('1');
      expect(Number(after.lastOffline)).toBeGreaterThanOrEqual(Number(after.lastLogin));
      expect(await platform.logLines(deviceName, /disabled/, PK)).not.toHaveLength(0);
    });
  });
});

test('a disabled product cuts all its devices on both gateways', async () => {
  const both = await Promise.all([online('product-a', platform.ports.mqtt), online('product-b', otherMqtt)]);
  const products = platform.client(services.productManage);
  await products.productInfoUpdate({ productID: PK, status: 2 });
  await Promise.all(both.map(({ closed }) => closed));
  await products.productInfoUpdate({ productID: PK, status: 3 });
  await eventually(async () => expect(await connack('product-a', otherMqtt)).toBe(0));
});
