import { createHash } from 'node:crypto';
import { subjects } from '@alink/contract';
import { DEVICE, dump, NAMES, PRODUCT, rpcError, sendStatus, startDm, toldDuring, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
let nowMs = 1778593628940;
const DAY_MS = 86_400_000;
beforeAll(async () => void (fixture = await startDm({ now: () => nowMs })));
afterAll(() => fixture?.stop());
afterEach(async () => {
  const { prisma } = fixture.db;
  await prisma.device.deleteMany();
  await prisma.product.deleteMany();
  await prisma.auditLog.deleteMany();
});

const SECRET = 'testsecret001';
const createProduct = (autoRegister: number, over: object = {}) =>
  fixture.products.productInfoCreate({ productID: PRODUCT, productName: 'Test', autoRegister, ...over });
const createDevice = (over: object = {}) => fixture.devices.deviceInfoCreate({ ...NAMES, secret: SECRET, ...over });
const resolve = async () => {
  const { devices } = await fixture.directory.resolve({ devices: [{ productKey: PRODUCT, deviceName: DEVICE }] });
  return devices[0];
};
const actions = async () =>
  (await fixture.db.prisma.auditLog.findMany({ orderBy: { id: 'asc' } })).map((line) => line.action);
const proves = (token: string, { salt, hash }: { salt: Buffer; hash: Buffer }) =>
  createHash('sha256').update(salt).update(token).digest().equals(hash);

describe('registerDevice', () => {
  const register = () => fixture.credentials.registerDevice(NAMES);
  const refused = (outcome: string) => ({ outcome, deviceSecret: '' });

  test('gives the secret, again and again until the first login', async () => {
    await createProduct(2);
    await createDevice();
    const granted = { outcome: 'REGISTERED', deviceSecret: SECRET };
    expect(await register()).toEqual(granted);
    expect(await register()).toEqual(granted);
    await sendStatus(fixture.bus, { action: 'connected', timestamp: nowMs });
    expect(await register()).toEqual(refused('ALREADY_ACTIVE'));
    expect(await actions()).toEqual(['product.create', 'device.create', 'device.register', 'device.register']);
  });

  test('is refused where the product, the device or the switch says so', async () => {
    await expect(register()).rejects.toEqual(rpcError(100009, `product ${PRODUCT}`));
    await createProduct(1);
    expect(await register()).toEqual(refused('REGISTRATION_OFF'));
    await fixture.products.productInfoUpdate({ productID: PRODUCT, autoRegister: 2 });
    expect(await register()).toEqual(refused('DEVICE_UNKNOWN'));
    await createDevice({ isEnable: 2 });
    expect(await register()).toEqual(refused('DEVICE_DISABLED'));
    await fixture.devices.deviceInfoUpdate({ ...NAMES, isEnable: 1 });
    await fixture.products.productInfoUpdate({ productID: PRODUCT, status: 2 });
    expect(await register()).toEqual(refused('DEVICE_DISABLED'));
    expect(await actions()).not.toContain('device.register');
  });
});

describe('issueDeviceToken', () => {
  const issue = () => fixture.credentials.issueDeviceToken(NAMES);
  const refused = (outcome: string) => ({ outcome, clientId: '', deviceToken: '' });

  test.each([3, 4])('creates the device, tells everyone and issues a pair (autoRegister %i)', async (autoRegister) => {
    await createProduct(autoRegister);
    let pair: Awaited<ReturnType<typeof issue>> | undefined;
    const told = await toldDuring(fixture.bus, async () => (pair = await issue()));
    expect(pair).toMatchObject({ outcome: 'REGISTERED' });
    const { clientId, deviceToken } = pair!;
    expect(clientId).toMatch(/^[A-Za-z0-9]{26}$/);
    expect(deviceToken).toMatch(new RegExp(`^\\^1\\^${nowMs}\\^[0-9a-f]{15}$`));
    expect(told).toEqual([
      [subjects.cacheSync('cache:dm:device'), NAMES],
      [subjects.deviceCreated, NAMES],
    ]);

    const device = await resolve();
    expect(device).toMatchObject({ ...NAMES, registration: 'nwl', enabled: true });
    expect(device?.tokens).toEqual([
      { id: clientId, salt: expect.any(Buffer), hash: expect.any(Buffer), expiresAt: '0' },
    ]);
    const [token] = device!.tokens;
    expect(token!.salt).toHaveLength(16);
    expect(proves(deviceToken, token!)).toBe(true);
    expect(proves(`${deviceToken} `, token!)).toBe(false);
    expect(await dump(fixture)).toContain(clientId);
    expect(await dump(fixture)).not.toContain(deviceToken.slice(-15));
    expect(fixture.logged.join('')).not.toContain(deviceToken.slice(-15));
    expect(await actions()).toEqual(['product.create', 'device.create', 'token.issue']);
  });

  test('five pairs live at a time, whatever the hurry; a revoked one makes room', async () => {
    await createProduct(3);
    const answers = await Promise.all(Array.from({ length: 12 }, issue));
    expect(answers.filter(({ outcome }) => outcome === 'REGISTERED')).toHaveLength(5);
    expect(answers.filter(({ outcome }) => outcome === 'TOO_MANY_TOKENS')).toHaveLength(7);
    expect(new Set(answers.map(({ clientId }) => clientId).filter(Boolean)).size).toBe(5);
    expect(await fixture.db.prisma.device.count()).toBe(1);
    expect((await actions()).filter((action) => action === 'device.create')).toHaveLength(1);
    expect((await resolve())?.tokens).toHaveLength(5);

    const { id } = (await resolve())!.tokens[0]!;
    await fixture.db.prisma.issuedToken.delete({ where: { id } });
    const again = await Promise.all([issue(), issue()]);
    expect(again.map(({ outcome }) => outcome).sort()).toEqual(['REGISTERED', 'TOO_MANY_TOKENS']);
  });

  test('a device that was not made this way registers until its first login, and again after a reset', async () => {
    await createProduct(3);
    await createDevice();
    const told = await toldDuring(fixture.bus, issue);
    expect(told).toEqual([[subjects.cacheSync('cache:dm:device'), NAMES]]);
    expect(await resolve()).toMatchObject({ registration: 'operator', secret: SECRET, tokens: [{}] });

    const { clientId } = await issue();
    const rawClientID = `${clientId}|securemode=-2,authType=connwl|`;
    await sendStatus(fixture.bus, { action: 'connected', timestamp: nowMs, rawClientID });
    expect(await issue()).toEqual(refused('ALREADY_ACTIVE'));
    expect((await resolve())?.tokens).toHaveLength(2);
    expect(await resolve()).toMatchObject({ resetAt: '0' });
    await fixture.admin.resetDevice(NAMES);
    expect(await issue()).toMatchObject({ outcome: 'REGISTERED' });
    expect(await resolve()).toMatchObject({ firstLogin: '0', resetAt: String(nowMs) });
  });

  test.each(['operator', 'auto'])('the ProductSecret opens no active device made by %s', async (registration) => {
    await createProduct(4);
    await createDevice({ protocolConf: { registration } });
    await sendStatus(fixture.bus, { action: 'connected', timestamp: nowMs });
    const told = await toldDuring(fixture.bus, async () => expect(await issue()).toEqual(refused('ALREADY_ACTIVE')));
    expect(told).toEqual([]);
    expect(await resolve()).toMatchObject({ registration, tokens: [] });
    expect(await actions()).not.toContain('token.issue');
  });

  test('an active device made this way is a name that further units share', async () => {
    await createProduct(3);
    await issue();
    await sendStatus(fixture.bus, { action: 'connected', timestamp: nowMs });
    expect(await issue()).toMatchObject({ outcome: 'REGISTERED' });
    expect(await resolve()).toMatchObject({ registration: 'nwl', tokens: [{}, {}] });
  });

  test('is refused where the product, the device or the switch says so', async () => {
    await expect(issue()).rejects.toEqual(rpcError(100009, `product ${PRODUCT}`));
    await createProduct(2);
    expect(await issue()).toEqual(refused('REGISTRATION_OFF'));
    expect(await fixture.db.prisma.device.count()).toBe(0);
    await fixture.products.productInfoUpdate({ productID: PRODUCT, autoRegister: 3 });
    await createDevice({ isEnable: 2 });
    expect(await issue()).toEqual(refused('DEVICE_DISABLED'));
    await expect(fixture.credentials.issueDeviceToken({ productID: PRODUCT, deviceName: 'a/b' })).rejects.toEqual(
      rpcError(100006, 'deviceName'),
    );
  });

  test('the login with a pair is its last use', async () => {
    await createProduct(3);
    const { clientId } = await issue();
    const rawClientID = `${clientId}|securemode=-2,authType=connwl|`;
    await sendStatus(fixture.bus, { action: 'connected', timestamp: nowMs + 5000, rawClientID });
    await sendStatus(fixture.bus, { action: 'connected', timestamp: nowMs + 4000, rawClientID });
    const lastUsedAt = async () => (await fixture.db.prisma.issuedToken.findFirstOrThrow()).lastUsedAt?.getTime();
    expect(await lastUsedAt()).toBe(nowMs + 5000);
    // The same text without the mode says nothing.
    await sendStatus(fixture.bus, {
      action: 'connected',
      timestamp: nowMs + 9000,
      rawClientID: `${clientId}|securemode=3|`,
    });
    expect(await lastUsedAt()).toBe(nowMs + 5000);
  });
});

describe('iotTokens', () => {
  const issue = () => fixture.credentials.issueIotToken(NAMES);
  const read = (iotId: string) => fixture.credentials.readIotToken({ iotId });

  test('are good for seven days, and only their hash is kept', async () => {
    await createProduct(1, { protocolConf: { productID: 'a1B2c3D4e5F' } });
    await createDevice();
    const { iotId, iotToken, expiresAt } = await issue();
    expect([iotId, iotToken]).toEqual([
      expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      expect.stringMatching(/^[A-Za-z0-9]{32}$/),
    ]);
    expect(Number(expiresAt)).toBe(Math.floor((nowMs + 7 * DAY_MS) / 1000));
    const { device, token } = await read(iotId);
    expect(device).toEqual({ ...NAMES, productKey: 'a1B2c3D4e5F' });
    expect(token).toMatchObject({ id: iotId, expiresAt });
    expect(proves(iotToken, token!)).toBe(true);
    expect(await dump(fixture)).not.toContain(iotToken);
    expect(fixture.logged.join('')).not.toContain(iotToken);

    // What C SDK 3.x can keep: the whole answer of the node in 300 bytes.
    const host = 'x'.repeat(64);
    const answer = {
      code: 200,
      data: { iotId, iotToken, resources: { mqtt: { host, port: 1883 } } },
      message: 'success',
    };
    expect(JSON.stringify(answer).length).toBeLessThan(300);

    await sendStatus(fixture.bus, {
      action: 'connected',
      timestamp: nowMs + 1000,
      username: iotId,
      rawClientID: `${PRODUCT}.${DEVICE}|securemode=-1,_v=sdk-c-3.0.1|`,
    });
    const row = await fixture.db.prisma.issuedToken.findUniqueOrThrow({ where: { id: iotId } });
    expect(row.lastUsedAt?.getTime()).toBe(nowMs + 1000);

    const issuedAt = nowMs;
    nowMs += 7 * DAY_MS - 1;
    await expect(read(iotId)).resolves.toMatchObject({ device: NAMES });
    nowMs += 1;
    await expect(read(iotId)).rejects.toEqual(rpcError(100009, 'iotId'));
    await issue();
    expect(await fixture.db.prisma.issuedToken.count({ where: { issuedAt: new Date(issuedAt) } })).toBe(0);
  });

  test('ten live at a time; the oldest makes room', async () => {
    await createProduct(1);
    await createDevice();
    const issued = [];
    for (let i = 0; i < 12; i++) {
      nowMs += 1;
      issued.push((await issue()).iotId);
    }
    await expect(read(issued[0]!)).rejects.toEqual(rpcError(100009, 'iotId'));
    await expect(read(issued[1]!)).rejects.toEqual(rpcError(100009, 'iotId'));
    await expect(read(issued[2]!)).resolves.toMatchObject({ device: NAMES });
    await Promise.all(Array.from({ length: 20 }, issue));
    expect(await fixture.db.prisma.issuedToken.count()).toBe(10);
    expect((await resolve())?.tokens).toEqual([]);
  });

  test('a device that is unknown or disabled gets none, and what is no iotId is nobody’s', async () => {
    await createProduct(4);
    await expect(issue()).rejects.toEqual(rpcError(100009, `device ${DEVICE}`));
    await createDevice({ isEnable: 2 });
    await expect(issue()).rejects.toEqual(rpcError(100021, 'disabled'));
    await fixture.devices.deviceInfoUpdate({ ...NAMES, isEnable: 1 });
    const { clientId } = await fixture.credentials.issueDeviceToken(NAMES);
    for (const iotId of ['', 'nobody', clientId, 'x'.repeat(128)]) {
      await expect(read(iotId)).rejects.toEqual(rpcError(100009, 'iotId'));
    }
    await expect(read('x'.repeat(129))).rejects.toEqual(rpcError(100006, 'iotId'));
    await expect(read('a\0b')).rejects.toEqual(rpcError(100006, 'iotId'));
  });
});
