/** Registration, tokens and certificates over unitedrhino's own methods. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509';
import { createLogger } from '@alink/runtime';
import { RhinoBed } from '../../../test/rhino-bed';
import { provesToken } from '../../connect/verify';
import type { DeviceEntry } from '../records';
import { UnitedrhinoCredentials } from './credentials';

const log = createLogger({ name: 'test', level: 'fatal' });
const DAY_MS = 86_400_000;
const clock = { at: Date.now(), now: () => clock.at };

let bed: RhinoBed;
let credentials: UnitedrhinoCredentials;

beforeAll(async () => {
  bed = await RhinoBed.start();
});
afterAll(() => bed?.stop());
beforeEach(() => {
  clock.at = Date.now();
  credentials = new UnitedrhinoCredentials(bed.dm, clock, log);
});

const names = (productID: string) => ({ productID, productKey: productID });
const entry = (productID: string, deviceName: string): DeviceEntry => ({
  ...names(productID),
  deviceName,
  secret: '',
  enabled: true,
  registration: '',
  lastClientId: '',
  resetAt: 0,
  tokens: [],
});
const change = (productID: string, deviceName: string, to: object): void =>
  void Object.assign(bed.rhino.dm.state.device({ productID, deviceName })!, to);

describe('a pre-registered device', () => {
  test.each([
    [1, 'off'],
    [2, 'registered'],
    [3, 'registered'],
    [4, 'registered'],
  ])('of a product with autoRegister %i is %s', async (autoRegister, outcome) => {
    const productID = await bed.product({ autoRegister });
    const secret = await bed.device(productID, 'dev1');
    expect(await credentials.registerDevice(names(productID), 'dev1')).toEqual({
      outcome,
      deviceSecret: outcome === 'registered' ? secret : '',
    });
  });

  test('fetches its secret until it has been online, and only when it exists and is enabled', async () => {
    const [productID, other] = [await bed.product({ autoRegister: 2 }), await bed.product()];
    await bed.device(productID, 'dev1');
    await bed.device(other, 'theirs');
    const outcomeOf = async (deviceName: string) =>
      (await credentials.registerDevice(names(productID), deviceName)).outcome;
    expect(await outcomeOf('dev1')).toBe('registered');
    expect(await outcomeOf('theirs')).toBe('unknownDevice');
    change(productID, 'dev1', { isEnable: 2 });
    expect(await outcomeOf('dev1')).toBe('disabled');
    change(productID, 'dev1', { isEnable: 1, firstLogin: Date.now() });
    expect(await outcomeOf('dev1')).toBe('alreadyActive');
    expect((await credentials.registerDevice(names('nope'), 'dev1')).outcome).toBe('off');
  });
});

describe('a device without pre-registration', () => {
  test('is created, and gets a pair of which a hash is kept', async () => {
    const productID = await bed.product({ autoRegister: 3 });
    const { outcome, clientId, deviceToken } = await credentials.issueDeviceToken(names(productID), 'free');
    expect(outcome).toBe('registered');
    expect([clientId, deviceToken]).toEqual([
      expect.stringMatching(/^[A-Za-z0-9]{26}$/),
      expect.stringMatching(/^\^1\^\d{13}\^[0-9a-f]{15}$/),
    ]);
    const token = await credentials.deviceToken(entry(productID, 'free'), clientId);
    expect(provesToken(deviceToken, token, clock.now())).toBe(true);
    expect(provesToken(`${deviceToken}x`, token, clock.now())).toBe(false);
    const kept = [...bed.profilesOf(productID, 'free')];
    expect(kept).toEqual([[`alink:${clientId}`, expect.not.stringContaining(deviceToken)]]);
    bed.profilesOf(productID, 'free').clear();
    expect(await credentials.deviceToken(entry(productID, 'free'), clientId)).toBeUndefined();
  });

  test('is refused where the product does not create devices', async () => {
    const productID = await bed.product({ autoRegister: 2 });
    expect((await credentials.issueDeviceToken(names(productID), 'free')).outcome).toBe('off');
    expect(bed.rhino.dm.state.device({ productID, deviceName: 'free' })).toBeUndefined();
  });

  test('shares its name with four others, whichever nodes they ask', async () => {
    const productID = await bed.product({ autoRegister: 3 });
    const nodes = [credentials, new UnitedrhinoCredentials(bed.dm, clock, log)];
    const issued = await Promise.all(
      Array.from({ length: 8 }, (_, n) => nodes[n % 2]!.issueDeviceToken(names(productID), 'free')),
    );
    const granted = issued.filter(({ outcome }) => outcome === 'registered').length;
    expect(granted).toBeLessThanOrEqual(5);
    expect(bed.profilesOf(productID, 'free').size).toBe(granted);
    await Promise.all(Array.from({ length: 6 }, () => credentials.issueDeviceToken(names(productID), 'free')));
    expect(bed.profilesOf(productID, 'free').size).toBe(5);
    expect((await credentials.issueDeviceToken(names(productID), 'free')).outcome).toBe('tooManyTokens');
  });

  test('takes no name of a device that an operator has made, once that is active', async () => {
    const productID = await bed.product({ autoRegister: 3 });
    await bed.device(productID, 'made');
    const outcomeOf = async (name: string) => (await credentials.issueDeviceToken(names(productID), name)).outcome;
    expect(await outcomeOf('made')).toBe('registered');
    change(productID, 'made', { firstLogin: Date.now() });
    expect(await outcomeOf('made')).toBe('alreadyActive');
    expect(await outcomeOf('free')).toBe('registered');
    change(productID, 'free', { firstLogin: Date.now() });
    expect(await outcomeOf('free')).toBe('registered');
    change(productID, 'free', { isEnable: 2 });
    expect(await outcomeOf('free')).toBe('disabled');
  });

  test('shows what is no id of a token: nothing is asked, and nothing found', async () => {
    const productID = await bed.product({ autoRegister: 3 });
    await bed.device(productID, 'dev1');
    bed.profilesOf(productID, 'dev1').set('alink:x509', 'x').set('alink:other', '{"kind":"iot"}').set('alink:bad', '{');
    for (const id of ['x509', 'other', 'bad', '', 'a:b', 'x'.repeat(1000)]) {
      expect(await credentials.deviceToken(entry(productID, 'dev1'), id)).toBeUndefined();
    }
  });
});

describe('an iotToken', () => {
  test('lets in for seven days, as long as the DeviceSecret is that which it was given for', async () => {
    const productID = await bed.product();
    const secret = await bed.device(productID, 'dev1');
    const { iotId, iotToken, expiresAt } = await credentials.issueIotToken(names(productID), 'dev1');
    expect(iotId.length).toBeLessThan(64);
    expect(expiresAt).toBe(Math.floor((clock.now() + 7 * DAY_MS) / 1000));
    const read = await credentials.readIotToken(iotId);
    expect(read).toMatchObject({ productKey: productID, deviceName: 'dev1' });
    expect(provesToken(iotToken, read!.token, clock.now())).toBe(true);
    change(productID, 'dev1', { secret: 'rotated' });
    expect(await credentials.readIotToken(iotId)).toBeUndefined();
    change(productID, 'dev1', { secret });
    expect(await credentials.readIotToken(iotId)).toBeDefined();
    clock.at += 7 * DAY_MS;
    expect(await credentials.readIotToken(iotId)).toBeUndefined();
  });

  test('is one of ten: the oldest ones make room, and what has expired goes', async () => {
    const productID = await bed.product();
    await bed.device(productID, 'dev1');
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) {
      clock.at += 1000;
      ids.push((await credentials.issueIotToken(names(productID), 'dev1')).iotId);
    }
    const live = await Promise.all(ids.map(async (id) => (await credentials.readIotToken(id)) !== undefined));
    expect(live).toEqual([false, false, ...Array<boolean>(10).fill(true)]);
    clock.at += 8 * DAY_MS;
    await credentials.issueIotToken(names(productID), 'dev1');
    expect(bed.profilesOf(productID, 'dev1').size).toBe(1);
  });

  test.each(['', 'x', 'a&b', '0123456789abcdef&dev1&nope', '0123456789abcdef&dev1&p&more', `${'x'.repeat(5000)}&d&p`])(
    'is unknown by the name "%s"',
    async (iotId) => {
      expect(await credentials.readIotToken(iotId)).toBeUndefined();
    },
  );
});

describe('a certificate', () => {
  const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const certificateOf = async (name: string, { days = 1, ca = false } = {}) => {
    const keys = (await webcrypto.subtle.generateKey(EC, false, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
    const made = await X509CertificateGenerator.createSelfSigned({
      name,
      keys,
      signingAlgorithm: EC,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + days * DAY_MS),
      extensions: [new BasicConstraintsExtension(ca)],
    });
    const fingerprint = Buffer.from(await made.getThumbprint('SHA-256')).toString('hex');
    return { der: Buffer.from(made.rawData), pem: made.toString('pem'), fingerprint };
  };
  const withColons = (hex: string): string => hex.toUpperCase().match(/../g)!.join(':');

  test.each<[string, (of: { pem: string; fingerprint: string }) => string]>([
    ['its SHA-256', ({ fingerprint }) => fingerprint],
    ['its SHA-256 in JSON, with colons', ({ fingerprint }) => JSON.stringify({ sha256: [withColons(fingerprint)] })],
    ['the certificate', ({ pem }) => pem],
    ['the certificate in JSON', ({ pem }) => JSON.stringify({ certificates: [pem] })],
  ])('is known by %s in the text of its device, and until that goes', async (_what, text) => {
    const productID = await bed.product();
    await bed.device(productID, 'dev1');
    const certificate = await certificateOf('CN=whatever');
    const claimed = { productKey: productID, deviceName: 'dev1' };
    expect(await credentials.resolveCertificate([certificate.der], claimed)).toBeUndefined();
    bed.profilesOf(productID, 'dev1').set('alink:x509', text(certificate));
    expect(await credentials.resolveCertificate([certificate.der], claimed)).toEqual(claimed);
    const other = await certificateOf('CN=whatever');
    expect(await credentials.resolveCertificate([other.der], claimed)).toBeUndefined();
    bed.profilesOf(productID, 'dev1').clear();
    expect(await credentials.resolveCertificate([certificate.der], claimed)).toBeUndefined();
  });

  test('of a device that does not say who it is, is looked for under its common name', async () => {
    const productID = await bed.product({ protocolConf: { productID: 'a1Certified' } });
    const namesake = await bed.product();
    for (const product of [productID, namesake]) await bed.device(product, 'certified');
    const { der, fingerprint } = await certificateOf('CN=certified');
    expect(await credentials.resolveCertificate([der], undefined)).toBeUndefined();
    bed.profilesOf(productID, 'certified').set('alink:x509', fingerprint);
    expect(await credentials.resolveCertificate([der], undefined)).toEqual({
      productKey: 'a1Certified',
      deviceName: 'certified',
    });
    bed.profilesOf(namesake, 'certified').set('alink:x509', fingerprint);
    expect(await credentials.resolveCertificate([der], undefined)).toBeUndefined();
  });

  test('that has expired, or is a CA, or none at all, belongs to nobody', async () => {
    const productID = await bed.product();
    await bed.device(productID, 'dev1');
    const expired = await certificateOf('CN=dev1', { days: -0.5 });
    const authority = await certificateOf('CN=dev1', { ca: true });
    bed.profilesOf(productID, 'dev1').set('alink:x509', `${expired.fingerprint} ${authority.fingerprint}`);
    const claimed = { productKey: productID, deviceName: 'dev1' };
    for (const der of [expired.der, authority.der, Buffer.from('no'), Buffer.alloc(20_000)]) {
      expect(await credentials.resolveCertificate([der], claimed)).toBeUndefined();
    }
    expect(await credentials.resolveCertificate([], claimed)).toBeUndefined();
    expect(credentials.certificateStep).toContain('unitedrhino’s dm.rpc has no place for the CAs of products');
  });
});
