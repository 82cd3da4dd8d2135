/** Custom topics that products define, and which of their messages go on: kept, checked, and told to nodes. */
import { PROTOCOL_CODE } from '@alink/contract';
import { createDevices, DEVICE, NAMES, PRODUCT, rpcError, startDm, toldDuring, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture, DEVICE));
afterEach(async () => {
  await fixture.db.prisma.device.deleteMany();
  await fixture.db.prisma.product.deleteMany();
});

const productID = PRODUCT;
const classes = async () =>
  (await fixture.topics.topicClassIndex({ productID })).list.map(({ topic, permission }) => `${permission} ${topic}`);
/** What nodes are told of the product. */
const record = async () => (await fixture.directory.resolve({ productKeys: [PRODUCT] })).products[0]!;

describe('topic classes', () => {
  test('a new product has three, and its devices may use others too', async () => {
    expect(await fixture.topics.topicClassIndex({ productID })).toEqual({
      list: [
        { productID, topic: 'user/get', permission: 'subscribe', desc: '' },
        { productID, topic: 'user/update', permission: 'publish', desc: '' },
        { productID, topic: 'user/update/error', permission: 'publish', desc: '' },
      ],
      definedOnly: false,
    });
    expect((await record()).topicClasses).toBeNull();
  });

  test('are created, changed and deleted, and everyone is told that the product has changed', async () => {
    const { topics } = fixture;
    const mine = { productID, topic: 'user/mine' };
    const told = await toldDuring(fixture.bus, () =>
      topics.topicClassCreate({ ...mine, permission: 'both', desc: 'd' }),
    );
    expect(told).toEqual([['server.cache.sync.cache:dm:product', productID]]);
    expect(await classes()).toContain('both user/mine');
    await topics.topicClassUpdate({ ...mine, permission: 'subscribe' });
    expect(await classes()).toContain('subscribe user/mine');
    await topics.topicClassDelete(mine);
    expect(await classes()).toHaveLength(3);
  });

  test('once devices may use these and no others, nodes are told them', async () => {
    await fixture.topics.topicAccessUpdate({ productID, definedOnly: true });
    expect((await record()).topicClasses!.list).toEqual([
      { topic: 'user/get', permission: 'subscribe' },
      { topic: 'user/update', permission: 'publish' },
      { topic: 'user/update/error', permission: 'publish' },
    ]);
    expect(await fixture.topics.topicClassIndex({ productID })).toMatchObject({ definedOnly: true });
    const { protocolConf } = await fixture.products.productInfoRead({ productID });
    expect(protocolConf).toEqual({ customTopics: 'defined' });
    await fixture.products.productInfoUpdate({ productID, protocolConf: { customTopics: 'any' } });
    expect((await record()).topicClasses).toBeNull();
  });

  test('stand in the list of topics of a device, before whatever else it may use', async () => {
    const custom = async () => {
      const { topics } = await fixture.admin.listTopics(NAMES);
      return topics
        .filter(({ topic }) => topic.startsWith(`/${PRODUCT}/`))
        .map(({ direction, topic }) => [direction, topic]);
    };
    const own = `/${PRODUCT}/${DEVICE}/user/`;
    const defined = [
      ['down', `${own}get`],
      ['up', `${own}update`],
      ['up', `${own}update/error`],
    ];
    expect(await custom()).toEqual([...defined, ['both', `${own}{topic}`]]);
    await fixture.topics.topicAccessUpdate({ productID, definedOnly: true });
    expect(await custom()).toEqual(defined);
  });

  test.each<[string, object, number, string]>([
    ['no product', { productID: 'nobody' }, 100009, 'nobody'],
    ['another word', { permission: 'read' }, 100006, 'permission must be one of publish, subscribe, both'],
    ['a topic outside user/', { topic: 'thing/a' }, 100006, 'topic must begin with user/'],
    ['a wildcard to publish', { topic: 'user/+' }, 100006, 'topic may have + and #'],
    ['one that there is', { topic: 'user/get' }, 100010, 'user/get'],
  ])('%s is refused', async (_what, change, code, text) => {
    const request = { productID, topic: 'user/new', permission: 'publish', ...change };
    await expect(fixture.topics.topicClassCreate(request)).rejects.toEqual(rpcError(code, text));
  });

  test('50 are the most', async () => {
    for (let n = 3; n < 50; n++) {
      await fixture.topics.topicClassCreate({ productID, topic: `user/t${n}`, permission: 'publish' });
    }
    await expect(
      fixture.topics.topicClassCreate({ productID, topic: 'user/more', permission: 'publish' }),
    ).rejects.toEqual(rpcError(100027, 'at most 50'));
  });

  test('what is not there cannot be changed or deleted', async () => {
    const gone = { productID, topic: 'user/gone' };
    await expect(fixture.topics.topicClassUpdate({ ...gone, permission: 'both' })).rejects.toEqual(
      rpcError(100009, 'user/gone'),
    );
    await expect(fixture.topics.topicClassDelete(gone)).rejects.toEqual(rpcError(100009, 'user/gone'));
  });

  test('another word in protocolConf is refused', async () => {
    await expect(
      fixture.products.productInfoUpdate({ productID, protocolConf: { customTopics: 'some' } }),
    ).rejects.toEqual(rpcError(100006, 'customTopics'));
  });
});

describe('forward rules', () => {
  const rule = { productID, topic: 'user/update', targetDeviceName: '{deviceName}-b', targetTopic: 'user/get' };

  test('there is none by default; one is told to nodes with the key that the target dials', async () => {
    const { topics, products } = fixture;
    expect((await record()).forwards).toEqual([]);
    const other = { productID: 'p2', protocolConf: { productID: 'k2' } };
    await products.productInfoCreate({ ...other, productName: 'Other', protocolCode: PROTOCOL_CODE });
    const { id } = await topics.forwardRuleCreate({ ...rule, targetProductID: 'p2' });
    expect((await record()).forwards).toEqual([
      {
        topic: 'user/update',
        targetProductID: 'p2',
        targetProductKey: 'k2',
        targetDeviceName: '{deviceName}-b',
        targetTopic: 'user/get',
      },
    ]);
    await topics.forwardRuleUpdate({ ...rule, id, disabled: true });
    expect((await record()).forwards).toEqual([]);
    expect((await topics.forwardRuleIndex({ productID })).list).toEqual([
      { ...rule, id, targetProductID: productID, disabled: true },
    ]);
    await topics.forwardRuleDelete({ productID, id });
    expect((await topics.forwardRuleIndex({ productID })).list).toEqual([]);
  });

  test('one goes with the product that it leads to', async () => {
    const { topics, products } = fixture;
    await products.productInfoCreate({ productID: 'p2', productName: 'Other', protocolCode: PROTOCOL_CODE });
    await topics.forwardRuleCreate({ ...rule, targetProductID: 'p2' });
    await products.productInfoDelete({ productID: 'p2' });
    expect((await topics.forwardRuleIndex({ productID })).list).toEqual([]);
  });

  test.each<[string, object, number, string]>([
    ['no product', { productID: 'nobody' }, 100009, 'nobody'],
    ['a target product that there is not', { targetProductID: 'nobody' }, 100006, 'nobody'],
    ['a topic outside user/', { topic: 'thing/a' }, 100006, 'topic must begin with user/'],
    ['no target device', { targetDeviceName: '' }, 100006, 'targetDeviceName must be'],
    ['a system topic of the target', { targetTopic: 'thing/a' }, 100006, 'targetTopic must begin with user/'],
  ])('%s is refused', async (_what, change, code, text) => {
    await expect(fixture.topics.forwardRuleCreate({ ...rule, ...change })).rejects.toEqual(rpcError(code, text));
  });

  test('20 are the most', async () => {
    for (let n = 0; n < 20; n++) await fixture.topics.forwardRuleCreate(rule);
    await expect(fixture.topics.forwardRuleCreate(rule)).rejects.toEqual(rpcError(100027, 'at most 20'));
  });

  test('that of another product cannot be changed', async () => {
    const { id } = await fixture.topics.forwardRuleCreate(rule);
    await fixture.products.productInfoCreate({ productID: 'p2', productName: 'Other' });
    await expect(fixture.topics.forwardRuleUpdate({ ...rule, id, productID: 'p2' })).rejects.toEqual(
      rpcError(100009, `forward rule ${id}`),
    );
    await expect(fixture.topics.forwardRuleDelete({ productID: 'p2', id })).rejects.toEqual(
      rpcError(100009, `forward rule ${id}`),
    );
  });
});
