/** `dg.DeviceAuth.deviceRegister`, with the signature of the vector in unitedrhino's public test. */
import { createDecipheriv } from 'node:crypto';
import type { FetchedSecret } from '../directory/credentials-source';
import { DirectoryUnavailable, type ProductEntry } from '../directory/records';
import { deviceRegister } from './device-register';

const SECRET = 'HaWo5qNOmisSLb/36oRUfwAY43A=';
const HEX = 'fd2094a9f418ac17f9456d82f3817b4bffdf0558';
const ASKED = {
  productID: '66',
  deviceName: 'test',
  nonce: '2428685019',
  timestamp: '1756780254',
  signature: 'ZmQyMDk0YTlmNDE4YWMxN2Y5NDU2ZDgyZjM4MTdiNGJmZmRmMDU1OA==',
  retEnc: '',
};
const DEVICE_SECRET = 'deviceSecretOfTest';
const FETCHED: FetchedSecret = { outcome: 'registered', deviceSecret: DEVICE_SECRET };
const PRODUCT = { productKey: '66', productID: 'p66', secret: SECRET, enabled: true, autoRegister: 2 } as ProductEntry;

const registering = (product: Partial<ProductEntry> | undefined = {}, ...answers: FetchedSecret[]) => {
  const asked: string[] = [];
  const queue = answers.length > 0 ? [...answers] : [FETCHED];
  const handler = deviceRegister({
    directory: {
      find: async () => ({ product: product && { ...PRODUCT, ...product }, device: undefined }) as never,
      register: async (_product, deviceName) => void asked.push(`create ${deviceName}`) as never,
      deviceChanged: (productID, deviceName) => void asked.push(`changed ${productID}/${deviceName}`),
    },
    credentials: {
      registerDevice: async ({ productID }, deviceName) => {
        asked.push(`fetch ${productID}/${deviceName}`);
        return queue.shift()!;
      },
    },
    connectRate: { refuse: () => undefined },
  });
  return {
    asked,
    register: (over: Partial<typeof ASKED> = {}) => handler({ ...ASKED, ...over } as never, undefined as never),
  };
};

const decrypted = (payload: unknown, way: 'cbc' | 'ecb'): string => {
  const iv = way === 'cbc' ? '0'.repeat(16) : null;
  const decipher = createDecipheriv(`aes-128-${way}`, Buffer.from(SECRET).subarray(0, 16), iv);
  return Buffer.concat([decipher.update(Buffer.from(String(payload), 'base64')), decipher.final()]).toString();
};
const PLAIN = `{"encryptionType":1,"psk":"${DEVICE_SECRET}","clientCert":"","clientKey":""}`;

test('a device that proves the ProductSecret gets its own, encrypted', async () => {
  const { register, asked } = registering();
  const { len, payload } = await register();
  expect(len).toBe(PLAIN.length);
  expect(decrypted(payload, 'cbc')).toBe(PLAIN);
  expect(asked).toEqual(['fetch p66/test', 'changed p66/test']);
  expect(decrypted((await registering().register({ retEnc: 'aes128ecb' })).payload, 'ecb')).toBe(PLAIN);
  for (const signature of [HEX, HEX.toUpperCase()]) {
    expect((await registering().register({ signature })).len).toBe(PLAIN.length);
  }
});

test('one that is missing is created where its product allows that', async () => {
  const missing: FetchedSecret = { outcome: 'unknownDevice', deviceSecret: '' };
  const creating = registering({ autoRegister: 3 }, missing, FETCHED);
  expect(decrypted((await creating.register()).payload, 'cbc')).toBe(PLAIN);
  expect(creating.asked).toEqual(['fetch p66/test', 'create test', 'fetch p66/test', 'changed p66/test']);
  await expect(registering({ autoRegister: 2 }, missing).register()).rejects.toMatchObject({ code: 100009 });
});

test.each<[string, Partial<ProductEntry> | undefined, Partial<typeof ASKED>, number]>([
  ['another signature', {}, { signature: `0${HEX.slice(1)}` }, 100006],
  ['no signature', {}, { signature: '' }, 100006],
  ['a signature of another nonce', {}, { nonce: '1' }, 100006],
  ['names that cannot be', {}, { deviceName: 'a/b' }, 100006],
  ['hex without encryption', {}, { retEnc: 'HEX' }, 100018],
  ['a product that is disabled', { enabled: false }, {}, 100021],
  ['a product whose devices do not register', { autoRegister: 1 }, {}, 100021],
])('%s is refused before dm.rpc is asked', async (_case, product, over, code) => {
  const { register, asked } = registering(product);
  await expect(register(over)).rejects.toMatchObject({ code });
  expect(asked).toEqual([]);
});

test('an unknown product, and what dm.rpc refuses, are refused in their own words', async () => {
  const handler = deviceRegister({
    directory: { find: async () => ({ product: undefined, device: undefined }) } as never,
    credentials: {} as never,
    connectRate: { refuse: () => undefined },
  });
  await expect(handler(ASKED as never, undefined as never)).rejects.toMatchObject({ code: 100009 });
  const active: FetchedSecret = { outcome: 'alreadyActive', deviceSecret: '' };
  await expect(registering({}, active).register()).rejects.toMatchObject({ code: 100019 });
  const away = deviceRegister({
    directory: { find: () => Promise.reject(new DirectoryUnavailable('dm.rpc is away')) } as never,
    credentials: {} as never,
    connectRate: { refuse: () => undefined },
  });
  await expect(away(ASKED as never, undefined as never)).rejects.toThrow('dm.rpc is away');
});
