import { services } from '@alink/contract';
import { maintainPartitions } from '@alink/db';
import { createAuthority } from './certificate-authority';
import { DEVICE, dump, NAMES, PRODUCT, rpcError, startDm, TSL, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
let nowMs = 1778593628940;
beforeAll(async () => void (fixture = await startDm({ now: () => nowMs })));
afterAll(() => fixture?.stop());
afterEach(async () => {
  const { prisma } = fixture.db;
  await prisma.device.deleteMany();
  await prisma.product.deleteMany();
  await prisma.auditLog.deleteMany();
});

const user = { TenantCode: 'default', UserID: '7', Account: 'alice', IsAdmin: true };
const PS = 'aProductSecret01';
const DS = 'testsecret001';

/** What is about no product. */
const OF_NO_PRODUCT = /^(secrets|category|definition)\.|^group\.(create|update|delete)$|^product\.export$/;
/** A file of products. */
const fileOf = (ProductID: string) => JSON.stringify([{ Info: { ProductID, ProductName: ProductID, Secret: PS } }]);

/** Methods that change nothing of what operators own, and hand out no file of secrets. The online state is corrected by nodes and has a log of its own. */
const READ_ONLY =
  /^read$|Read$|Index$|Counts?$|(?<!^productInfoMulti)Export$|^list|^readConfiguration$|^readIotToken$|^resolveCertificate$|^deviceOnlineMultiFix$|^productInit$|^commonSchemaInit$|^rootCheck$/;
/** What devices are sent stands in the record of commands. */
const COMMANDS = /^(bootstrapNotify|permitJoin|rrpc)$/;
/** Services with changes of what operators own: how a test calls them. */
const CHANGING = {
  products: services.productManage,
  devices: services.deviceManage,
  definitions: services.schemaManage,
  groups: services.deviceGroup,
  catalog: services.catalog,
  admin: services.deviceAdmin,
  credentials: services.credentials,
  topics: services.topics,
  jobs: services.deviceJobs,
  desired: services.desired,
  shadow: services.shadow,
  remoteConfig: services.remoteConfig,
  configurations: services.configurations,
} as const;
/** Of different services, methods of one name. */
const AMBIGUOUS = new Set(['desired', 'shadow']);
const changesOf = (): string[] =>
  Object.entries(CHANGING).flatMap(([client, { definition }]) =>
    Object.keys(definition)
      .filter((method) => ![READ_ONLY, COMMANDS].some((left) => left.test(method)))
      .map((method) => (AMBIGUOUS.has(client) ? `${client}.${method}` : method)),
  );

test('every change of a product, a device or a credential leaves a line, without a secret', async () => {
  const { products, devices, definitions, groups, catalog, admin, credentials, topics, jobs } = fixture;
  const { desired, shadow, remoteConfig, configurations } = fixture;
  const productID = PRODUCT;
  const info = (identifier: string) => ({
    productID,
    type: 1,
    tag: 1,
    identifier,
    name: { value: identifier },
    affordance: { value: JSON.stringify({ define: { type: 'int', min: '0', max: '9', step: '1' }, mode: 'rw' }) },
  });
  const ca = await createAuthority('CN=CA');
  const rule = { topic: 'user/update', targetDeviceName: 'dev002', targetTopic: 'user/get' };
  let ruleID = '';
  let jobID = '';
  let groupID = '';
  const hall = await fixture.groups.groupInfoCreate({ name: 'hall' });
  const attic = await fixture.groups.groupInfoCreate({ name: 'attic' });
  const gateway = { productID: 'gateways', deviceName: 'gate1' };
  await products.productInfoCreate({ productID: 'gateways', productName: 'g', deviceType: 2 });
  await devices.deviceInfoCreate(gateway);
  await fixture.db.prisma.auditLog.deleteMany();
  const options = { user };
  type Step = [string, string, () => Promise<unknown>];
  const steps: Step[] = [
    [
      'productInfoCreate',
      'product.create',
      () => products.productInfoCreate({ productID, productName: 'x', secret: PS }, options),
    ],
    [
      'productInfoUpdate',
      'product.update',
      () =>
        products.productInfoUpdate(
          { productID, autoRegister: 4, secret: `${PS}2`, protocolConf: { password: 'hidden-1' } },
          options,
        ),
    ],
    [
      'productSchemaTslImport',
      'schema.import',
      () => products.productSchemaTslImport({ productID, tsl: JSON.stringify(TSL) }, options),
    ],
    ['productSchemaCreate', 'schema.create', () => products.productSchemaCreate({ info: info('level') }, options)],
    [
      'productSchemaMultiCreate',
      'schema.create',
      () => products.productSchemaMultiCreate({ productID, list: [info('width')] }, options),
    ],
    [
      'productSchemaUpdate',
      'schema.update',
      () =>
        products.productSchemaUpdate({ info: { productID, identifier: 'level', name: { value: 'Level' } } }, options),
    ],
    [
      'productSchemaDelete',
      'schema.delete',
      () => products.productSchemaDelete({ productID, identifier: 'level' }, options),
    ],
    ['deviceInfoCreate', 'device.create', () => devices.deviceInfoCreate({ ...NAMES, secret: DS }, options)],
    [
      'deviceInfoUpdate',
      'device.update',
      () => devices.deviceInfoUpdate({ ...NAMES, isEnable: 1, secret: `${DS}2`, tags: { a: 'hidden-2' } }, options),
    ],
    [
      'rotateDeviceSecret',
      'device.rotateSecret',
      () => admin.rotateDeviceSecret({ ...NAMES, secret: `${DS}3` }, options),
    ],
    [
      'rotateProductSecret',
      'product.rotateSecret',
      () => admin.rotateProductSecret({ productID, secret: `${PS}3` }, options),
    ],
    ['registerDevice', 'device.register', () => credentials.registerDevice(NAMES, options)],
    ['issueDeviceToken', 'token.issue', () => credentials.issueDeviceToken(NAMES, options)],
    ['issueIotToken', 'token.issue', () => credentials.issueIotToken(NAMES, options)],
    ['setDeviceTags', 'device.update', () => admin.setDeviceTags({ ...NAMES, tags: { site: 'hall' } }, options)],
    [
      'setProductTags',
      'product.update',
      () => admin.setProductTags({ productID, tags: { line: 'hidden-2' } }, options),
    ],
    [
      'deviceProfileUpdate',
      'profile.update',
      () => devices.deviceProfileUpdate({ device: NAMES, code: 'a', params: 'hidden-2' }, options),
    ],
    [
      'deviceGroupMultiCreate',
      'group.addDevice',
      () => devices.deviceGroupMultiCreate({ ...NAMES, groupIDs: [hall.id] }, options),
    ],
    [
      'deviceGroupMultiUpdate',
      'group.addDevice',
      () => devices.deviceGroupMultiUpdate({ ...NAMES, groupIDs: [hall.id, attic.id] }, options),
    ],
    [
      'deviceGroupMultiDelete',
      'group.removeDevice',
      () => devices.deviceGroupMultiDelete({ ...NAMES, groupIDs: [hall.id] }, options),
    ],
    ['productCategoryCreate', 'category.create', () => products.productCategoryCreate({ name: 'lights' }, options)],
    ['productCategoryUpdate', 'category.update', () => products.productCategoryUpdate({ id: 3, order: 2 }, options)],
    ...(['Create', 'Update', 'Delete'] as const).map((change): Step => [
      `productCategorySchemaMulti${change}`,
      'category.definitions',
      () => products[`productCategorySchemaMulti${change}`]({ productCategoryID: 3 }, options),
    ]),
    [
      'productCategoryMultiImport',
      'category.create',
      () => products.productCategoryMultiImport({ categories: '[{"Name":"fans"}]' }, options),
    ],
    ['productCategoryDelete', 'category.delete', () => products.productCategoryDelete({ id: 3 }, options)],
    [
      'productConfigUpdate',
      'product.update',
      () => products.productConfigUpdate({ productID, DevInit: { areaID: 5 } }, options),
    ],
    [
      'productCustomUpdate',
      'product.custom',
      () => products.productCustomUpdate({ productID, transformScript: { value: 'hidden-2' } }, options),
    ],
    [
      'productInfoMultiImport',
      'product.create',
      () => products.productInfoMultiImport({ products: fileOf('imported') }, options),
    ],
    ['productInfoMultiExport', 'product.export', () => products.productInfoMultiExport({}, options)],
    ['deviceSchemaCreate', 'schema.create', () => devices.deviceSchemaCreate({ ...NAMES, ...info('first') }, options)],
    [
      'deviceSchemaMultiCreate',
      'schema.create',
      () => devices.deviceSchemaMultiCreate({ ...NAMES, list: [info('second')] }, options),
    ],
    [
      'deviceSchemaUpdate',
      'schema.update',
      () => devices.deviceSchemaUpdate({ ...NAMES, identifier: 'first', name: { value: 'n' } }, options),
    ],
    ['deviceSchemaMultiDelete', 'schema.delete', () => devices.deviceSchemaMultiDelete(NAMES, options)],
    ['deviceProfileDelete', 'profile.delete', () => devices.deviceProfileDelete({ device: NAMES }, options)],
    ['revokeToken', 'token.revoke', () => admin.revokeToken(NAMES, options)],
    ['resetDevice', 'device.reset', () => admin.resetDevice(NAMES, options)],
    ['deviceReset', 'device.reset', () => devices.deviceReset({ device: NAMES, log: true }, options)],
    [
      'createDevices',
      'device.create',
      () => admin.createDevices({ productID, rows: [{ deviceName: 'dev002', deviceSecret: `${DS}4` }] }, options),
    ],
    [
      'registerCertificate',
      'certificate.register',
      () => admin.registerCertificate({ productID, pem: ca.pem }, options),
    ],
    [
      'revokeCertificate',
      'certificate.revoke',
      () => admin.revokeCertificate({ productID, fingerprint: 'a'.repeat(64) }, options),
    ],
    [
      'topicClassCreate',
      'topic.create',
      () => topics.topicClassCreate({ productID, topic: 'user/a', permission: 'both' }, options),
    ],
    [
      'topicClassUpdate',
      'topic.update',
      () => topics.topicClassUpdate({ productID, topic: 'user/a', permission: 'publish' }, options),
    ],
    ['topicClassDelete', 'topic.delete', () => topics.topicClassDelete({ productID, topic: 'user/a' }, options)],
    ['topicAccessUpdate', 'topic.access', () => topics.topicAccessUpdate({ productID, definedOnly: true }, options)],
    [
      'forwardRuleCreate',
      'forward.create',
      async () => void (ruleID = (await topics.forwardRuleCreate({ productID, ...rule }, options)).id),
    ],
    [
      'forwardRuleUpdate',
      'forward.update',
      () => topics.forwardRuleUpdate({ productID, id: ruleID, ...rule, disabled: true }, options),
    ],
    ['forwardRuleDelete', 'forward.delete', () => topics.forwardRuleDelete({ productID, id: ruleID }, options)],
    ['broadcast', 'topic.broadcast', () => topics.broadcast({ productID, payload: Buffer.from('x') }, options)],
    [
      'jobCreate',
      'job.create',
      async () => void (jobID = (await jobs.jobCreate({ productID, name: 'j' }, options)).jobID),
    ],
    ['jobCancel', 'job.cancel', () => jobs.jobCancel({ jobID }, options)],
    ['jobRemove', 'job.remove', () => jobs.jobRemove({ jobID }, options)],
    ['desired.set', 'desired.set', () => desired.set({ ...NAMES, data: '{"rpm":5}' }, options)],
    ['desired.delete', 'desired.delete', () => desired.delete({ ...NAMES, identifiers: ['rpm'] }, options)],
    ['shadow.update', 'shadow.update', () => shadow.update({ ...NAMES, desired: '{"a":1}' }, options)],
    ['shadow.delete', 'shadow.delete', () => shadow.delete(NAMES, options)],
    ['RemoteConfigCreate', 'config.set', () => remoteConfig.RemoteConfigCreate({ productID, content: '{}' }, options)],
    ['RemoteConfigPushAll', 'config.push', () => remoteConfig.RemoteConfigPushAll({ productID }, options)],
    [
      'setConfiguration',
      'config.set',
      () => configurations.setConfiguration({ productID, content: '{"a":1}' }, options),
    ],
    ['pushConfiguration', 'config.push', () => configurations.pushConfiguration({ productID }, options)],
    [
      'groupInfoCreate',
      'group.create',
      async () => void (groupID = (await groups.groupInfoCreate({ name: 'cellar' }, options)).id),
    ],
    [
      'groupInfoMultiCreate',
      'group.create',
      () => groups.groupInfoMultiCreate({ groups: [{ name: 'garden' }] }, options),
    ],
    ['groupInfoUpdate', 'group.update', () => groups.groupInfoUpdate({ id: groupID, name: 'vault' }, options)],
    ...(
      [
        ['groupDeviceMultiCreate', 'group.addDevice', [NAMES]],
        ['groupDeviceMultiUpdate', 'group.removeDevice', []],
      ] as const
    ).map(([method, action, list]): Step => [
      method,
      action,
      () => groups[method]({ groupID, list: [...list] }, options),
    ]),
    [
      'groupDeviceMultiDelete',
      'group.removeDevice',
      () => groups.groupDeviceMultiDelete({ groupID: attic.id, list: [NAMES] }, options),
    ],
    ['groupInfoDelete', 'group.delete', () => groups.groupInfoDelete({ id: groupID }, options)],
    [
      'commonSchemaCreate',
      'definition.create',
      () => definitions.commonSchemaCreate({ info: info('shared') }, options),
    ],
    [
      'commonSchemaUpdate',
      'definition.update',
      () => definitions.commonSchemaUpdate({ info: { identifier: 'shared', name: { value: 'n' } } }, options),
    ],
    [
      'commonSchemaMultiImport',
      'definition.create',
      () => definitions.commonSchemaMultiImport({ schemas: JSON.stringify([info('brought')]) }, options),
    ],
    [
      'commonSchemaDelete',
      'definition.delete',
      async () => {
        const { id } = await fixture.db.prisma.commonDefinition.findFirstOrThrow({ where: { identifier: 'shared' } });
        await definitions.commonSchemaDelete({ id: id.toString() }, options);
      },
    ],
    ['importProducts', 'product.create', () => catalog.importProducts({ products: fileOf('imported2') }, options)],
    [
      'DeviceInfoMultiUpdate',
      'device.update',
      () => devices.DeviceInfoMultiUpdate({ devices: [NAMES], areaID: '70' }, options),
    ],
    [
      'deviceGatewayMultiUpdate',
      'topology.add',
      async () => {
        await fixture.db.prisma.product.update({ where: { productID }, data: { deviceType: 3 } });
        await devices.deviceGatewayMultiUpdate({ gateway, list: [NAMES] }, options);
      },
    ],
    [
      'deviceGatewayMultiDelete',
      'topology.remove',
      () => devices.deviceGatewayMultiDelete({ gateway, list: [NAMES] }, options),
    ],
    [
      'deviceGatewayMultiCreate',
      'topology.add',
      () => devices.deviceGatewayMultiCreate({ gateway, list: [NAMES] }, options),
    ],
    [
      'deviceMove',
      'device.move',
      () => devices.deviceMove({ old: NAMES, new: { productID, deviceName: 'dev002' } }, options),
    ],
    ['rotateKey', 'secrets.rotateKey', () => admin.rotateKey({}, options)],
    ['deviceInfoDelete', 'device.delete', () => devices.deviceInfoDelete(NAMES, options)],
    [
      'productInfoDelete',
      'product.delete',
      async () => {
        await fixture.db.prisma.device.deleteMany();
        await products.productInfoDelete({ productID }, options);
      },
    ],
  ];
  expect(steps.map(([method]) => method).sort()).toEqual(changesOf().sort());

  const secrets: string[] = [PS, DS, 'hidden-1', 'hidden-2'];
  const note = (answer: unknown) => {
    for (const key of ['deviceToken', 'iotToken']) {
      const value = (answer as Record<string, string> | undefined)?.[key];
      if (value) secrets.push(value);
    }
  };
  for (const [, action, step] of steps) {
    nowMs += 1;
    note(await step());
    const { list } = await admin.auditLogIndex({ size: 1, page: 1 });
    expect(list[0]).toMatchObject({
      action,
      actor: 'alice (7)',
      peer: expect.stringContaining('127.0.0.1'),
      timestamp: String(nowMs),
      productID: OF_NO_PRODUCT.test(action) ? '' : expect.stringMatching(`^(${PRODUCT}|imported2?)$`),
    });
  }

  const { list, total } = await admin.auditLogIndex({ page: 1, size: 100 });
  // A move is a line of either device.
  expect(Number(total)).toBe(steps.length + 1);
  const kept = JSON.stringify(list) + (await dump(fixture)) + fixture.logged.join('');
  for (const secret of secrets.slice(2)) expect(list.map(({ detail }) => detail).join()).not.toContain(secret);
  for (const secret of [PS, DS, ...secrets.slice(4)]) expect(kept).not.toContain(secret);
  expect(JSON.parse(list.findLast(({ action }) => action === 'product.update')!.detail)).toEqual({
    autoRegister: { from: 1, to: 4 },
    secret: 'changed',
    protocolConf: 'changed',
  });
});

test('the log is found by product, device and time, page by page, and says who when nobody does', async () => {
  const { admin, products, devices } = fixture;
  const start = (nowMs += 1000);
  await products.productInfoCreate({ productID: PRODUCT, productName: 'x' });
  nowMs += 1;
  await devices.deviceInfoCreate(NAMES);
  nowMs += 1;
  await admin.rotateDeviceSecret(NAMES, { user: { UserID: '9', IsAdmin: true } });
  const found = async (request: object) => {
    const { list, total } = await admin.auditLogIndex(request);
    return [...list.map(({ action }) => action), Number(total)].join();
  };
  expect(await found({})).toBe('device.rotateSecret,device.create,product.create,3');
  expect(await found({ page: 2, size: 2 })).toBe('product.create,3');
  expect(await found({ deviceName: DEVICE })).toBe('device.rotateSecret,device.create,2');
  expect(await found({ productID: 'other' })).toBe('0');
  expect(await found({ timeStart: start + 1, timeEnd: start + 1 })).toBe('device.create,1');
  const { list } = await admin.auditLogIndex({ productID: PRODUCT });
  expect(list.map(({ actor }) => actor)).toEqual(['9', 'internal', 'internal']);
});

test('what failed has changed nothing and has no line', async () => {
  const { admin, devices, products } = fixture;
  await products.productInfoCreate({ productID: PRODUCT, productName: 'x' });
  await devices.deviceInfoCreate(NAMES);
  await expect(devices.deviceInfoCreate(NAMES)).rejects.toEqual(rpcError(100010, DEVICE));
  await expect(products.productInfoDelete({ productID: PRODUCT })).rejects.toEqual(rpcError(100019, 'devices'));
  await expect(admin.rotateDeviceSecret({ ...NAMES, deviceName: 'nobody' })).rejects.toEqual(
    rpcError(100009, 'nobody'),
  );
  expect(Number((await admin.auditLogIndex({})).total)).toBe(2);
});

test('old lines go with the other logs, and tokens when they have expired', async () => {
  const { admin, credentials, devices, products, db } = fixture;
  await products.productInfoCreate({ productID: PRODUCT, productName: 'x', autoRegister: 3 });
  await devices.deviceInfoCreate(NAMES);
  await credentials.issueIotToken(NAMES);
  const { clientId } = await credentials.issueDeviceToken(NAMES);
  const DAY_MS = 86_400_000;
  await maintainPartitions(db.prisma, nowMs + 6 * DAY_MS, 30);
  expect([await db.prisma.issuedToken.count(), await db.prisma.auditLog.count()]).toEqual([2, 4]);
  await maintainPartitions(db.prisma, nowMs + 8 * DAY_MS, 30);
  expect((await admin.listTokens(NAMES)).tokens.map(({ id }) => id)).toEqual([clientId]);
  await maintainPartitions(db.prisma, nowMs + 32 * DAY_MS, 30);
  expect((await admin.auditLogIndex({})).list).toEqual([]);
});
