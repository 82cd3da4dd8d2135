import { X509Certificate } from 'node:crypto';
import { subjects } from '@alink/contract';
import { createAuthority, Extension, type Authority, type Issued } from './certificate-authority';
import { createDevices, DEVICE, NAMES, PRODUCT, rpcError, startDm, toldDuring, type DmFixture } from './dm-fixture';

const DAY_MS = 86_400_000;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CA_NAME = 'CN=Factory CA, O=工厂, C=CN';

let fixture: DmFixture;
let nowMs = Date.now();
let authority: Authority;
beforeAll(async () => {
  fixture = await startDm({ now: () => nowMs });
  authority = await createAuthority(CA_NAME);
});
afterAll(() => fixture?.stop());
beforeEach(async () => {
  nowMs = Date.now() + 1000;
  await createDevices(fixture, DEVICE, 'dev002');
});
afterEach(async () => {
  const { prisma } = fixture.db;
  await prisma.device.deleteMany();
  await prisma.product.deleteMany();
});

const register = (certificate: Issued, deviceName = '', productID = PRODUCT) =>
  fixture.admin.registerCertificate({ productID, deviceName, pem: certificate.pem });
const revoke = (request: object) => fixture.admin.revokeCertificate({ productID: PRODUCT, ...request });
const resolve = (...chain: Issued[]) =>
  fixture.credentials.resolveCertificate({ certificates: chain.map(({ der }) => der) });
const fingerprintOf = ({ der }: Issued) => new X509Certificate(der).fingerprint256.replaceAll(':', '').toLowerCase();
const refused = rpcError(100009, 'a device of this certificate does not exist');
const resolved = { ...NAMES, productKey: PRODUCT };
/** Why the last certificate was not accepted, from the log. */
const reason = () =>
  (JSON.parse(fixture.logged.findLast((line) => line.includes('not accepted')) ?? '{}') as { reason?: string }).reason;

describe('a certificate registered for a device', () => {
  test('is that device’s, until it is revoked', async () => {
    const own = await authority.issue('CN=whatever');
    await expect(resolve(own)).rejects.toEqual(refused);
    const told = await toldDuring(fixture.bus, async () => {
      expect(await register(own, DEVICE)).toEqual({
        ...NAMES,
        fingerprint: fingerprintOf(own),
        subject: 'CN=whatever',
        notAfter: String(Math.floor(own.parsed.notAfter.getTime() / 1000)),
        revoked: false,
      });
    });
    expect(told).toEqual([]);
    expect(await resolve(own, authority)).toEqual(resolved);

    const pretty = new X509Certificate(own.der).fingerprint256;
    const cut = await toldDuring(fixture.bus, () => revoke({ fingerprint: pretty }));
    expect(cut).toEqual([[subjects.cacheSync('cache:dm:device'), NAMES]]);
    await expect(resolve(own)).rejects.toEqual(refused);
    expect(reason()).toBe('it is revoked');
    expect((await fixture.admin.listCertificates({ productID: PRODUCT })).certificates).toEqual([
      expect.objectContaining({ ...NAMES, fingerprint: fingerprintOf(own), revoked: true }),
    ]);
    await expect(register(own, DEVICE)).rejects.toEqual(rpcError(100010, fingerprintOf(own)));
  });

  test('stands in a list that is read page by page', async () => {
    await fixture.db.prisma.$executeRaw`
      INSERT INTO certificate (fingerprint, product_id, device_name, der, subject, not_after)
      SELECT lpad(i::text, 64, '0'), ${PRODUCT}, ${DEVICE}, '', 'CN=x', now() FROM generate_series(1, 2005) AS i`;
    const { admin } = fixture;
    const names = { productID: PRODUCT };
    const all = await admin.listCertificates(names);
    expect([all.certificates.length, all.total]).toEqual([2000, '2005']);
    const last = await admin.listCertificates({ ...names, page: 2, size: 2000 });
    expect([last.certificates.length, last.total]).toEqual([5, '2005']);
    const seen = [...all.certificates, ...last.certificates].map(({ fingerprint }) => fingerprint);
    expect(new Set(seen).size).toBe(2005);
  });

  test('holds only in its time', async () => {
    const own = await authority.issue('CN=whatever', { to: 5 });
    await register(own, DEVICE);
    nowMs += 6 * DAY_MS;
    await expect(resolve(own)).rejects.toEqual(refused);
    expect(reason()).toBe('it has expired');
    nowMs -= 8 * DAY_MS;
    await expect(resolve(own)).rejects.toEqual(refused);
    expect(reason()).toBe('it is not valid yet');
  });

  test('goes with its device', async () => {
    const own = await authority.issue('CN=whatever');
    await register(own, DEVICE);
    await fixture.devices.deviceInfoDelete(NAMES);
    await expect(resolve(own)).rejects.toEqual(refused);
    await fixture.devices.deviceInfoCreate(NAMES);
    await expect(resolve(own)).rejects.toEqual(refused);
    await register(own, 'dev002');
    expect(await resolve(own)).toMatchObject({ deviceName: 'dev002' });
  });
});

describe.each(['EC', 'RSA'] as const)('a CA registered for a product (%s)', (algorithm) => {
  let ca: Authority;
  beforeAll(async () => void (ca = await createAuthority(CA_NAME, { algorithm })));

  test('vouches for the devices in its certificates', async () => {
    await fixture.products.productInfoUpdate({ productID: PRODUCT, protocolConf: { productID: 'a1B2c3D4e5F' } });
    await register(ca);
    const own = await ca.issue(`CN=${DEVICE}, O=x`, { usages: [CLIENT_AUTH] });
    expect(await resolve(own)).toEqual({ ...NAMES, productKey: 'a1B2c3D4e5F' });
    expect(await resolve(await ca.issue('CN=dev002'), ca)).toMatchObject({ deviceName: 'dev002' });
  });

  test('does so no longer for what is on its revocation list', async () => {
    await register(ca);
    const [one, two] = [await ca.issue(`CN=${DEVICE}`, { serial: '00aF01' }), await ca.issue('CN=dev002')];
    await register(two, 'dev002');
    const told = await toldDuring(fixture.bus, async () => void (await revoke({ crl: await ca.revoke([one]) })));
    expect(told).toEqual([[subjects.cacheSync('cache:dm:product'), PRODUCT]]);
    await expect(resolve(one)).rejects.toEqual(refused);
    expect(reason()).toBe('it is on the revocation list of its CA');
    expect(await resolve(two)).toMatchObject({ deviceName: 'dev002' });

    // An older list does not undo a newer one; a newer one counts for registered certificates too.
    await expect(revoke({ crl: await ca.revoke([], 60_000) })).rejects.toEqual(rpcError(100006, 'is older'));
    nowMs = Date.now() + 10_000;
    await revoke({ crl: await ca.revoke([one, two], -5000) });
    await expect(resolve(two)).rejects.toEqual(refused);
    const { certificates } = await fixture.admin.listCertificates({ productID: PRODUCT });
    expect(certificates.map(({ deviceName, revoked }) => [deviceName, revoked])).toEqual([
      ['', false],
      ['dev002', true],
    ]);
    await revoke({ crl: await ca.revoke([two], -8000) });
    expect(await resolve(one)).toMatchObject(NAMES);
  });
});

describe('nobody else', () => {
  const refuse = async (why: string, ...chain: Issued[]) => {
    await expect(resolve(...chain)).rejects.toEqual(refused);
    expect(reason()).toContain(why);
  };

  test('is let in by a CA', async () => {
    await register(authority);
    await refuse('no device of that name', await authority.issue('CN=nobody'));
    await refuse('not have one common name', await authority.issue('O=dev001'));
    await refuse('not have one common name', await authority.issue(`CN=${DEVICE}, CN=dev002`));
    await refuse('does not name clientAuth', await authority.issue(`CN=${DEVICE}`, { usages: [SERVER_AUTH] }));
    await refuse('it is a CA', await authority.issue(`CN=${DEVICE}`, { isCa: true }));
    // Another CA of the same name, with and without the real one behind it.
    const impostor = await createAuthority(CA_NAME);
    await refuse('no registered CA', await impostor.issue(`CN=${DEVICE}`), impostor);
    await refuse('no registered CA', await impostor.issue(`CN=${DEVICE}`), authority);
    // A device's own certificate signs nothing, and the first of a chain is the one that counts.
    const device = await authority.issue(`CN=${DEVICE}`);
    expect(await resolve(device, impostor)).toEqual(resolved);
    await refuse('no registered CA', impostor, device);
    const selfSigned = await createAuthority(`CN=${DEVICE}`);
    await refuse('no registered CA', selfSigned);
  });

  test('is let in by a CA that is itself shown, revoked or too old', async () => {
    const short = await createAuthority('CN=dev001', { to: 2 });
    await register(short);
    const own = await short.issue(`CN=${DEVICE}`, { to: 5 });
    expect(await resolve(own)).toEqual(resolved);
    await refuse('it is a CA', short);
    nowMs += 3 * DAY_MS;
    await refuse('its CA is revoked or has expired', own);
    nowMs -= 3 * DAY_MS;
    await revoke({ fingerprint: fingerprintOf(short) });
    await refuse('its CA is revoked or has expired', own);
  });

  test('is let in once its fingerprint is revoked, registered or not', async () => {
    await register(authority);
    const own = await authority.issue(`CN=${DEVICE}`);
    const told = await toldDuring(fixture.bus, () => revoke({ fingerprint: fingerprintOf(own) }));
    expect(told).toEqual([[subjects.cacheSync('cache:dm:product'), PRODUCT]]);
    await refuse('it is revoked', own);
  });

  test('gets more from what is no certificate than that', async () => {
    const { credentials } = fixture;
    const wrong = async (certificates: Buffer[]) =>
      expect(credentials.resolveCertificate({ certificates })).rejects.toEqual(rpcError(100006, 'certificates'));
    await wrong([]);
    await wrong([Buffer.alloc(0)]);
    await wrong([Buffer.from('x')]);
    await wrong([Buffer.alloc(20_000)]);
    await wrong([authority.der.subarray(0, 100)]);
  });
});

describe('refused are', () => {
  const KEY_PEM = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0S2V5TWF0ZXJpYWw=\n-----END PRIVATE KEY-----\n';

  test('registrations that make no sense', async () => {
    const own = await authority.issue(`CN=${DEVICE}`);
    const expired = await authority.issue('CN=x', { from: -5, to: -1 });
    const withPem = (pem: string) => fixture.admin.registerCertificate({ ...NAMES, pem });
    await expect(register(own)).rejects.toEqual(rpcError(100006, 'must be a CA'));
    await expect(register(authority, DEVICE)).rejects.toEqual(rpcError(100006, 'must be no CA'));
    await expect(register(expired, DEVICE)).rejects.toEqual(rpcError(100006, 'it has expired'));
    await expect(register(own, 'nobody')).rejects.toEqual(rpcError(100009, 'device nobody'));
    await expect(register(authority, '', 'nobody')).rejects.toEqual(rpcError(100009, 'product nobody'));
    await expect(withPem('')).rejects.toEqual(rpcError(100006, 'one certificate and nothing else'));
    await expect(withPem(own.pem + own.pem)).rejects.toEqual(rpcError(100006, 'one certificate'));
    await expect(withPem('x'.repeat(40_000))).rejects.toEqual(rpcError(100006, 'pem must have at most'));
    await expect(withPem(own.pem.replace(/\n[^-]+\n/, '\nAAAA\n'))).rejects.toEqual(rpcError(100006, 'pem is no'));
    await expect(withPem(own.pem + KEY_PEM)).rejects.toEqual(rpcError(100006, 'nothing else'));
    expect(fixture.logged.join('')).not.toContain('c2VjcmV0');
    expect(await fixture.db.prisma.certificate.count()).toBe(0);
    expect(await fixture.admin.listCertificates({ productID: PRODUCT })).toEqual({ certificates: [], total: '0' });
    await expect(fixture.admin.listCertificates({ productID: 'nobody' })).rejects.toEqual(rpcError(100009, 'nobody'));
  });

  test('revocations that make no sense', async () => {
    await register(authority);
    const crl = await authority.revoke([]);
    const foreign = await (await createAuthority(CA_NAME)).revoke([]);
    const future = await authority.revoke([], -DAY_MS);
    const indirect = new Extension('2.5.29.28', true, Buffer.from([0x30, 0x00]));
    const special = await authority.revoke([], 0, [indirect]);
    await expect(revoke({})).rejects.toEqual(rpcError(100006, 'fingerprint or crl'));
    await expect(revoke({ fingerprint: 'a'.repeat(64), crl })).rejects.toEqual(rpcError(100006, 'fingerprint or crl'));
    await expect(revoke({ fingerprint: 'abc' })).rejects.toEqual(rpcError(100006, 'SHA-256'));
    await expect(revoke({ crl: 'x' })).rejects.toEqual(rpcError(100006, 'is no revocation list'));
    await expect(revoke({ crl: foreign })).rejects.toEqual(rpcError(100006, 'not signed by a registered CA'));
    await expect(revoke({ crl: future })).rejects.toEqual(rpcError(100006, 'in the future'));
    await expect(revoke({ crl: special })).rejects.toEqual(rpcError(100006, 'deltas and indirect lists'));
    await expect(fixture.admin.revokeCertificate({ productID: 'nobody', fingerprint: 'a'.repeat(64) })).rejects.toEqual(
      rpcError(100009, 'product nobody'),
    );
    await revoke({ crl });
  });
});
