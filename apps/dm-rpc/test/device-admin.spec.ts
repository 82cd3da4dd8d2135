import { services, subjects } from '@alink/contract';
import { createSecretBox } from '@alink/db';
import { autoLogin, certificateLogin, registrationLogin, secretLogin, type Signer } from '@alink/signing';
import { createDatabase, eventually, PATIENCE_MS } from '@alink/testing';
import {
  createDevices,
  DEVICE,
  dump,
  KEY,
  NAMES,
  PRODUCT,
  rpcError,
  sendStatus,
  sendUplink,
  startDm,
  toldDuring,
  type DmFixture,
} from './dm-fixture';

let fixture: DmFixture;
const nowMs = 1778593628940;
beforeAll(async () => void (fixture = await startDm({ now: () => nowMs })));
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture, DEVICE));
afterEach(async () => {
  const { prisma } = fixture.db;
  await prisma.device.deleteMany();
  await prisma.product.deleteMany();
  await prisma.auditLog.deleteMany();
});

const deviceStale = [subjects.cacheSync('cache:dm:device'), NAMES];
const productStale = [subjects.cacheSync('cache:dm:product'), PRODUCT];
const unknown = { productID: PRODUCT, deviceName: 'nobody' };
const noDevice = rpcError(100009, `device nobody of product ${PRODUCT}`);

describe('secrets', () => {
  test('of a device are replaced by a given or a made one, and nodes are told', async () => {
    const { admin, devices, bus } = fixture;
    const told = await toldDuring(bus, () => admin.rotateDeviceSecret({ ...NAMES, secret: 'given=Secret&1' }));
    expect(told).toEqual([deviceStale]);
    expect((await devices.deviceInfoRead(NAMES)).secret).toBe('given=Secret&1');
    const { secret } = await admin.rotateDeviceSecret(NAMES);
    expect(secret).toMatch(/^[0-9a-f]{32}$/);
    expect((await devices.deviceInfoRead(NAMES)).secret).toBe(secret);
    await expect(admin.rotateDeviceSecret(unknown)).rejects.toEqual(noDevice);
    await expect(admin.rotateDeviceSecret({ ...NAMES, secret: 'a\nb' })).rejects.toEqual(rpcError(100006, 'secret'));
    await expect(admin.rotateDeviceSecret({ productID: PRODUCT })).rejects.toEqual(rpcError(100006, 'deviceName'));
  });

  test('of a device take with them the iotTokens that were given for the old one', async () => {
    const { admin, credentials, devices } = fixture;
    const { iotId } = await credentials.issueIotToken(NAMES);
    await admin.rotateDeviceSecret(NAMES);
    await expect(credentials.readIotToken({ iotId })).rejects.toEqual(rpcError(100009, 'iotId'));
    const other = await credentials.issueIotToken(NAMES);
    await devices.deviceInfoUpdate({ ...NAMES, secret: 'another-secret' });
    await expect(credentials.readIotToken({ iotId: other.iotId })).rejects.toEqual(rpcError(100009, 'iotId'));
  });

  test('of a product likewise', async () => {
    const { admin, products, bus } = fixture;
    const told = await toldDuring(bus, () =>
      admin.rotateProductSecret({ productID: PRODUCT, secret: 'aProductSecret01' }),
    );
    expect(told).toEqual([productStale]);
    expect((await products.productInfoRead({ productID: PRODUCT })).secret).toBe('aProductSecret01');
    expect((await admin.rotateProductSecret({ productID: PRODUCT })).secret).toMatch(/^[0-9a-f]{16}$/);
    await expect(admin.rotateProductSecret({ productID: 'nobody' })).rejects.toEqual(
      rpcError(100009, 'product nobody'),
    );
    await expect(admin.rotateProductSecret(NAMES)).rejects.toEqual(rpcError(100006, 'deviceName'));
  });
});

describe('what a console page shows of a device', () => {
  test('its topics, with the ProductKey that it dials with', async () => {
    const { admin, products } = fixture;
    await products.productInfoUpdate({ productID: PRODUCT, protocolConf: { productID: 'a1External' } });
    const { topics } = await admin.listTopics(NAMES);
    expect(topics).toContainEqual({
      topic: `/sys/a1External/${DEVICE}/thing/service/property/set`,
      direction: 'down',
      meaning: 'set properties',
    });
    expect(topics.at(-1)).toMatchObject({ topic: `/a1External/${DEVICE}/user/{topic}`, direction: 'both' });
    await expect(admin.listTopics(unknown)).rejects.toEqual(noDevice);
  });

  test('its connection parameters, for each way whose secret is kept here', async () => {
    const { admin, devices, products } = fixture;
    const keys = { productKey: PRODUCT, deviceName: DEVICE };
    const { secret } = await devices.deviceInfoRead(NAMES);
    const productSecret = (await products.productInfoRead({ productID: PRODUCT })).secret;
    const signer: Signer = { ...keys, signMethod: 'hmacsha256', now: nowMs };
    const read = (request: object) => admin.connectParamsRead({ ...NAMES, ...request });

    expect(await read({})).toEqual(secretLogin(signer, secret, false));
    const earlier = { signMethod: 'hmacsha1', encrypted: true, timestamp: 1 };
    expect(await read(earlier)).toEqual(secretLogin({ ...signer, signMethod: 'hmacsha1', now: 1 }, secret, true));
    expect(await read({ mode: 'AUTO_REGISTER' })).toEqual(autoLogin(signer, productSecret));
    expect(await read({ mode: 'REGISTER' })).toEqual(registrationLogin(signer, productSecret, 'register'));
    expect(await read({ mode: 'X509' })).toEqual({ ...certificateLogin(signer), password: '' });

    const newcomer = { ...signer, deviceName: 'nobody' };
    expect(await admin.connectParamsRead({ ...unknown, mode: 'REGISTER_FREE' })).toEqual(
      registrationLogin(newcomer, productSecret, 'regnwl'),
    );
    await expect(admin.connectParamsRead(unknown)).rejects.toEqual(noDevice);
    await expect(read({ productID: 'nobody' })).rejects.toEqual(rpcError(100009, 'product nobody'));
    await expect(read({ signMethod: 'md4' })).rejects.toEqual(rpcError(100006, 'signMethod'));
  });
});

test('devices are counted by product', async () => {
  const { admin, bus, db, devices, products } = fixture;
  for (const deviceName of ['left', 'never', 'other'])
    await devices.deviceInfoCreate({ productID: PRODUCT, deviceName });
  await products.productInfoCreate({ productID: 'empty', productName: 'Empty' });
  await devices.deviceInfoUpdate({ productID: PRODUCT, deviceName: 'left', isEnable: 2 });
  await sendStatus(bus, { action: 'connected' });
  const login = { where: { productID: PRODUCT, deviceName: 'left' }, data: { firstLogin: new Date(nowMs) } };
  await db.prisma.device.updateMany(login);
  await eventually(async () => expect((await devices.deviceInfoRead(NAMES)).isOnline).toBe('1'));
  const { list } = await admin.deviceCounts({ productIDs: ['nobody', PRODUCT, 'empty'] });
  expect(list.sort((a, b) => Number(b.total) - Number(a.total))).toEqual([
    { productID: PRODUCT, total: '4', activated: '2', online: '1', disabled: '1' },
    { productID: 'empty', total: '0', activated: '0', online: '0', disabled: '0' },
  ]);
  expect(await devices.deviceInfoCount({})).toMatchObject({ total: '4', online: '1', offline: '1', inactive: '2' });
  expect(await admin.deviceCounts({})).toEqual({ list: [] });
  await expect(admin.deviceCounts({ productIDs: ['a b'] })).rejects.toEqual(rpcError(100006, 'productIDs[0]'));
});

test('tags are replaced as a whole, also by none', async () => {
  const { admin, bus, devices } = fixture;
  const tags = async () => (await devices.deviceInfoRead(NAMES)).tags;
  const told = await toldDuring(bus, () => admin.setDeviceTags({ ...NAMES, tags: { site: 'hall', floor: '2' } }));
  expect(told).toEqual([deviceStale]);
  expect(await tags()).toEqual({ site: 'hall', floor: '2' });
  await admin.setDeviceTags(NAMES);
  expect(await tags()).toEqual({});
  await expect(admin.setDeviceTags({ ...unknown, tags: {} })).rejects.toEqual(noDevice);
  await expect(admin.setDeviceTags({ ...NAMES, tags: { '': 'x' } })).rejects.toEqual(rpcError(100006, 'tags key'));
});

test('tags of a product likewise', async () => {
  const { admin, bus, products, db } = fixture;
  const tags = async () => (await products.productInfoRead({ productID: PRODUCT })).tags;
  const told = await toldDuring(bus, () => admin.setProductTags({ productID: PRODUCT, tags: { line: '2' } }));
  expect(told).toEqual([productStale]);
  expect(await tags()).toEqual({ line: '2' });
  await admin.setProductTags({ productID: PRODUCT });
  expect(await tags()).toEqual({});
  expect(await db.prisma.auditLog.count({ where: { action: 'product.update', productID: PRODUCT } })).toBe(2);
  await expect(admin.setProductTags({ productID: 'nobody' })).rejects.toEqual(rpcError(100009, 'product nobody'));
});

describe('a reset', () => {
  const register = () => fixture.credentials.registerDevice(NAMES);
  beforeEach(() => fixture.products.productInfoUpdate({ productID: PRODUCT, autoRegister: 3 }));
  const read = () => fixture.devices.deviceInfoRead(NAMES);

  test('lets the device register again with the same secret, revokes its tokens and ends its session', async () => {
    const { admin, bus, credentials } = fixture;
    const { secret } = await read();
    const { clientId } = await credentials.issueDeviceToken(NAMES);
    const { iotId } = await credentials.issueIotToken(NAMES);
    const epoch = await sendStatus(bus, {
      action: 'connected',
      timestamp: nowMs - 1000,
      rawClientID: `${clientId}|x|`,
    });
    expect(await register()).toMatchObject({ outcome: 'ALREADY_ACTIVE' });

    const told = await toldDuring(bus, () => admin.resetDevice(NAMES));
    expect(told).toEqual([deviceStale, [subjects.deviceReset, NAMES]]);
    expect(await admin.listTokens(NAMES)).toEqual({ tokens: [] });
    await expect(credentials.readIotToken({ iotId })).rejects.toEqual(rpcError(100009, 'iotId'));
    expect(await register()).toEqual({ outcome: 'REGISTERED', deviceSecret: secret });
    const lastLogin = String(Math.floor((nowMs - 1000) / 1000));
    expect(await read()).toMatchObject({ firstLogin: '0', status: '2', isOnline: '1', lastLogin });

    // What the node tells then, and a message from before that was late.
    await sendStatus(bus, { action: 'disconnected', epoch, timestamp: nowMs + 10, reason: 'the device was reset' });
    await sendStatus(bus, { action: 'connected', timestamp: nowMs - 500 });
    expect(await read()).toMatchObject({ firstLogin: '0', isOnline: '1' });
    expect(await register()).toMatchObject({ outcome: 'REGISTERED' });
    expect(await fixture.db.prisma.statusLog.findFirst({ where: { status: 2 } })).toMatchObject({
      reason: 'the device was reset',
    });

    await sendStatus(bus, { action: 'connected', timestamp: nowMs + 2000, addr: '10.9.9.9:1' });
    const firstLogin = String(Math.floor((nowMs + 2000) / 1000));
    expect(await read()).toMatchObject({
      firstLogin,
      lastLogin: firstLogin,
      isOnline: '1',
      status: '2',
      lastIp: '10.9.9.9',
    });
    expect(await register()).toMatchObject({ outcome: 'ALREADY_ACTIVE' });
    await expect(admin.resetDevice(unknown)).rejects.toEqual(noDevice);
  });

  test('of dm.DeviceManage deletes logs and data where it is asked to', async () => {
    const { devices, data, bus } = fixture;
    const report = { method: 'report', msgToken: '1', timestamp: nowMs, params: { rpm: 1 } } as const;
    const counts = async () => [
      (await data.propertyLatestIndex(NAMES)).list.filter(({ value }) => value !== '').length,
      (await data.propertyLogIndex({ ...NAMES, deviceNames: [DEVICE], dataID: 'rpm' })).list.length,
      Number((await data.hubLogIndex(NAMES)).total),
      Number((await data.statusLogIndex(NAMES)).total),
    ];
    await sendUplink(bus, report, NAMES, nowMs);
    await sendStatus(bus, { action: 'connected', timestamp: nowMs });
    expect(await counts()).toEqual([1, 1, 1, 1]);
    await devices.deviceReset({ device: NAMES, bind: true, deviceSchema: true });
    expect(await counts()).toEqual([1, 1, 1, 1]);
    await devices.deviceReset({ device: NAMES, log: true });
    expect(await counts()).toEqual([1, 1, 0, 0]);
    const told = await toldDuring(bus, () => devices.deviceReset({ device: NAMES, info: true }));
    expect(told).toEqual([deviceStale, [subjects.deviceReset, NAMES]]);
    expect(await counts()).toEqual([0, 0, 0, 0]);
    expect(await read()).toMatchObject({ firstLogin: '0' });
    await expect(devices.deviceReset({ device: unknown })).rejects.toEqual(noDevice);
    await expect(devices.deviceReset({})).rejects.toEqual(rpcError(100006, 'device must be set'));
  });
});

describe('tokens', () => {
  beforeEach(() => fixture.products.productInfoUpdate({ productID: PRODUCT, autoRegister: 4 }));

  test('are listed with their times and revoked, one or all', async () => {
    const { admin, credentials, bus, directory } = fixture;
    const [first, second] = [await credentials.issueDeviceToken(NAMES), await credentials.issueDeviceToken(NAMES)];
    const { iotId, expiresAt } = await credentials.issueIotToken(NAMES);
    const issuedAt = String(Math.floor(nowMs / 1000));
    const { tokens } = await admin.listTokens(NAMES);
    expect(tokens).toHaveLength(3);
    expect(tokens).toEqual(
      expect.arrayContaining([
        { id: first.clientId, kind: 'device', issuedAt, lastUsedAt: '0', expiresAt: '0' },
        { id: iotId, kind: 'iot', issuedAt, lastUsedAt: '0', expiresAt },
      ]),
    );
    const told = await toldDuring(bus, () => admin.revokeToken({ ...NAMES, id: first.clientId }));
    expect(told).toEqual([deviceStale]);
    const live = async () =>
      (await directory.resolve({ devices: [{ productKey: PRODUCT, deviceName: DEVICE }] })).devices[0]?.tokens.map(
        ({ id }) => id,
      );
    expect(await live()).toEqual([second.clientId]);
    await expect(admin.revokeToken({ ...NAMES, id: first.clientId })).rejects.toEqual(rpcError(100009, first.clientId));
    await admin.revokeToken(NAMES);
    expect(await admin.listTokens(NAMES)).toEqual({ tokens: [] });
    await admin.revokeToken(NAMES);
    await expect(admin.listTokens(unknown)).rejects.toEqual(noDevice);
    await expect(admin.revokeToken(unknown)).rejects.toEqual(noDevice);
  });

  test('of another device are not touched', async () => {
    const { admin, credentials } = fixture;
    const other = { productID: PRODUCT, deviceName: 'dev002' };
    const { clientId } = await credentials.issueDeviceToken(other);
    await expect(admin.revokeToken({ ...NAMES, id: clientId })).rejects.toEqual(rpcError(100009, clientId));
    await admin.revokeToken(NAMES);
    expect((await admin.listTokens(other)).tokens).toHaveLength(1);
  });
});

describe('createDevices', () => {
  const names = async () =>
    (await fixture.db.prisma.device.findMany({ orderBy: { id: 'asc' } })).map((row) => row.deviceName);

  test('makes ten thousand in one call', async () => {
    const { admin, bus, devices, db } = fixture;
    let answer: Awaited<ReturnType<typeof admin.createDevices>> | undefined;
    const told = await toldDuring(bus, async () => {
      answer = await admin.createDevices(
        { productID: PRODUCT, count: 10_000, prefix: 'meter' },
        { deadlineMs: PATIENCE_MS },
      );
    });
    const { results, created, refused } = answer!;
    expect([results.length, created, refused]).toEqual([10_000, '10000', '0']);
    expect(results[0]).toMatchObject({ productID: PRODUCT, deviceName: 'meter00001', reason: '' });
    expect(results[9999]?.deviceName).toBe('meter10000');
    expect(new Set(results.map(({ deviceSecret }) => deviceSecret)).size).toBe(10_000);
    expect((await devices.deviceInfoRead({ productID: PRODUCT, deviceName: 'meter07777' })).secret).toBe(
      results[7776]?.deviceSecret,
    );
    expect(told).toHaveLength(10_000);
    expect(new Set(told.map(([subject]) => subject))).toEqual(new Set([subjects.deviceCreated]));
    expect(await db.prisma.auditLog.count({ where: { action: 'device.create' } })).toBe(10_001);
    expect(fixture.logged.join('')).not.toContain(results[0]!.deviceSecret);
    const again = await admin.createDevices(
      { productID: PRODUCT, count: 10_000, prefix: 'meter', start: 1 },
      { deadlineMs: PATIENCE_MS },
    );
    expect([again.created, again.refused, again.results[0]?.reason]).toEqual(['0', '10000', 'exists already']);
  });

  test('goes on after the highest number that there is', async () => {
    const { admin } = fixture;
    const create = async (over: object) => {
      const { results } = await admin.createDevices({ productID: PRODUCT, count: 2, prefix: 'a_', ...over });
      return results.map(({ deviceName, reason }) => deviceName + reason).join();
    };
    expect(await create({})).toBe('a_0001,a_0002');
    // None of these is a number of this prefix and this product.
    await fixture.products.productInfoCreate({ productID: 'other', productName: 'x' });
    const others = ['a_9x', 'ab0009', 'a_99999999999999', 'A_0009'];
    await admin.createDevices({ productID: PRODUCT, rows: others.map((deviceName) => ({ deviceName })) });
    await admin.createDevices({ productID: 'other', count: 9, prefix: 'a_' });
    expect(await create({ dryRun: true })).toBe('a_0003,a_0004');
    expect(await create({})).toBe('a_0003,a_0004');
    expect(await create({ start: 9999 })).toBe('a_09999,a_10000');
    expect(await create({})).toBe('a_10001,a_10002');
    expect(await create({ start: 10_002 })).toBe('a_10002exists already,a_10003');
    for (const start of [-1, 1_000_000_000]) {
      await expect(create({ start })).rejects.toEqual(rpcError(100006, 'start must be 1 to 999999999'));
    }
  });

  test('takes ten thousand rows with long aliases', async () => {
    const alias = '\u6e29'.repeat(120);
    const rows = Array.from({ length: 10_000 }, (_, i) => ({ deviceName: `long${i}`, alias }));
    const request = { productID: PRODUCT, rows, dryRun: true };
    expect(await fixture.admin.createDevices(request, { deadlineMs: PATIENCE_MS })).toMatchObject({ refused: '0' });
  });

  test('answers with names that cannot be, cut, so that every client can read the answer', async () => {
    const secret = 's'.repeat(256);
    const absurd = Array.from({ length: 9000 }, (_, i) => ({ deviceName: `${i}${'\u6e29'.repeat(200)}` }));
    const good = Array.from({ length: 1000 }, (_, i) => ({ deviceName: `good${i}`, deviceSecret: secret }));
    const answer = await fixture.admin.createDevices(
      { productID: PRODUCT, rows: [...absurd, ...good] },
      { deadlineMs: PATIENCE_MS },
    );
    expect(answer).toMatchObject({ created: '1000', refused: '9000' });
    expect(answer.results[0]).toMatchObject({ deviceName: `0${'\u6e29'.repeat(19)}…` });
    expect(answer.results[9999]).toMatchObject({ deviceName: 'good999', deviceSecret: secret });
    const bytes = services.deviceAdmin.definition.createDevices!.responseSerialize(answer);
    expect(bytes.length).toBeLessThan(4 * 1024 * 1024);
  });

  const rows = [
    { deviceName: 'new-1', deviceSecret: ' a=Secret,"quoted" ü ', alias: 'one' },
    { deviceName: 'x' },
    { deviceName: 'new-2', productID: 'nobody' },
    { deviceName: 'new-1' },
    { deviceName: DEVICE },
    { deviceName: 'new-3', deviceSecret: 's'.repeat(257) },
    { deviceName: 'new-4', alias: 'a'.repeat(129) },
    { deviceName: '' },
    { deviceName: 'new-5' },
  ];
  const reasons = [
    '',
    'deviceName must be 4 to 32',
    'product nobody does not exist',
    'is in the request twice',
    'exists already',
    'deviceSecret must have',
    'alias must have',
    'deviceName must not be empty',
    '',
  ];

  test('says of each row why it was refused, and keeps given secrets byte for byte', async () => {
    const { admin, devices } = fixture;
    const { results, created, refused } = await admin.createDevices({ productID: PRODUCT, rows });
    expect(results.map(({ reason }) => reason)).toEqual(
      reasons.map((text) => (text ? expect.stringContaining(text) : '')),
    );
    expect([created, refused]).toEqual(['2', '7']);
    expect(results.map(({ deviceName }) => deviceName)).toEqual(rows.map(({ deviceName }) => deviceName));
    expect(results[0]?.deviceSecret).toBe(' a=Secret,"quoted" ü ');
    expect(
      results
        .slice(1, 8)
        .map(({ deviceSecret }) => deviceSecret)
        .join(''),
    ).toBe('');
    expect(await devices.deviceInfoRead({ productID: PRODUCT, deviceName: 'new-1' })).toMatchObject({
      secret: ' a=Secret,"quoted" ü ',
      deviceAlias: { value: 'one' },
      isEnable: '1',
    });
    expect(await names()).toEqual([DEVICE, 'new-1', 'new-5']);
  });

  test('creates all or nothing', async () => {
    const { admin, bus } = fixture;
    const request = { productID: PRODUCT, rows: [{ deviceName: 'new-1' }, { deviceName: DEVICE }], allOrNothing: true };
    const told = await toldDuring(bus, async () => {
      const { results, created, refused } = await admin.createDevices(request);
      expect(results.map(({ reason, deviceSecret }) => [reason, deviceSecret])).toEqual([
        [expect.stringContaining('another row'), ''],
        ['exists already', ''],
      ]);
      expect([created, refused]).toEqual(['0', '2']);
    });
    expect(told).toEqual([]);
    expect(await names()).toEqual([DEVICE]);
    expect(await fixture.db.prisma.auditLog.count({ where: { deviceName: 'new-1' } })).toBe(0);
    expect(await admin.createDevices({ ...request, rows: [{ deviceName: 'new-1' }] })).toMatchObject({ created: '1' });
  });

  test('a dry run checks all that and creates nothing', async () => {
    const { admin, bus } = fixture;
    const told = await toldDuring(bus, async () => {
      const { results, created, refused } = await admin.createDevices({ productID: PRODUCT, rows, dryRun: true });
      expect(results.map(({ reason }) => reason)).toEqual(
        reasons.map((text) => (text ? expect.stringContaining(text) : '')),
      );
      expect(results.map(({ deviceSecret }) => deviceSecret).join('')).toBe('');
      expect([created, refused]).toEqual(['0', '7']);
    });
    expect(told).toEqual([]);
    expect(await names()).toEqual([DEVICE]);
    expect(await fixture.db.prisma.auditLog.count({ where: { action: 'device.create' } })).toBe(1);
  });

  test('of calls at once that want the same names one gets each', async () => {
    const { admin } = fixture;
    const some = Array.from({ length: 300 }, (_, i) => ({ deviceName: `dev-${i}` }));
    const answers = await Promise.all([
      admin.createDevices({ productID: PRODUCT, rows: some }),
      admin.createDevices({ productID: PRODUCT, rows: [...some].reverse() }),
      admin.createDevices({ productID: PRODUCT, rows: some, allOrNothing: true }),
    ]);
    expect(answers.reduce((sum, { created }) => sum + Number(created), 0)).toBe(300);
    expect(['0', '300']).toContain(answers[2]?.created);
    expect(await fixture.db.prisma.device.count()).toBe(301);
  });

  test.each<[string, object, string]>([
    ['neither count nor rows', {}, 'count or rows'],
    ['both', { count: 1, prefix: 'meter', rows: [{ deviceName: 'new-1' }] }, 'count or rows'],
    ['too many', { count: 10_001, prefix: 'meter' }, 'count must be 1 to 10000'],
    ['a negative count', { count: -1, prefix: 'meter' }, 'count'],
    ['no prefix', { count: 1 }, 'prefix must not be empty'],
    ['a prefix that is no text', { count: 1, prefix: 'a\0' }, 'prefix must not contain U+0000'],
    ['too many rows', { rows: Array.from({ length: 10_001 }, () => ({})) }, 'rows must have at most 10000'],
  ])('%s is refused as a whole', async (_case, request, text) => {
    await expect(fixture.admin.createDevices({ productID: PRODUCT, ...request })).rejects.toEqual(
      rpcError(100006, text),
    );
  });
});

describe('published products', () => {
  const published = rpcError(100006, 'unpublish the product first');
  const publish = (status: number) => fixture.products.productInfoUpdate({ productID: PRODUCT, status });

  test('keep their thing model, their ProductKey and their life', async () => {
    const { products, devices } = fixture;
    await devices.deviceInfoDelete(NAMES);
    const { tsl } = await products.productSchemaTslRead({ productID: PRODUCT });
    const changes = [
      () => products.productSchemaTslImport({ productID: PRODUCT, tsl }),
      () => products.productSchemaUpdate({ info: { productID: PRODUCT, identifier: 'rpm', name: { value: 'x' } } }),
      () => products.productSchemaDelete({ productID: PRODUCT, identifier: 'rpm' }),
      () => products.productInfoUpdate({ productID: PRODUCT, protocolConf: { productID: 'a1B2c3D4e5F' } }),
      () => products.productInfoUpdate({ productID: PRODUCT, status: 3, protocolConf: { productID: 'a1B2c3D4e5F' } }),
      () => products.productInfoDelete({ productID: PRODUCT }),
    ];
    await publish(1);
    for (const change of changes) await expect(change()).rejects.toEqual(published);
    // Everything else may change.
    await products.productInfoUpdate({ productID: PRODUCT, autoRegister: 2, tags: { a: 'b' } });
    await products.productInfoUpdate({ productID: PRODUCT, protocolConf: { validation: 'strong' } });
    await publish(3);
    for (const change of changes) await change();
    await expect(products.productInfoRead({ productID: PRODUCT })).rejects.toEqual(rpcError(100009, PRODUCT));
  });

  test('a new product is in development', async () => {
    expect(await fixture.products.productInfoRead({ productID: PRODUCT })).toMatchObject({ status: '3' });
  });
});

test('devices are found by what they are', async () => {
  const { devices, admin, bus } = fixture;
  await admin.createDevices({ productID: PRODUCT, count: 3, prefix: 'find' });
  const named = (n: number) => ({ productID: PRODUCT, deviceName: `find000${n}` });
  await devices.deviceInfoUpdate({ ...named(1), isEnable: 2, tags: { site: 'a', floor: '1' } });
  await devices.deviceInfoUpdate({ ...named(2), tags: { site: 'a', floor: '2' } });
  await sendStatus(bus, { action: 'connected', timestamp: nowMs }, named(2));
  const found = async (request: object) => {
    const orders = [{ field: 'deviceName', sort: '1' }];
    const { list, total } = await devices.deviceInfoIndex({
      deviceName: 'find',
      page: { page: 1, size: 2, orders },
      ...request,
    });
    return [...list.map(({ deviceName }) => deviceName.slice(-1)), Number(total)].join();
  };
  expect(await found({})).toBe('1,2,3');
  expect(await found({ tags: { site: 'a' } })).toBe('1,2,2');
  expect(await found({ tags: { site: 'a', floor: '2' } })).toBe('2,1');
  expect(await found({ tagsLike: { site: 'A'.toLowerCase() } })).toBe('1,2,2');
  expect(await found({ status: 1 })).toBe('1,3,2');
  expect(await found({ status: 2 })).toBe('2,1');
  expect(await found({ status: 100 })).toBe('1,1');
  expect(await found({ statuses: [2, 100] })).toBe('1,2,2');
  expect(await found({ status: 4 })).toBe('0');
});

describe('rotateKey', () => {
  const NEXT = Buffer.alloc(32, 2);

  test('seals everything anew while it is read; then the former key is not needed', async () => {
    const database = await createDatabase();
    const databaseUrl = database.url;
    const first = await startDm({ databaseUrl });
    let secrets: ReadonlyMap<string, string>;
    try {
      await createDevices(first);
      const { results } = await first.admin.createDevices({ productID: PRODUCT, count: 2345, prefix: 'meter' });
      secrets = new Map(results.map(({ deviceName, deviceSecret }) => [deviceName, deviceSecret]));
      await first.products.productInfoUpdate({ productID: PRODUCT, secret: 'aProductSecret01' });
    } finally {
      await first.stop();
    }
    const keys = [...secrets.keys()].slice(0, 1000).map((deviceName) => ({ productKey: PRODUCT, deviceName }));
    const check = async ({ directory }: DmFixture) => {
      const { devices, products } = await directory.resolve({ devices: keys, productKeys: [PRODUCT] });
      expect(devices).toHaveLength(keys.length);
      for (const { deviceName, secret } of devices) expect(secret).toBe(secrets.get(deviceName));
      expect(products[0]?.secret).toBe('aProductSecret01');
    };

    const second = await startDm({ databaseUrl, secretBox: createSecretBox(NEXT, [KEY]) });
    try {
      await check(second);
      // Half a run, as one that was broken off leaves it.
      const row = await second.db.prisma.device.findFirstOrThrow({ orderBy: { id: 'desc' } });
      await second.devices.deviceInfoUpdate({ productID: PRODUCT, deviceName: row.deviceName, secret: 'changed' });
      let isRunning = true;
      const reading = (async () => {
        while (isRunning) await check(second);
      })();
      const [{ rotated, keyId }] = await Promise.all([
        second.admin.rotateKey({}, { deadlineMs: PATIENCE_MS }),
        second.admin.createDevices({ productID: PRODUCT, count: 10, prefix: 'later' }),
      ]);
      isRunning = false;
      await reading;
      expect([rotated, keyId]).toEqual(['2345', createSecretBox(NEXT).keyId]);
      expect(await second.admin.rotateKey({})).toEqual({ rotated: '0', keyId });
    } finally {
      await second.stop();
    }

    const third = await startDm({ databaseUrl, secretBox: createSecretBox(NEXT) });
    try {
      await check(third);
      expect(await dump(third)).not.toContain(createSecretBox(KEY).keyId);
      const { list } = await third.devices.deviceInfoIndex({ deviceName: 'later', page: { page: 1, size: 1 } });
      expect((await third.devices.deviceInfoRead(list[0]!)).secret).toMatch(/^[0-9a-f]{32}$/);
    } finally {
      await third.stop();
      await database.drop();
    }
  });

  test('names what no key opens, and rotates the rest', async () => {
    const { admin, db } = fixture;
    await admin.createDevices({ productID: PRODUCT, rows: [{ deviceName: 'moved' + '1' }] });
    const stranger = createSecretBox(NEXT).seal('x', 'device:x');
    await db.prisma.device.updateMany({ where: NAMES, data: { secret: stranger } });
    await expect(admin.rotateKey({})).rejects.toEqual(rpcError(100007, `device:${PRODUCT}/${DEVICE}`));
    expect((await db.prisma.device.findFirstOrThrow({ where: NAMES })).secret).toBe(stranger);
  });
});
