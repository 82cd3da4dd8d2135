import { subjects } from '@alink/contract';
import { createDevices, DEVICE, NAMES, PRODUCT, rpcError, startDm, toldDuring, type DmFixture } from './dm-fixture';

const OTHER = { productID: PRODUCT, deviceName: 'dev002' };
const THIRD = { productID: PRODUCT, deviceName: 'dev003' };

let fixture: DmFixture;
beforeAll(async () => {
  fixture = await startDm();
  await createDevices(fixture, DEVICE, 'dev002', 'dev003');
});
afterAll(() => fixture?.stop());
afterEach(() => fixture.db.prisma.deviceGroup.deleteMany());

const create = async (name: string, over: object = {}): Promise<string> =>
  (await fixture.groups.groupInfoCreate({ name, ...over })).id;

/** Names of devices that a list finds. */
const found = async (request: object): Promise<string> => {
  const { list } = await fixture.devices.deviceInfoIndex({ productID: PRODUCT, ...request });
  return list
    .map(({ deviceName }) => deviceName)
    .sort()
    .join();
};

describe('a group', () => {
  test('shows what it was given, and what unitedrhino says where nothing was', async () => {
    const { groups } = fixture;
    const given = {
      name: 'Hall',
      desc: 'by the door',
      areaID: '7',
      productID: PRODUCT,
      purpose: 'building',
      tags: { floor: '1' },
      files: { plan: 'a.png' },
      devices: [OTHER, NAMES],
    };
    const id = await create('Hall', given);
    const { createdTime, ...read } = await groups.groupInfoRead({ id, withDevices: true });
    expect(read).toMatchObject({
      ...given,
      devices: [NAMES, OTHER],
      id,
      parentID: '1',
      projectID: '2',
      productName: 'Test',
      deviceCount: '2',
      isLeaf: '1',
      idPath: `${id}-`,
      children: [],
    });
    expect(Number(id)).toBeGreaterThan(2);
    expect(Number(createdTime)).toBeGreaterThan(1_700_000_000);
    const bare = await groups.groupInfoRead({ id: await create('Bare') });
    expect(bare).toMatchObject({
      purpose: 'default',
      areaID: '2',
      parentID: '1',
      deviceCount: '0',
      tags: {},
      devices: [],
    });
  });

  test('stands in a tree of at most four levels', async () => {
    const { groups } = fixture;
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push(await create(name, { parentID: ids.at(-1) }));
    expect(await groups.groupInfoRead({ id: ids[3] })).toMatchObject({
      idPath: ids.map((id) => `${id}-`).join(''),
      parentID: ids[2],
      isLeaf: '1',
    });
    expect(await groups.groupInfoRead({ id: ids[0] })).toMatchObject({ isLeaf: '2' });
    await expect(create('e', { parentID: ids[3] })).rejects.toEqual(rpcError(100015, 'parentID is 4 groups deep'));
    await expect(create('e', { parentID: '999999' })).rejects.toEqual(rpcError(100006, 'parentID names no group'));
    await expect(create('e', { parentID: ids[0], purpose: 'building' })).rejects.toEqual(
      rpcError(100006, 'purpose must be that of its parent, default'),
    );
  });

  test('has a name of its own among those of its purpose', async () => {
    const { groups } = fixture;
    const id = await create('Hall');
    await create('Hall', { purpose: 'building' });
    await expect(create('Hall')).rejects.toEqual(rpcError(100010, 'group Hall of purpose default exists already'));
    await expect(create('')).rejects.toEqual(rpcError(100006, 'name must not be empty'));
    await create('Cellar');
    await expect(groups.groupInfoUpdate({ id, name: 'Cellar' })).rejects.toEqual(
      rpcError(100006, 'name is that of another group of its purpose'),
    );
  });

  test('is changed, its place and its purpose not', async () => {
    const { groups } = fixture;
    const id = await create('Hall', { desc: 'old', tags: { a: '1' }, files: { plan: 'a' }, areaID: '7' });
    await groups.groupInfoUpdate({ id, desc: 'new', tags: { b: '2' }, purpose: 'other', parentID: '5' });
    expect(await groups.groupInfoRead({ id })).toMatchObject({
      name: 'Hall',
      desc: 'new',
      tags: { b: '2' },
      files: { plan: 'a' },
      areaID: '7',
      purpose: 'default',
      parentID: '1',
    });
    await groups.groupInfoUpdate({ id, name: 'Foyer', files: { plan: 'b' }, areaID: '8' });
    const { desc, tags, ...changed } = await groups.groupInfoRead({ id });
    expect([desc, tags]).toEqual(['', {}]);
    expect(changed).toMatchObject({ name: 'Foyer', files: { plan: 'b' }, areaID: '8' });
  });

  test('that does not exist is 100009 in each way of asking', async () => {
    const { groups } = fixture;
    const none = rpcError(100009, 'group 999 does not exist');
    await expect(groups.groupInfoRead({ id: '999' })).rejects.toEqual(none);
    await expect(groups.groupInfoUpdate({ id: '999', name: 'x' })).rejects.toEqual(none);
    await expect(groups.groupInfoDelete({ id: '999' })).rejects.toEqual(none);
    await expect(groups.groupDeviceMultiCreate({ groupID: '999', list: [NAMES] })).rejects.toEqual(none);
    await expect(groups.groupDeviceMultiUpdate({ groupID: '999', list: [NAMES] })).rejects.toEqual(none);
    expect(await groups.groupDeviceMultiDelete({ groupID: '999', list: [NAMES] })).toEqual({});
  });

  test('goes with those below it; their devices stay', async () => {
    const { groups, devices } = fixture;
    const top = await create('top');
    const middle = await create('middle', { parentID: top, devices: [NAMES] });
    const id = await create('low', { parentID: middle, devices: [OTHER] });
    const told = await toldDuring(fixture.bus, () => groups.groupInfoDelete({ id: middle }));
    expect(told).toEqual([NAMES, OTHER].map((device) => [subjects.cacheSync('cache:dm:device'), device]));
    await expect(groups.groupInfoRead({ id })).rejects.toMatchObject({ code: 100009 });
    expect(await groups.groupInfoRead({ id: top })).toMatchObject({ isLeaf: '1' });
    expect(await devices.deviceInfoRead(NAMES)).toMatchObject({ BelongGroup: {} });
  });

  test('several are created at once, those that are there stay, and a bad one lets none be', async () => {
    const { groups } = fixture;
    const id = await create('Hall', { desc: 'first' });
    await groups.groupInfoMultiCreate({
      groups: [
        { name: 'Hall', desc: 'second' },
        { name: 'Attic', devices: [NAMES] },
      ],
    });
    expect((await groups.groupInfoIndex({})).list).toMatchObject([
      { id, name: 'Hall', desc: 'first' },
      { name: 'Attic', deviceCount: '1' },
    ]);
    await expect(groups.groupInfoMultiCreate({ groups: [{ name: 'Roof' }, { name: '' }] })).rejects.toEqual(
      rpcError(100006, 'groups[1].name must not be empty'),
    );
    expect((await groups.groupInfoIndex({})).total).toBe('2');
  });
});

describe('a tree', () => {
  test('is read from the root or from a group, with its devices', async () => {
    const { groups } = fixture;
    const house = await create('house', { devices: [NAMES] });
    const floor = await create('floor', { parentID: house });
    const room = await create('room', { parentID: floor, devices: [OTHER, THIRD] });
    await create('elsewhere', { purpose: 'building' });
    const all = { withChildren: true, withDevices: true };
    const tree = { id: house, devices: [NAMES], children: [{ id: floor, devices: [], children: [{ id: room }] }] };
    expect(await groups.groupInfoRead({ id: house, ...all })).toMatchObject(tree);
    for (const id of ['0', '1']) {
      expect(await groups.groupInfoRead({ id, ...all })).toMatchObject({ id: '1', name: '根节点', children: [tree] });
    }
    const building = await groups.groupInfoRead({ id: '1', withChildren: true, purpose: 'building' });
    expect(building.children).toMatchObject([{ name: 'elsewhere', devices: [] }]);
    expect(await groups.groupInfoRead({ id: house })).toMatchObject({ children: [], devices: [] });
    expect(await groups.groupInfoRead({ id: '2', withChildren: true })).toMatchObject({ name: '自定义', children: [] });
    await expect(groups.groupInfoRead({ id: house, purpose: 'building' })).rejects.toMatchObject({ code: 100009 });
  });

  test('is listed by what its groups are', async () => {
    const { groups } = fixture;
    const hall = await create('Hall', { tags: { floor: '1' }, devices: [NAMES], areaID: '7' });
    await create('Cellar', { parentID: hall });
    await create('Barn', { purpose: 'farm' });
    const names = async (request: object) => (await groups.groupInfoIndex(request)).list.map(({ name }) => name).join();
    expect(await names({})).toBe('Hall,Cellar');
    expect(await names({ purpose: 'farm' })).toBe('Barn');
    expect(await names({ purposes: ['farm', 'default'], purpose: 'none' })).toBe('Hall,Cellar,Barn');
    expect(await names({ name: 'ell' })).toBe('Cellar');
    expect(await names({ names: ['Hall', 'hall'] })).toBe('Hall');
    expect(await names({ parentID: hall })).toBe('Cellar');
    expect(await names({ parentID: '1' })).toBe('Hall');
    expect(await names({ tags: { floor: '1' } })).toBe('Hall');
    expect(await names({ areaID: '7' })).toBe('Hall');
    expect(await names({ hasDevice: NAMES })).toBe('Hall');
    expect(await names({ page: { page: 2, size: 1 } })).toBe('Cellar');
    expect(await names({ page: { orders: [{ field: 'name', sort: 1 }] } })).toBe('Cellar,Hall');
    expect((await groups.groupInfoIndex({ withDevices: true })).list.map(({ devices }) => devices)).toEqual([
      [NAMES],
      [],
    ]);
  });
});

describe('the devices of a group', () => {
  const inGroup = async (id: string) => (await fixture.groups.groupInfoRead({ id, withDevices: true })).devices;

  test('are added, replaced and taken out', async () => {
    const { groups } = fixture;
    const groupID = await create('Hall', { devices: [NAMES] });
    await groups.groupDeviceMultiCreate({ groupID, list: [NAMES, OTHER, OTHER] });
    expect(await inGroup(groupID)).toEqual([NAMES, OTHER]);
    await groups.groupDeviceMultiUpdate({ groupID, list: [THIRD, OTHER] });
    expect(await inGroup(groupID)).toEqual([OTHER, THIRD]);
    await groups.groupDeviceMultiDelete({ groupID, list: [OTHER, NAMES] });
    expect(await inGroup(groupID)).toEqual([THIRD]);
    await groups.groupDeviceMultiUpdate({ groupID });
    expect(await inGroup(groupID)).toEqual([]);
  });

  test('are taken out of all groups of a purpose where none is named', async () => {
    const { groups } = fixture;
    const here = [await create('a', { devices: [NAMES, OTHER] }), await create('b', { devices: [NAMES] })];
    const there = await create('c', { devices: [NAMES], purpose: 'farm' });
    await groups.groupDeviceMultiDelete({ list: [NAMES] });
    expect(await Promise.all([...here, there].map(inGroup))).toEqual([[OTHER], [], [NAMES]]);
    await groups.groupDeviceMultiDelete({ list: [NAMES], purpose: 'farm' });
    expect(await inGroup(there)).toEqual([]);
  });

  test('that do not exist are refused, and nothing is changed', async () => {
    const { groups } = fixture;
    const groupID = await create('Hall', { devices: [NAMES] });
    const list = [OTHER, { productID: PRODUCT, deviceName: 'nosuch' }];
    const words = `device nosuch of product ${PRODUCT} does not exist`;
    await expect(groups.groupDeviceMultiCreate({ groupID, list })).rejects.toEqual(rpcError(100006, words));
    // As unitedrhino answers this one.
    await expect(groups.groupDeviceMultiUpdate({ groupID, list })).rejects.toEqual(rpcError(100010, words));
    await expect(create('Cellar', { devices: list })).rejects.toEqual(rpcError(100006, words));
    await expect(groups.groupDeviceMultiCreate({ groupID, list: [{ productID: PRODUCT }] })).rejects.toEqual(
      rpcError(100006, 'list[0].deviceName must not be empty'),
    );
    const many = Array.from({ length: 10_001 }, () => NAMES);
    await expect(groups.groupDeviceMultiCreate({ groupID, list: many })).rejects.toEqual(
      rpcError(100006, 'list must have at most 10000 entries'),
    );
    expect(await inGroup(groupID)).toEqual([NAMES]);
    expect((await groups.groupInfoIndex({})).total).toBe('1');
  });

  test('leave it when they are deleted', async () => {
    const gone = { productID: PRODUCT, deviceName: 'gone' };
    await fixture.devices.deviceInfoCreate(gone);
    const groupID = await create('Hall', { devices: [gone, NAMES] });
    await fixture.devices.deviceInfoDelete(gone);
    expect(await fixture.groups.groupInfoRead({ id: groupID })).toMatchObject({ deviceCount: '1' });
  });

  test('are told of and noted, those whose groups are the same not', async () => {
    const { groups, admin, bus } = fixture;
    const groupID = await create('Hall', { devices: [NAMES] });
    const news = (...devices: object[]) => devices.map((device) => [subjects.cacheSync('cache:dm:device'), device]);
    const add = () => groups.groupDeviceMultiCreate({ groupID, list: [NAMES, OTHER] });
    expect(await toldDuring(bus, add)).toEqual(news(OTHER));
    expect(await toldDuring(bus, add)).toEqual([]);
    const remove = () => groups.groupDeviceMultiDelete({ groupID, list: [NAMES, THIRD] });
    expect(await toldDuring(bus, remove)).toEqual(news(NAMES));
    const { list } = await admin.auditLogIndex({ size: 4 });
    expect(list.map(({ action, deviceName, detail }) => [action, deviceName, JSON.parse(detail)])).toEqual([
      ['group.removeDevice', 'dev001', { group: groupID }],
      ['group.addDevice', 'dev002', { group: groupID }],
      ['group.addDevice', 'dev001', { group: groupID }],
      ['group.create', '', { group: groupID, purpose: 'default', name: 'Hall' }],
    ]);
  });
});

describe('the groups of a device', () => {
  const groupsOf = async () => (await fixture.devices.deviceInfoRead(NAMES)).BelongGroup;
  /** As the record has them. */
  const belonging = (...ids: string[]) => ({ ids, idPaths: ids.map((id) => `${id}-`) });

  test('are changed from its side, one purpose at a time', async () => {
    const { devices } = fixture;
    const [a, b, c] = [await create('a'), await create('b'), await create('c')];
    const farm = await create('barn', { purpose: 'farm' });
    await devices.deviceGroupMultiCreate({ ...NAMES, groupIDs: [a, b] });
    await devices.deviceGroupMultiCreate({ ...NAMES, groupIDs: [farm], purpose: 'farm' });
    expect(await groupsOf()).toEqual({ default: belonging(a, b), farm: belonging(farm) });
    await devices.deviceGroupMultiUpdate({ ...NAMES, groupIDs: [b, c] });
    expect(await groupsOf()).toEqual({ default: belonging(b, c), farm: belonging(farm) });
    await devices.deviceGroupMultiUpdate(NAMES);
    await devices.deviceGroupMultiDelete({ ...NAMES, groupIDs: [b, farm, '999'] });
    expect(await groupsOf()).toEqual({ default: belonging(c), farm: belonging(farm) });
    await devices.deviceInfoUpdate({ ...NAMES, groupIDs: [a], groupPurpose: 'default' });
    expect(await groupsOf()).toEqual({ default: belonging(a), farm: belonging(farm) });
    await devices.deviceInfoUpdate({ ...NAMES, desc: { value: 'x' }, groupPurpose: 'default' });
    expect((await devices.deviceInfoIndex({ deviceName: DEVICE })).list).toMatchObject([
      { BelongGroup: { default: belonging(a), farm: belonging(farm) } },
    ]);
  });

  test('may be told of a new device, and what is no group of the purpose is refused', async () => {
    const { devices } = fixture;
    const id = await create('a');
    const fresh = { productID: PRODUCT, deviceName: 'fresh' };
    const wrong = rpcError(100006, `groupIDs names ${id}, no group of purpose farm`);
    const inFarm = { groupIDs: [id], groupPurpose: 'farm' };
    await expect(devices.deviceInfoCreate({ ...fresh, ...inFarm })).rejects.toEqual(wrong);
    await expect(devices.deviceInfoUpdate({ ...NAMES, ...inFarm })).rejects.toEqual(wrong);
    const unknown = { productID: PRODUCT, deviceName: 'nosuch', groupIDs: [id] };
    await expect(devices.deviceGroupMultiCreate(unknown)).rejects.toMatchObject({ code: 100009 });
    await devices.deviceInfoCreate({ ...fresh, groupIDs: [id], BelongGroup: { x: { ids: ['5'] } } });
    expect(await devices.deviceInfoRead(fresh)).toMatchObject({
      BelongGroup: { default: belonging(id) },
      groupIDs: [],
      groupPurpose: '',
    });
    await devices.deviceInfoDelete(fresh);
  });
});

describe('devices are found by their groups', () => {
  let top: string;
  let below: string;
  beforeEach(async () => {
    top = await create('House', { devices: [NAMES] });
    below = await create('Hall', { parentID: top, devices: [OTHER] });
    await create('Barn', { purpose: 'farm', devices: [OTHER, THIRD] });
  });

  test('by one, by several, by what is below', async () => {
    expect(await found({ groupID: top })).toBe('dev001');
    expect(await found({ notGroupID: top })).toBe('dev002,dev003');
    expect(await found({ groupIDs: [top, below] })).toBe('dev001,dev002');
    expect(await found({ groupIDPath: `${top}-` })).toBe('dev001,dev002');
    expect(await found({ groupIDPaths: [`${top}-${below}-`, 'x'] })).toBe('dev002');
    expect(await found({ parentGroupID: top })).toBe('dev002');
    expect(await found({ parentGroupID: '1' })).toBe('dev001,dev002,dev003');
    expect(await found({ groupName: 'ha' })).toBe('dev002');
    expect(await found({ groupPurpose: 'farm' })).toBe('dev002,dev003');
    expect(await found({ groupID: '999' })).toBe('');
  });

  test('fields are about one group', async () => {
    expect(await found({ groupPurpose: 'farm', parentGroupID: top })).toBe('');
    expect(await found({ groupPurpose: 'default', parentGroupID: top })).toBe('dev002');
  });

  test('and counted', async () => {
    const total = async (groupIDs: string[]) => (await fixture.devices.deviceInfoCount({ groupIDs })).total;
    expect([await total([top]), await total([top, below]), await total(['999'])]).toEqual(['1', '2', '0']);
  });
});

test('devices that come into groups through two calls at once are in both, and none waits for ever', async () => {
  const { groups } = fixture;
  const [a, b] = [await create('a'), await create('b')];
  const devices = [NAMES, OTHER, THIRD];
  const calls = Array.from({ length: 20 }, (_, i) =>
    groups.groupDeviceMultiCreate({ groupID: i % 2 ? a : b, list: i % 3 ? devices : [...devices].reverse() }),
  );
  await Promise.all(calls);
  for (const id of [a, b]) expect(await groups.groupInfoRead({ id })).toMatchObject({ deviceCount: '3' });
});
