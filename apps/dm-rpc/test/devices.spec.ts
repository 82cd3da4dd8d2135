import { decodeEnvelope } from '@alink/contract';
import { createDevices, DEVICE, NAMES, PRODUCT, rpcError, startDm, toldDuring, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
let nowMs = Date.now();
beforeAll(async () => void (fixture = await startDm({ now: () => nowMs })));
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture));
afterEach(async () => {
  const { prisma } = fixture.db;
  await prisma.device.deleteMany();
  await prisma.product.deleteMany();
  await prisma.protocolInfo.deleteMany();
  await prisma.protocolService.deleteMany();
});

describe('devices', () => {
  test('what is given is kept to the byte and read back', async () => {
    const { devices } = fixture;
    const given = {
      ...NAMES,
      projectID: '9223372036854775807',
      areaID: '-1',
      secret: 'testsecret001',
      imei: '860000000000001',
      mac: '00:11:22:33:44:55',
      version: { value: '1.0' },
      Position: { longitude: 121.4737, latitude: 31.2304 },
      address: { value: '' },
      tags: { room: '1' },
      deviceAlias: { value: '书房' },
      rssi: { value: '-70' },
      distributor: { id: '3', idPath: '1-3-', updatedTime: '5' },
      isEnable: '1',
      protocolConf: { a: 'b' },
    };
    await devices.deviceInfoCreate(given);
    const read = await devices.deviceInfoRead(NAMES);
    expect(read).toMatchObject(given);
    expect(read).toMatchObject({ productName: 'Test', isOnline: '2', status: '1', firstLogin: '0', deviceType: '1' });
  });

  test('a secret is made where none is given: 32 characters, sealed, and in no list', async () => {
    const { devices, db } = fixture;
    await devices.deviceInfoCreate(NAMES);
    const { secret } = await devices.deviceInfoRead(NAMES);
    expect(secret).toMatch(/^[0-9a-f]{32}$/);
    expect((await devices.deviceInfoIndex({})).list[0]).toMatchObject({ deviceName: DEVICE, secret: '' });
    expect((await db.prisma.device.findFirstOrThrow()).secret).not.toContain(secret);
    expect(fixture.logged.join('')).not.toContain(secret);
  });

  test.each(['abcd', 'a'.repeat(32), 'a-_@.:9Z', '00:11:22:33:44:55'])(
    'takes the DeviceName %s',
    async (deviceName) => {
      await fixture.devices.deviceInfoCreate({ productID: PRODUCT, deviceName });
      expect((await fixture.devices.deviceInfoRead({ productID: PRODUCT, deviceName })).deviceName).toBe(deviceName);
    },
  );

  test.each<[string, object, number, string]>([
    ['a short name', { deviceName: 'abc' }, 100006, 'deviceName must be 4 to 32'],
    ['a long name', { deviceName: 'a'.repeat(33) }, 100006, 'deviceName must be 4 to 32'],
    ['a name with a slash', { deviceName: 'ab/cd' }, 100006, 'deviceName must be 4 to 32'],
    ['a name in Chinese', { deviceName: '温度计设备' }, 100006, 'deviceName must be 4 to 32'],
    ['no name', { deviceName: '' }, 100006, 'deviceName must not be empty'],
    ['no product', { productID: '' }, 100006, 'productID must not be empty'],
    ['an unknown product', { productID: 'nobody' }, 100006, 'product nobody does not exist'],
    ['isEnable 3', { isEnable: '3' }, 100006, 'isEnable must be one of 1, 2'],
    ['a secret with a line feed', { secret: 'a\nb' }, 100006, 'secret must have'],
    ['an unknown registration', { protocolConf: { registration: 'x' } }, 100006, 'registration'],
  ])('%s is refused, and nothing is written', async (_case, over, code, text) => {
    await expect(fixture.devices.deviceInfoCreate({ ...NAMES, ...over })).rejects.toEqual(rpcError(code, text));
    expect(await fixture.db.prisma.device.count()).toBe(0);
  });

  test('one that nobody has named is called after its product', async () => {
    const { devices } = fixture;
    const aliasOf = async (deviceName: string) =>
      (await devices.deviceInfoRead({ productID: PRODUCT, deviceName })).deviceAlias?.value;
    await devices.deviceInfoCreate({ productID: PRODUCT, deviceName: 'dev001' });
    await devices.deviceInfoCreate({ productID: PRODUCT, deviceName: 'dev002' });
    expect(await aliasOf('dev001')).toMatch(/^Test\d{1,2}$/);
    expect(await aliasOf('dev002')).not.toBe(await aliasOf('dev001'));
    await devices.deviceInfoCreate({ productID: PRODUCT, deviceName: 'dev003', deviceAlias: { value: '' } });
    expect(await aliasOf('dev003')).toBe('');
  });

  test('its product may be named instead of given by its id', async () => {
    const { devices } = fixture;
    await devices.deviceInfoCreate({ productName: 'Test', deviceName: DEVICE });
    await devices.deviceInfoUpdate({ productName: 'Test', deviceName: DEVICE, imei: '86' });
    expect(await devices.deviceInfoRead(NAMES)).toMatchObject({ productID: PRODUCT, imei: '86' });
    await expect(devices.deviceInfoCreate({ productName: 'Tes', deviceName: DEVICE })).rejects.toEqual(
      rpcError(100009, 'product Tes does not exist'),
    );
  });

  test('of many that create the same device one succeeds', async () => {
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => fixture.devices.deviceInfoCreate(NAMES)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toEqual(rpcError(100010, `deviceName ${DEVICE}`));
    }
  });

  test('an unknown device is 100009, and a bad parameter to who deletes it', async () => {
    const text = `device ${DEVICE} of product ${PRODUCT} does not exist`;
    const error = rpcError(100009, text);
    await expect(fixture.devices.deviceInfoRead(NAMES)).rejects.toEqual(error);
    await expect(fixture.devices.deviceInfoUpdate(NAMES)).rejects.toEqual(error);
    await expect(fixture.devices.deviceInfoDelete(NAMES)).rejects.toEqual(rpcError(100006, text));
    await expect(fixture.data.propertyLatestIndex(NAMES)).rejects.toEqual(error);
    await expect(fixture.data.sendLogIndex(NAMES)).rejects.toEqual(error);
    await expect(fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":1}' })).rejects.toEqual(error);
  });

  test('an update changes only what is set, and updates at once do not undo each other', async () => {
    const { devices } = fixture;
    await devices.deviceInfoCreate({ ...NAMES, secret: 'testsecret001', imei: '1', tags: { a: '1' } });
    await Promise.all([
      devices.deviceInfoUpdate({ ...NAMES, mac: 'm' }),
      devices.deviceInfoUpdate({ ...NAMES, imei: '2' }),
      devices.deviceInfoUpdate({ ...NAMES, phone: { value: '' } }),
      devices.deviceInfoUpdate({ ...NAMES, isEnable: '2' }),
      devices.deviceInfoUpdate({ ...NAMES, deviceAlias: { value: 'x' } }),
    ]);
    expect(await devices.deviceInfoRead(NAMES)).toMatchObject({
      mac: 'm',
      imei: '2',
      phone: { value: '' },
      isEnable: '2',
      deviceAlias: { value: 'x' },
      secret: 'testsecret001',
      tags: { a: '1' },
    });
    await devices.deviceInfoUpdate({ ...NAMES, secret: 'another' });
    expect((await devices.deviceInfoRead(NAMES)).secret).toBe('another');
  });

  test('one made by its first connect stays so', async () => {
    const { devices } = fixture;
    await devices.deviceInfoCreate({ ...NAMES, protocolConf: { registration: 'auto' } });
    await devices.deviceInfoUpdate({ ...NAMES, protocolConf: { registration: 'operator', a: 'b' } });
    expect((await devices.deviceInfoRead(NAMES)).protocolConf).toEqual({ registration: 'auto', a: 'b' });
  });

  test('lists filter and count', async () => {
    const { devices, db } = fixture;
    for (const deviceName of ['dev001', 'dev002', 'dev003', 'other-9']) {
      await devices.deviceInfoCreate({ productID: PRODUCT, deviceName, tags: { last: deviceName.slice(-1) } });
    }
    const firstLogin = new Date();
    await db.prisma.device.updateMany({ where: { deviceName: 'dev001' }, data: { isOnline: true, firstLogin } });
    await db.prisma.device.updateMany({ where: { deviceName: 'dev002' }, data: { firstLogin } });
    const names = async (request: Parameters<typeof devices.deviceInfoIndex>[0]) => {
      const { list, total } = await devices.deviceInfoIndex(request);
      return [...list.map((device) => device.deviceName), Number(total)].join();
    };
    expect(await names({})).toBe('other-9,dev003,dev002,dev001,4');
    expect(await names({ page: { page: '2', size: '3' } })).toBe('dev001,4');
    expect(await names({ deviceName: 'dev' })).toBe('dev003,dev002,dev001,3');
    expect(await names({ deviceNames: ['dev001', 'other-9'] })).toBe('other-9,dev001,2');
    expect(await names({ devices: [NAMES] })).toBe('dev001,1');
    expect(await names({ isOnline: '1' })).toBe('dev001,1');
    expect(await names({ statuses: ['1'] })).toBe('other-9,dev003,2');
    expect(await names({ status: '3' })).toBe('dev002,1');
    expect(await names({ tags: { last: '3' } })).toBe('dev003,1');
    expect(await names({ tagsLike: { last: '3' } })).toBe('dev003,1');
    expect(await names({ productID: 'nobody' })).toBe('0');
    expect(await names({ deviceType: '2' })).toBe('0');
    const orders = [{ field: 'deviceName', sort: '1' }];
    expect(await names({ page: { page: '1', size: '2', orders } })).toBe('dev001,dev002,4');
    expect(await devices.deviceInfoCount({})).toEqual({
      online: '1',
      offline: '1',
      inactive: '2',
      unknown: '0',
      total: '4',
    });
  });

  test('one that was reset is online as long as its session, in lists and counts', async () => {
    const { devices, db } = fixture;
    await devices.deviceInfoCreate(NAMES);
    await db.prisma.device.updateMany({ data: { isOnline: true, firstLogin: null, resetAt: new Date(nowMs) } });
    const online = await devices.deviceInfoIndex({ status: '2' });
    expect(online.list.map(({ deviceName, status }) => [deviceName, status])).toEqual([[DEVICE, '2']]);
    expect((await devices.deviceInfoIndex({ status: '1' })).total).toBe('0');
    expect(await devices.deviceInfoCount({})).toMatchObject({ online: '1', inactive: '0', offline: '0', total: '1' });
  });

  test('what is searched for is taken literally', async () => {
    const { devices } = fixture;
    for (const [deviceName, text] of [
      ['dev_001', '50%'],
      ['dev-001', '50 %'],
      ['devX001', '\\'],
    ] as const) {
      await devices.deviceInfoCreate({ productID: PRODUCT, deviceName, deviceAlias: { value: text }, tags: { text } });
    }
    const found = async (request: Parameters<typeof devices.deviceInfoIndex>[0]) =>
      (await devices.deviceInfoIndex(request)).list.map((device) => device.deviceName).join();
    expect(await found({ deviceName: 'V_0' })).toBe('dev_001');
    expect(await found({ deviceAlias: '0%' })).toBe('dev_001');
    expect(await found({ deviceNameOrAlias: '%' })).toBe('dev-001,dev_001');
    expect(await found({ deviceNameOrAlias: '\\' })).toBe('devX001');
    expect(await found({ tagsLike: { text: '0%' } })).toBe('dev_001');
    expect(await found({ tagsLike: { text: '\\' } })).toBe('devX001');
  });

  test('two thousand with long tags go into one list', async () => {
    const { devices, db } = fixture;
    const tags = { text: 'x'.repeat(2600) };
    await db.prisma.$executeRaw`
      INSERT INTO device (product_id, device_name, secret, tags, updated_at)
      SELECT ${PRODUCT}, 'long' || i, '', ${JSON.stringify(tags)}::jsonb, now() FROM generate_series(1, 2000) AS i`;
    const { list } = await devices.deviceInfoIndex({});
    expect([list.length, list[0]?.tags]).toEqual([2000, tags]);
  });

  test('a list that is too long for the database is refused', async () => {
    const deviceNames = Array.from({ length: 40_000 }, (_, i) => `dev${i}`);
    await expect(fixture.devices.deviceInfoIndex({ deviceNames })).rejects.toEqual(rpcError(100006, 'too long'));
  });

  test('everyone is told of each change', async () => {
    const { devices, bus } = fixture;
    const told: string[] = [];
    const listening = bus.subscribe('server.>', ({ subject, data }) =>
      told.push(`${subject} ${decodeEnvelope(data.toString()).data}`),
    );
    const data = JSON.stringify(NAMES);
    const changed = `server.cache.sync.cache:dm:device ${data}`;
    await devices.deviceInfoCreate(NAMES);
    await devices.deviceInfoUpdate({ ...NAMES, isEnable: '2' });
    await devices.deviceInfoDelete(NAMES);
    await new Promise(setImmediate);
    listening.unsubscribe();
    expect(told).toEqual([
      changed,
      `server.things.dm.device.info.create ${data}`,
      changed,
      `server.things.dm.device.info.update ${data}`,
      changed,
      `server.things.dm.device.info.delete ${data}`,
    ]);
  });
});

describe('directory', () => {
  test('answers for devices and products by the ProductKey that they dial', async () => {
    const { devices, products, directory } = fixture;
    await products.productInfoCreate({
      productID: 'inside',
      productName: 'x',
      secret: 'aProductSecret01',
      autoRegister: '3',
      status: '2',
      protocolConf: { productID: 'a1B2c3D4e5F', validation: 'strong' },
    });
    await devices.deviceInfoCreate({ ...NAMES, secret: 'testsecret001' });
    await devices.deviceInfoCreate({ productID: 'inside', deviceName: DEVICE, protocolConf: { registration: 'auto' } });
    const answer = await directory.resolve({
      devices: [
        { productKey: PRODUCT, deviceName: DEVICE },
        { productKey: PRODUCT, deviceName: DEVICE },
        { productKey: PRODUCT, deviceName: 'unknown' },
        { productKey: 'inside', deviceName: DEVICE },
        { productKey: 'a1B2c3D4e5F', deviceName: DEVICE },
      ],
      productKeys: ['nobody', 'inside', 'a1B2c3D4e5F', PRODUCT],
    });
    expect(answer.devices).toHaveLength(2);
    expect(answer.devices).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...NAMES,
          productKey: PRODUCT,
          secret: 'testsecret001',
          enabled: true,
          registration: 'operator',
        }),
        expect.objectContaining({
          productKey: 'a1B2c3D4e5F',
          productID: 'inside',
          registration: 'auto',
          firstLogin: '0',
          resetAt: '0',
        }),
      ]),
    );
    const byKey = Object.fromEntries(answer.products.map((product) => [product.productKey, product]));
    expect(Object.keys(byKey).sort()).toEqual(['a1B2c3D4e5F', PRODUCT]);
    expect(byKey['a1B2c3D4e5F']).toMatchObject({
      productID: 'inside',
      secret: 'aProductSecret01',
      enabled: false,
      autoRegister: '3',
      validation: 'strong',
      schema: '',
    });
    expect(byKey[PRODUCT]).toMatchObject({ enabled: true, validation: 'weak' });
    expect(JSON.parse(byKey[PRODUCT]!.schema).properties).toHaveLength(3);
  });

  test('knows the other products where the stored model of one cannot be read', async () => {
    const { products, directory, db } = fixture;
    await products.productInfoCreate({ productID: 'broken', productName: 'x' });
    await db.prisma.schemaEntry.create({
      data: {
        productID: 'broken',
        identifier: 'p',
        type: 1,
        name: 'p',
        affordance: '{"define":{"type":"unheard-of"}}',
      },
    });
    const answer = await directory.resolve({ productKeys: ['broken', PRODUCT] });
    const schemas = new Map(answer.products.map(({ productKey, schema }) => [productKey, schema]));
    expect(schemas.get('broken')).toBe('');
    expect(JSON.parse(schemas.get(PRODUCT)!)).toMatchObject({ properties: expect.any(Array) as unknown[] });
  });

  test('takes a thousand devices at once, and no more', async () => {
    const keys = Array.from({ length: 1001 }, (_, i) => ({ productKey: PRODUCT, deviceName: `dev${i}` }));
    await fixture.db.prisma.device.createMany({
      data: keys.map(({ deviceName }) => ({ productID: PRODUCT, deviceName, secret: '' })),
    });
    await expect(fixture.directory.resolve({ devices: keys })).rejects.toEqual(rpcError(100006, 'devices'));
    await fixture.db.prisma.device.deleteMany();
    const { list } = await fixture.devices.deviceInfoIndex({});
    expect(list).toEqual([]);
    const { devices, products } = await fixture.directory.resolve({ devices: keys.slice(1) });
    expect([devices.length, products.length]).toEqual([0, 0]);
  });
});

describe('protocols', () => {
  const info = {
    code: 'aliyunMqtt',
    name: '阿里Alink协议-mqtt',
    type: 'normal',
    transProtocol: 'mqtt',
    etcdKey: 'dg.rpc',
  };

  test('are read by id and by code, changed and removed', async () => {
    const { protocols } = fixture;
    const { id } = await protocols.protocolInfoCreate({ ...info, configFields: [{ id: '1', key: 'k', label: 'l' }] });
    expect(await protocols.protocolInfoRead({ code: 'aliyunMqtt' })).toMatchObject({ ...info, id });
    await protocols.protocolInfoUpdate({ id, desc: 'changed', endpoints: ['mqtt://x'] });
    expect(await protocols.protocolInfoRead({ id })).toMatchObject({
      ...info,
      desc: 'changed',
      endpoints: ['mqtt://x'],
      configFields: [{ id: '1', key: 'k', label: 'l' }],
    });
    expect((await protocols.protocolInfoIndex({ notCodes: ['aliyunMqtt'] })).list).toEqual([]);
    await protocols.protocolInfoDelete({ id });
    await expect(protocols.protocolInfoRead({ id })).rejects.toEqual(rpcError(100009, `protocol ${id}`));
    await expect(protocols.protocolInfoUpdate({ id, name: 'x' })).rejects.toEqual(rpcError(100009, `protocol ${id}`));
    await expect(protocols.protocolInfoCreate({ name: 'x' })).rejects.toEqual(
      rpcError(100006, 'code must not be empty'),
    );
  });

  test.each(['a b', 'a\n', '*', 'a.>'])(
    'of code %j have no subject: neither they nor their products are made',
    async (code) => {
      const { protocols, products } = fixture;
      const refused = (field: string) => rpcError(100006, `${field} must have no white space, * or >`);
      const product = { productID: 'ofNoProtocol', productName: 'Of no protocol', protocolCode: code };
      await expect(protocols.protocolInfoCreate({ ...info, code })).rejects.toEqual(refused('code'));
      await expect(products.productInfoCreate(product)).rejects.toEqual(refused('protocolCode'));
      const { productID } = NAMES;
      await expect(products.productInfoUpdate({ productID, protocolCode: code })).rejects.toEqual(
        refused('protocolCode'),
      );
    },
  );

  test('that are announced again keep their id and what operators have configured', async () => {
    const { protocols } = fixture;
    const configInfos = [{ id: '7', config: { key: 'value' }, desc: 'one' }];
    const configFields = [{ id: '1', group: 'g', key: 'key', label: 'l', isRequired: true, sort: '2' }];
    const { id } = await protocols.protocolInfoCreate({ ...info, configInfos, configFields });
    const again = { code: info.code, name: 'Another name', type: 'media', transProtocol: 'tcp', endpoints: ['e'] };
    expect(await protocols.protocolInfoCreate(again)).toEqual({ id });
    expect(await protocols.protocolInfoRead({ id })).toMatchObject({
      ...info,
      name: 'Another name',
      endpoints: ['e'],
      etcdKey: '',
      configInfos,
      configFields: [],
    });
    const created = await Promise.all(
      [1, 2, 3, 4].map(() => protocols.protocolInfoCreate({ ...info, code: 'atOnce' })),
    );
    expect(new Set(created.map((answer) => answer.id)).size).toBe(1);
  });

  test('tell the configurations that are in force, as a list', async () => {
    const { protocols, bus } = fixture;
    const subject = 'server.things.dm.protocol.aliyunMqtt.update';
    const configInfos: { config: Record<string, string> }[] = [
      { config: { key: 'a' } },
      { config: { key: 'b', more: 'c' } },
    ];
    let id = '';
    expect(await toldDuring(bus, async () => ({ id } = await protocols.protocolInfoCreate(info)))).toEqual([
      [subject, []],
    ]);
    expect(await toldDuring(bus, () => protocols.protocolInfoUpdate({ id, configInfos }))).toEqual([
      [subject, [{ key: 'a' }, { key: 'b', more: 'c' }]],
    ]);
    expect(await toldDuring(bus, () => protocols.protocolInfoCreate(info))).toEqual([]);
  });

  test('and instances that do not exist are deleted already', async () => {
    const { protocols } = fixture;
    expect(await protocols.protocolInfoDelete({ id: '999' })).toEqual({});
    expect(await protocols.protocolServiceDelete({ id: '999' })).toEqual({});
  });

  test('show a product its own', async () => {
    await fixture.protocols.protocolInfoCreate(info);
    const { protocol } = await fixture.products.productInfoRead({ productID: PRODUCT, withProtocol: true });
    expect(protocol).toMatchObject(info);
  });

  test('an instance runs while it says so, and for three minutes after', async () => {
    const { protocols } = fixture;
    const instance = { code: 'another', ip: '10.0.0.1', port: '9108' };
    await protocols.protocolInfoCreate({ code: 'another', name: 'Another' });
    const statuses = async () =>
      (await protocols.protocolServiceIndex({})).list.map((row) => `${row.port}:${row.status}`);
    await Promise.all([1, 2, 3, 4].map(() => protocols.protocolServiceUpdate({ ...instance, status: '1' })));
    await protocols.protocolServiceUpdate({ ...instance, port: '9109', status: '2' });
    expect(await statuses()).toEqual(['9108:1', '9109:2']);
    nowMs += 179_000;
    expect(await statuses()).toEqual(['9108:1', '9109:2']);
    nowMs += 2_000;
    expect(await statuses()).toEqual(['9108:2', '9109:2']);
    await protocols.protocolServiceUpdate({ ...instance, status: '1' });
    expect(await statuses()).toEqual(['9108:1', '9109:2']);
    const { list } = await protocols.protocolServiceIndex({ code: 'another' });
    await protocols.protocolServiceDelete({ id: list[0]!.id });
    expect(await statuses()).toEqual(['9109:2']);
    await expect(protocols.protocolServiceUpdate({ code: 'x', port: '1' })).rejects.toEqual(
      rpcError(100006, 'ip must not be empty'),
    );
  });

  test('an instance of a protocol that does not exist is not kept, also when the protocol goes at that moment', async () => {
    const { protocols } = fixture;
    const update = (ip: string) => protocols.protocolServiceUpdate({ code: 'gone', ip, port: '1' });
    await expect(update('10.0.0.1')).rejects.toEqual(rpcError(100009, 'protocol gone does not exist'));
    for (let round = 0; round < 10; round++) {
      const { id } = await protocols.protocolInfoCreate({ code: 'gone', name: 'Gone' });
      await update('10.0.0.1');
      const updates = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((ip) => update(ip).catch((error: unknown) => error));
      await Promise.all([protocols.protocolInfoDelete({ id }), ...updates]);
      expect((await protocols.protocolServiceIndex({ code: 'gone' })).list).toEqual([]);
    }
  });
});
