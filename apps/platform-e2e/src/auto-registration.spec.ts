/** Automatic registration: `securemode=-2`, signed with the ProductSecret; the first connect creates the device. */
import { services } from '@alink/contract';
import { deviceCredentials, formatUsername, sign } from '@alink/signing';
import { eventually, PLATFORM_START_MS, SdkDevice, type SdkDeviceOptions } from '@alink/testing';
import { backends } from './backends';
import { connack } from './connack';
import type { Platform } from './platform';

/** Product by its `autoRegister`: 1 off, 2 only for devices that exist, 3 and 4 create devices. */
const PRODUCTS = { off: '1', existing: '2', open: '3', openToo: '4' } as const;
type Product = keyof typeof PRODUCTS;

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  /** ProductSecret of each product. */
  const secrets = new Map<string, string>();
  beforeAll(async () => {
    platform = await backend.start();
    for (const [productID, autoRegister] of Object.entries(PRODUCTS)) {
      secrets.set(productID, await platform.createProduct(productID, { autoRegister }));
    }
  }, PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  const secretOf = (product: Product): string => secrets.get(product) ?? '';

  /** The content of every SDK: the client id is what stands before the first bar. */
  const byClientId = (product: Product, deviceName: string, key = secretOf(product)): SdkDeviceOptions => ({
    port: platform.ports.mqtt,
    ...deviceCredentials({
      productKey: product,
      deviceName,
      deviceSecret: key,
      securemode: '-2',
      timestamp: Date.now(),
    }),
  });

  /** The manual's content: the whole ClientID stands in it, bars and parameters included. */
  const byWholeClientId = (product: Product, deviceName: string, key = secretOf(product)): SdkDeviceOptions => {
    const clientId = `${product}.${deviceName}|securemode=-2,signmethod=hmacsha256,timestamp=1778593628940|`;
    const content = `clientId${clientId}deviceName${deviceName}productKey${product}timestamp1778593628940`;
    const username = formatUsername({ productKey: product, deviceName });
    return { port: platform.ports.mqtt, clientId, username, password: sign('hmacsha256', key, content) };
  };

  /** Devices of that name in that product. */
  const devicesNamed = async (productID: string, deviceName: string): Promise<number> => {
    const { list } = await platform.client(services.deviceManage).deviceInfoIndex({ productID, deviceName });
    return list.length;
  };

  describe.each<['open' | 'openToo', string]>([
    ['open', '3'],
    ['openToo', '4'],
  ])('product %s, autoRegister %s', (product) => {
    test.each([
      ['the content of the SDKs', 'sdk1', byClientId],
      ["the manual's content", 'manual1', byWholeClientId],
    ])('the first connect creates the device, signed over %s', async (_content, deviceName, login) => {
      expect(await devicesNamed(product, deviceName)).toBe(0);
      const device = await SdkDevice.connect(login(product, deviceName));
      expect((await device.post({ temperature: 21.5 })).code).toBe(200);
      await eventually(async () => expect(await platform.latest('temperature', deviceName, product)).toBe(21.5));
      await eventually(async () => expect(await platform.isOnline(deviceName, product)).toBe(true));
      await device.end();
      // And it is let in again the same way.
      expect(await connack(login(product, deviceName))).toBe(0);
      expect(await devicesNamed(product, deviceName)).toBe(1);
    });

    test('a device that an operator made is refused, and its secret still works', async () => {
      await platform.createDevice(product, 'operators', 'secretofoperators');
      expect(await connack(byClientId(product, 'operators'))).toBe(4);
      expect(await connack(platform.login(product, 'operators', 'secretofoperators'))).toBe(0);
      expect(await connack(byWholeClientId(product, 'operators'))).toBe(4);
      await eventually(async () => {
        expect(await platform.logLines('operators', /CONNACK 4.*created by an operator/, product)).toHaveLength(2);
      });
    });

    test('a wrong ProductSecret creates nothing', async () => {
      expect(await connack(byClientId(product, 'forged', 'anothersecret'))).toBe(4);
      expect(await connack(byWholeClientId(product, 'forged', 'anothersecret'))).toBe(4);
      expect(await devicesNamed(product, 'forged')).toBe(0);
    });
  });

  describe.each<['off' | 'existing', string]>([
    ['off', '1'],
    ['existing', '2'],
  ])('product %s, autoRegister %s', (product) => {
    test('no device is created, and none is let in with the ProductSecret', async () => {
      expect(await connack(byClientId(product, 'nobody'))).toBe(4);
      expect(await connack(byWholeClientId(product, 'nobody'))).toBe(4);
      expect(await devicesNamed(product, 'nobody')).toBe(0);
      await platform.createDevice(product, 'operators', 'secretofoperators');
      expect(await connack(byClientId(product, 'operators'))).toBe(4);
    });
  });

  test('many first connects at once create one device', async () => {
    const logins = Array.from({ length: 5 }, (_, n) =>
      deviceCredentials({
        productKey: 'open',
        deviceName: 'rushed',
        deviceSecret: secretOf('open'),
        securemode: '-2',
        timestamp: n,
      }),
    );
    const devices = await Promise.allSettled(
      logins.map((login) => SdkDevice.connect({ port: platform.ports.mqtt, ...login })),
    );
    // Each takes the session over from the one before, which may not even have seen its CONNACK.
    expect(devices.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await devicesNamed('open', 'rushed')).toBe(1);
    for (const device of devices) if (device.status === 'fulfilled') await device.value.end({ force: true });
  });

  test('switching automatic registration off keeps new devices out, not those that it has let in', async () => {
    const products = platform.client(services.productManage);
    expect(await connack(byClientId('open', 'early'))).toBe(0);
    await products.productInfoUpdate({ productID: 'open', autoRegister: '1' });
    await eventually(async () => expect(await connack(byClientId('open', `late${Date.now()}`))).toBe(4));
    expect(await connack(byClientId('open', 'early'))).toBe(0);
    await products.productInfoUpdate({ productID: 'open', autoRegister: '3' });
    await eventually(async () => expect(await connack(byClientId('open', 'late'))).toBe(0));
  });

  test('no product secret stands in any log', () => {
    for (const product of Object.keys(PRODUCTS)) expect(platform.output).not.toContain(secretOf(product as Product));
  });
});
