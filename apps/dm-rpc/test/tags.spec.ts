/** What devices ask about their own tags, and how it meets what people set. */
import type { Question } from '@alink/alink';
import { subjects } from '@alink/contract';
import { createDevices, DEVICE, NAMES, PRODUCT, startBeside, startDm, toldDuring, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
let second: DmFixture;
beforeAll(async () => {
  fixture = await startDm();
  second = await startBeside(fixture);
});
afterAll(async () => {
  await second?.stop();
  await fixture?.stop();
});
beforeEach(() => createDevices(fixture, DEVICE, 'dev002'));
afterEach(async () => {
  await fixture.db.prisma.device.deleteMany();
  await fixture.db.prisma.product.deleteMany();
});

type Asked = readonly [deviceName: string, question: Question];

const ask = async (dm: DmFixture, ...asked: readonly Asked[]) => {
  const questions = asked.map(([deviceName, { kind, ...body }]) => ({
    ...NAMES,
    deviceName,
    kind,
    body: JSON.stringify(body),
  }));
  const { replies } = await dm.requests.ask({ questions });
  return replies.map(({ code, message, data }) => [Number(code), data && (JSON.parse(data) as unknown), message]);
};

const update = (tags: Record<string, string>): Question => ({
  kind: 'tags.update',
  tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
});
const get = (...keys: string[]): Question => ({ kind: 'tags.get', keys });
const remove = (...keys: string[]): Question => ({ kind: 'tags.delete', keys });
const OK = [200, '', ''];
const stored = async (deviceName = DEVICE) => {
  const { tags } = await fixture.devices.deviceInfoRead({ ...NAMES, deviceName });
  return { ...tags };
};

test('an update adds and replaces, a delete removes, a get tells those that exist', async () => {
  expect(await ask(fixture, [DEVICE, update({ fw: '1.2', site: '厂 3' })])).toEqual([OK]);
  expect(await ask(fixture, [DEVICE, update({ fw: '1.3', line: '' })])).toEqual([OK]);
  expect(await ask(fixture, [DEVICE, get('line', 'nothing', 'site', 'line')])).toEqual([
    [
      200,
      [
        { key: 'line', value: '' },
        { key: 'site', value: '厂 3' },
      ],
      '',
    ],
  ]);
  expect(await ask(fixture, [DEVICE, remove('site', 'nothing')])).toEqual([OK]);
  expect(await ask(fixture, [DEVICE, get('site')])).toEqual([[200, [], '']]);
  expect(await stored()).toEqual({ fw: '1.3', line: '' });
});

test('people see what a device sets, and a device what people set', async () => {
  const { admin, devices } = fixture;
  await ask(fixture, [DEVICE, update({ fw: '1.2' })]);
  const { list } = await devices.deviceInfoIndex({ productID: PRODUCT, tags: { fw: '1.2' } });
  expect(list.map(({ deviceName, tags }) => [deviceName, { ...tags }])).toEqual([[DEVICE, { fw: '1.2' }]]);
  await admin.setDeviceTags({ ...NAMES, tags: { site: 'hall' } });
  expect(await ask(fixture, [DEVICE, get('fw', 'site')])).toEqual([[200, [{ key: 'site', value: 'hall' }], '']]);
});

test('questions of one call are answered in their order, one device’s one after another', async () => {
  const replies = await ask(
    fixture,
    [DEVICE, update({ a: '1' })],
    ['dev002', get('a')],
    [DEVICE, get('a')],
    ['nobody', update({ a: '1' })],
    [DEVICE, remove('a')],
    ['dev002', update({ a: '2' })],
    [DEVICE, get('a')],
    ['dev002', get('a')],
  );
  const a = (value: string) => [200, [{ key: 'a', value }], ''];
  expect(replies).toEqual([OK, [200, [], ''], a('1'), [6100, '', ''], OK, OK, [200, [], ''], a('2')]);
});

test('a device that is disabled or does not exist is told so, and nothing is changed', async () => {
  await fixture.devices.deviceInfoUpdate({ ...NAMES, isEnable: 2 });
  for (const question of [update({ a: '1' }), remove('a'), get('a')]) {
    expect(await ask(fixture, [DEVICE, question], ['nobody', question])).toEqual([
      [6204, '', ''],
      [6100, '', ''],
    ]);
  }
  expect(await stored()).toEqual({});
});

test('a device has at most 100 tags, however they come', async () => {
  const numbered = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from + 1 }, (_, i) => [`k${from + i}`, 'v']));
  expect(await ask(fixture, [DEVICE, update(numbered(1, 100))])).toEqual([OK]);
  expect(await ask(fixture, [DEVICE, update(numbered(100, 101))], ['dev002', update(numbered(1, 101))])).toEqual([
    [460, '', 'too many tags: a device has at most 100'],
    [460, '', 'too many tags: a device has at most 100'],
  ]);
  expect(await ask(fixture, [DEVICE, update({ k100: 'other' })])).toEqual([OK]);
  expect(await ask(fixture, [DEVICE, remove('k1', 'k2')], [DEVICE, update(numbered(101, 102))])).toEqual([OK, OK]);
  expect(await stored()).toEqual({ ...numbered(3, 102), k100: 'other' });
});

test('many changes of one device at once, through two instances: all of them stand', async () => {
  await ask(fixture, [DEVICE, update(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`old${i}`, 'v'])))]);
  const changes = Array.from({ length: 40 }, (_, i) => [
    ask(i % 2 ? fixture : second, ['dev002', update({ [`k${i}`]: 'v' })], [DEVICE, update({ [`k${i}`]: 'v' })]),
    ask(i % 2 ? second : fixture, [DEVICE, remove(`old${i}`)], ['dev002', remove('nothing')]),
  ]);
  for (const replies of await Promise.all(changes.flat())) expect(replies).toEqual([OK, OK]);
  const all = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, 'v']));
  expect([await stored(), await stored('dev002')]).toEqual([all, all]);
});

test('everyone is told of a change, and of nothing that changes nothing; neither is audited', async () => {
  const { bus, db } = fixture;
  const lines = await db.prisma.auditLog.count();
  const device = [subjects.cacheSync('cache:dm:device'), NAMES];
  expect(await toldDuring(bus, () => ask(fixture, [DEVICE, update({ a: '1' })]))).toEqual([device]);
  const same = () => ask(fixture, [DEVICE, update({ a: '1' })], [DEVICE, remove('b')], [DEVICE, get('a')]);
  expect(await toldDuring(bus, same)).toEqual([]);
  expect(await toldDuring(bus, () => ask(fixture, [DEVICE, remove('a')]))).toEqual([device]);
  expect(await db.prisma.auditLog.count()).toBe(lines);
});

describe('a question that is not right', () => {
  test.each<[string, string, unknown]>([
    ['tags.update', 'no list', {}],
    ['tags.update', 'no tags', { tags: [1] }],
    ['tags.update', 'a key that is empty', { tags: [{ key: '', value: '' }] }],
    ['tags.update', 'a value that is no text', { tags: [{ key: 'a', value: 1 }] }],
    ['tags.update', 'a value that cannot be kept', { tags: [{ key: 'a', value: '\0' }] }],
    ['tags.update', 'a key that cannot be kept', { tags: [{ key: '\ud800', value: '' }] }],
    ['tags.update', 'a value that is too long', { tags: [{ key: 'a', value: 'x'.repeat(4097) }] }],
    ['tags.delete', 'no list', { keys: 'a' }],
    ['tags.get', 'no texts', { keys: [null] }],
    ['tags.get', 'no object', []],
  ])('%s with %s is answered with 460, and the others as ever', async (kind, _case, body) => {
    const named = { ...NAMES, kind };
    const { replies } = await fixture.requests.ask({
      questions: [
        { ...named, body: JSON.stringify(body) },
        { ...named, deviceName: 'dev002', body: '{"tags":[{"key":"__proto__","value":"x"}],"keys":["constructor"]}' },
      ],
    });
    expect(replies.map(({ code }) => code)).toEqual(['460', '200']);
    expect(await stored()).toEqual({});
  });

  test('is answered with 500 when nobody knows its kind, and the log names it', async () => {
    const named = { ...NAMES, body: '{}' };
    const { replies } = await fixture.requests.ask({
      questions: [
        { ...named, kind: 'topology.add' },
        { ...named, kind: 'constructor' },
        { ...named, kind: 'tags.get', body: 'no JSON' },
      ],
    });
    expect(replies.map(({ code }) => code)).toEqual(['500', '500', '460']);
    expect(fixture.logged.join()).toContain('"kind":"topology.add"');
  });

  test('no question needs no answer', async () => {
    expect(await fixture.requests.ask({})).toEqual({ replies: [] });
  });
});

test('a database that fails is a service error of the kinds that need it', async () => {
  const { prisma } = fixture.db;
  await prisma.$executeRaw`ALTER TABLE device RENAME COLUMN tags TO labels`;
  try {
    expect(await ask(fixture, [DEVICE, update({ a: '1' })], ['dev002', get('a')])).toEqual([
      [500, '', ''],
      [500, '', ''],
    ]);
    expect(fixture.logged.join()).toContain('questions could not be answered');
  } finally {
    await prisma.$executeRaw`ALTER TABLE device RENAME COLUMN labels TO tags`;
  }
  expect(await ask(fixture, [DEVICE, update({ a: '1' })])).toEqual([OK]);
});
