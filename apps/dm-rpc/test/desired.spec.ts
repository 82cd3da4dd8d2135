/** What properties shall be: set by applications, sent to devices, fetched and deleted by them. */
import type { Question } from '@alink/alink';
import type { Json } from '@alink/contract';
import { eventually } from '@alink/testing';
import { CommandBed, LEVELS, type Got } from './command-bed';
import { beginSession, contextOf } from './dm-context';
import { DesiredPush } from '../src/domains/desired/push';
import { claimValues, setValues } from '../src/domains/desired/store';
import { CommandSender } from '../src/services/device-interact/command-sender';
import { WaitingCommands } from '../src/services/device-interact/waiting-commands';
import { DEVICE, NAMES, PRODUCT, rpcError, sendStatus, startBeside, startDm, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
let second: DmFixture;
let bed: CommandBed;
beforeAll(async () => {
  fixture = await startDm();
  second = await startBeside(fixture);
});
afterAll(async () => {
  await second?.stop();
  await fixture?.stop();
});
beforeEach(async () => void (bed = await CommandBed.prepare(fixture)));
afterEach(() => bed.clear());

const set = (data: object, versions: Record<string, number> = {}, { desired } = fixture) =>
  desired.set({ ...NAMES, data: JSON.stringify(data), versions });
const versionsOf = async (setting: Promise<{ versions: Record<string, string> }>) => ({ ...(await setting).versions });

/** As `identifier=value@version`, those that wait with a `!`; a deleted one has no value. */
const stored = async (more: object = { withDeleted: true }): Promise<string[]> => {
  const { list } = await fixture.desired.read({ ...NAMES, ...more });
  return list.map((row) => `${row.identifier}=${row.value}@${row.version}${row.isWaiting ? '!' : ''}`);
};
const waiting = async () =>
  (await fixture.data.shadowIndex(NAMES)).list.map(({ dataID, value }) => `${dataID}=${value}`);

const ask = async (question: Question, deviceName = DEVICE) => {
  const { kind, ...body } = question;
  const { replies } = await fixture.requests.ask({
    questions: [{ ...NAMES, deviceName, kind, body: JSON.stringify(body) }],
  });
  const { code, data } = replies[0]!;
  return [Number(code), data && (JSON.parse(data) as Json)];
};
const get = (...names: string[]): Question => ({ kind: 'desired.get', names });
const remove = (versions: Record<string, number | undefined>): Question => ({
  kind: 'desired.delete',
  deletions: Object.entries(versions).map(([name, version]) => ({ name, version })),
});

describe('setting', () => {
  test('counts versions from 1, and the device fetches value and version', async () => {
    expect(await versionsOf(set({ rpm: 5, temperature: 1.5 }))).toEqual({ rpm: '1', temperature: '1' });
    expect(await versionsOf(set({ rpm: 6 }))).toEqual({ rpm: '2' });
    expect(await stored()).toEqual(['rpm=6@2!', 'temperature=1.5@1!']);
    expect(await ask(get('rpm', 'serial', 'temperature'))).toEqual([
      200,
      { rpm: { value: 6, version: 2 }, temperature: { value: 1.5, version: 1 } },
    ]);
  });

  test('holds the versions that are given against the present ones, and sets all or nothing', async () => {
    expect(await versionsOf(set({ rpm: 5 }, { rpm: 0 }))).toEqual({ rpm: '1' });
    await expect(set({ rpm: 6, temperature: 2 }, { rpm: 0 })).rejects.toEqual(
      rpcError(100006, 'versions.rpm is 0, but the present one is 1'),
    );
    await expect(set({ rpm: 6 }, { temperature: 0 })).rejects.toEqual(rpcError(100006, 'versions.temperature'));
    expect(await stored()).toEqual(['rpm=5@1!']);
    expect(await versionsOf(set({ rpm: 6, temperature: 2 }, { rpm: 1, temperature: 0 }))).toEqual({
      rpm: '2',
      temperature: '1',
    });
  });

  test('null deletes; the version stays and counts on', async () => {
    await set({ rpm: 5, temperature: 2 });
    expect(await versionsOf(set({ rpm: null, temperature: 3 }))).toEqual({ rpm: '1', temperature: '2' });
    expect(await stored()).toEqual(['rpm=@1', 'temperature=3@2!']);
    expect(await stored({})).toEqual(['temperature=3@2!']);
    expect(await versionsOf(set({ rpm: 7 }, { rpm: 1 }))).toEqual({ rpm: '2' });
  });

  test.each<[string, string, string]>([
    ['nothing', '{}', 'data must name a property'],
    ['no JSON', 'rpm', 'data is not valid JSON'],
    ['a list', '[1]', 'data must be a JSON object'],
    ['what is only read', '{"serial":"x"}', 'data.serial is a property that is only read'],
    ['what the model lacks', '{"nope":1}', 'data.nope is refused: tsl parse: params not exist'],
    ['a value of another type', '{"rpm":"fast"}', 'data.rpm is refused'],
    ['one element of an array', '{"levels.1":1}', 'data.levels.1 is one element'],
    [
      'too many',
      JSON.stringify(Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`p${i}`, 1]))),
      'at most 200',
    ],
  ])('%s is refused', async (_what, data, why) => {
    await fixture.products.productSchemaCreate({ info: LEVELS });
    await expect(fixture.desired.set({ ...NAMES, data })).rejects.toEqual(rpcError(100006, why));
    expect(await stored()).toEqual([]);
  });

  test('of a device that does not exist or is disabled is refused', async () => {
    await expect(fixture.desired.set({ ...NAMES, deviceName: 'nobody', data: '{"rpm":1}' })).rejects.toEqual(
      rpcError(100009, 'nobody'),
    );
    await fixture.devices.deviceInfoUpdate({ ...NAMES, isEnable: 2 });
    await expect(set({ rpm: 1 })).rejects.toEqual(rpcError(100021, 'disabled'));
  });

  test('many at once through two instances: each counts, and of those that expect a version one wins', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => set({ rpm: i, temperature: i }, {}, i % 2 ? fixture : second)),
    );
    expect((await fixture.desired.read(NAMES)).list.map(({ version }) => version)).toEqual(['20', '20']);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => set({ temperature: i, rpm: i }, { rpm: 20 }, i % 2 ? fixture : second)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [rpm, temperature] = (await fixture.desired.read(NAMES)).list;
    expect([rpm!.version, temperature!.version]).toEqual(['21', '21']);
    expect(rpm!.value).toBe(temperature!.value);
  });
});

describe('what becomes of it', () => {
  test('a device that is online is sent it at once; the value stays, and waits no longer', async () => {
    await bed.login();
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    expect(await set({ rpm: 5 })).toMatchObject({ isSent: true });
    await eventually(async () => expect(await stored()).toEqual(['rpm=5@1']));
    expect(got.map(({ message }) => message.params)).toEqual([{ rpm: 5 }]);
    expect(await waiting()).toEqual([]);
    expect(await ask(get('rpm'))).toEqual([200, { rpm: { value: 5, version: 1 } }]);
    expect((await bed.commandLog()).map(({ dataID, content }) => `${dataID}=${content}`)).toEqual(['rpm=5']);
  });

  test('one that is offline is sent it once, when it comes online', async () => {
    expect(await set({ rpm: 5 })).toMatchObject({ isSent: false });
    expect(await waiting()).toEqual(['rpm=5']);
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    await bed.login();
    await eventually(async () => expect(await stored()).toEqual(['rpm=5@1']));
    await sendStatus(fixture.bus, { action: 'disconnected', epoch: await bed.login() });
    await bed.login();
    expect(got.map(({ message }) => message.params)).toEqual([{ rpm: 5 }]);
  });

  test('what is kept by propertyControlSend is a desired value like any other', async () => {
    await fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":5}', shadowControl: '2' });
    await fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":6}', shadowControl: '2' });
    expect(await stored()).toEqual(['rpm=6@2!']);
    expect(await ask(get('rpm'))).toEqual([200, { rpm: { value: 6, version: 2 } }]);
  });

  test('a value that is set anew while the one before is under way is the last that the device hears', async () => {
    await bed.login();
    const answered: (() => void)[] = [];
    const got = bed.nodeAnswers(async () => {
      await new Promise<void>((resolve) => answered.push(resolve));
      return { code: 200 };
    });
    const params = () => got.map(({ message }) => message.params);
    await set({ rpm: 5 });
    await eventually(() => expect(params()).toEqual([{ rpm: 5 }]));
    await set({ rpm: 6 });
    await eventually(() => expect(params()).toEqual([{ rpm: 5 }, { rpm: 6 }]));
    // The answer to the second comes first. It was written after the first, so nothing is written once more.
    answered[1]!();
    await eventually(async () => expect(await stored()).toEqual(['rpm=6@2']));
    answered[0]!();
    await eventually(async () => expect((await bed.commandLog()).map((row) => row.resultCode)).toEqual(['200', '200']));
    await set({ temperature: 2 });
    await eventually(() => expect(params()).toEqual([{ rpm: 5 }, { rpm: 6 }, { temperature: 2 }]));
    answered[2]!();
    expect(await stored()).toContain('rpm=6@2');
  });

  test('of values that two instances send, the newer is the last that the device hears', async () => {
    await bed.login();
    const answered: (() => void)[] = [];
    const got = bed.nodeAnswers(async () => {
      await new Promise<void>((resolve) => answered.push(resolve));
      return { code: 200 };
    });
    const params = () => got.map(({ message }) => message.params);
    await set({ rpm: 5 });
    await eventually(() => expect(params()).toEqual([{ rpm: 5 }]));
    await set({ rpm: 6 }, {}, second);
    await eventually(() => expect(params()).toEqual([{ rpm: 5 }, { rpm: 6 }]));
    // The answer to the second comes first: nobody knows which of them was.
    answered[1]!();
    await eventually(async () => expect(await stored()).toEqual(['rpm=6@2']));
    answered[0]!();
    await eventually(() => expect(params()).toEqual([{ rpm: 5 }, { rpm: 6 }, { rpm: 6 }]));
    answered[2]!();
    await eventually(async () =>
      expect((await bed.commandLog()).map((row) => row.resultCode)).toEqual(['200', '200', '200']),
    );
    expect(await stored()).toEqual(['rpm=6@2']);
  });

  describe('a device that has just come online, whoever hears of it', () => {
    const paramsOf = (got: readonly Got[]) => got.map(({ message }) => message.params);
    /** What an instance of dm pushes with. */
    const newPush = () => {
      const context = contextOf(fixture);
      return new DesiredPush(context, new CommandSender(context, new WaitingCommands()));
    };

    test('is sent once what waits, while the same is sent at the wish of applications', async () => {
      await set({ rpm: 5, temperature: 2 });
      const got = bed.nodeAnswers(() => ({ code: 200 }));
      const change = await beginSession(fixture);
      const all = Array.from({ length: 4 }, newPush);
      await Promise.all(
        all.flatMap((push) => [
          push.devicesOnline([change]),
          push.sendIfOnline(NAMES, { identifiers: ['rpm', 'temperature'] }),
          push.sendIfOnline(NAMES, {}),
        ]),
      );
      await eventually(async () => expect(await stored()).toEqual(['rpm=5@1', 'temperature=2@1']));
      await Promise.all(all.map((push) => push.stop()));
      expect(paramsOf(got)).toEqual([{ rpm: 5, temperature: 2 }]);
    });

    test('hears nothing of what it asks for itself: its shadow, its configuration, the mode of its log', async () => {
      await fixture.shadow.update({ ...NAMES, desired: '{"a":1}' });
      await fixture.configurations.setConfiguration({ ...NAMES, content: '{"a":1}' });
      await fixture.devices.deviceInfoUpdate({ ...NAMES, logLevel: 5 });
      await set({ rpm: 5 });
      const got = bed.nodeAnswers(() => ({ code: 200 }));
      await bed.login();
      await eventually(async () => expect(await stored()).toEqual(['rpm=5@1']));
      expect(paramsOf(got)).toEqual([{ rpm: 5 }]);
    });

    test('hears once of what is changed from then on, through whichever instance', async () => {
      await fixture.configurations.setConfiguration({ ...NAMES, content: '{"a":1}' });
      const got = bed.nodeAnswers(() => ({ code: 200 }));
      await bed.login();
      await Promise.all([
        fixture.shadow.update({ ...NAMES, desired: '{"a":1}' }),
        second.devices.deviceInfoUpdate({ ...NAMES, logLevel: 5 }),
        second.configurations.pushConfiguration({ ...NAMES, form: 'CONTENT' }),
      ]);
      await eventually(() => expect(got).toHaveLength(3));
      await set({ rpm: 5 });
      await eventually(async () => expect(await stored()).toEqual(['rpm=5@1']));
      expect(got).toHaveLength(4);
    });

    test('is sent each of many settings at most once by one instance, and the last one last', async () => {
      await set({ rpm: 5 });
      const got = bed.nodeAnswers(() => ({ code: 200 }));
      const { prisma } = fixture.db;
      const change = await beginSession(fixture);
      const push = newPush();
      push.devicesOnline([change]);
      for (let rpm = 10; rpm < 30; rpm++) {
        await prisma.$transaction((tx) => setValues(tx, change.deviceID, { rpm }, rpm));
        await push.sendIfOnline(NAMES, { identifiers: ['rpm'] });
      }
      await eventually(async () => expect(await stored()).toEqual(['rpm=29@21']));
      await push.stop();
      const heard = paramsOf(got).map((params) => (params as { rpm: number }).rpm);
      expect(heard).toEqual([...new Set(heard)].sort((one, other) => one - other));
      expect(heard.at(-1)).toBe(29);
    });

    test('is sent what a process had claimed that died, in its next session', async () => {
      await set({ rpm: 5 });
      const got = bed.nodeAnswers(() => ({ code: 200 }));
      const { deviceID } = await beginSession(fixture);
      expect(await claimValues(fixture.db.prisma, deviceID, undefined)).toMatchObject([{ identifier: 'rpm' }]);
      expect(await claimValues(fixture.db.prisma, deviceID, undefined)).toEqual([]);
      const push = newPush();
      push.devicesOnline([await beginSession(fixture)]);
      await eventually(async () => expect(await stored()).toEqual(['rpm=5@1']));
      await push.stop();
      expect(paramsOf(got)).toEqual([{ rpm: 5 }]);
    });
  });

  test('a value that is deleted while it is under way stays deleted', async () => {
    await bed.login();
    let answer: (() => void) | undefined;
    bed.nodeAnswers(async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return { code: 200 };
    });
    await set({ rpm: 5 });
    await eventually(() => expect(answer).toBeDefined());
    expect(await versionsOf(fixture.desired.delete({ ...NAMES, identifiers: ['rpm'] }))).toEqual({ rpm: '1' });
    answer!();
    await eventually(async () => expect((await bed.commandLog())[0]!.resultCode).toBe('200'));
    expect([await stored(), await waiting()]).toEqual([['rpm=@1'], []]);
  });

  test('a value that nobody answered waits on', async () => {
    await bed.login();
    const got = bed.nodeAnswers(() => ({ code: 2000003, msg: 'unsubscribed' }));
    await set({ rpm: 5 });
    await eventually(() => expect(got).not.toEqual([]));
    expect([await stored(), await waiting()]).toEqual([['rpm=5@1!'], ['rpm=5']]);
  });
});

describe('deletion', () => {
  test('by the device: a version that does not match is ignored, without one any is deleted', async () => {
    await set({ rpm: 5, temperature: 2 });
    await set({ rpm: 6 });
    expect(await ask(remove({ rpm: 1, temperature: undefined, serial: undefined }))).toEqual([200, '']);
    expect(await stored()).toEqual(['rpm=6@2!', 'temperature=@1']);
    expect(await ask(remove({ rpm: 2 }))).toEqual([200, '']);
    expect(await ask(get('rpm', 'temperature'))).toEqual([200, {}]);
    expect(await waiting()).toEqual([]);
  });

  test('by an application: all or nothing, with versions', async () => {
    await set({ rpm: 5, temperature: 2 });
    const some = { ...NAMES, identifiers: ['rpm', 'temperature', 'serial'] };
    await expect(fixture.desired.delete({ ...some, versions: { rpm: 2 } })).rejects.toEqual(
      rpcError(100006, 'versions.rpm is 2, but the present one is 1'),
    );
    expect(await stored()).toEqual(['rpm=5@1!', 'temperature=2@1!']);
    const deleted = fixture.desired.delete({ ...some, versions: { rpm: 1, serial: 0 } });
    expect(await versionsOf(deleted)).toEqual({ rpm: '1', temperature: '1' });
    await expect(fixture.desired.delete(NAMES)).rejects.toEqual(rpcError(100006, 'identifiers'));
  });

  test('of the device, and its reset with data, take the values along', async () => {
    await set({ rpm: 5 });
    await fixture.devices.deviceReset({ device: NAMES, info: true });
    expect(await stored()).toEqual([]);
    await set({ rpm: 5 });
    await fixture.devices.deviceInfoDelete(NAMES);
    expect(await fixture.db.prisma.desiredValue.count()).toBe(0);
  });

  test('many by the device while many are set: nobody waits crosswise', async () => {
    await set({ rpm: 0, temperature: 0 });
    const work = Array.from({ length: 20 }, (_, i) => [
      set({ temperature: i, rpm: i }, {}, i % 2 ? fixture : second),
      ask(remove({ temperature: i, rpm: i })),
      fixture.products.productSchemaUpdate({ info: { productID: PRODUCT, identifier: 'rpm', order: i } }),
    ]);
    await Promise.all(work.flat());
    const { list } = await fixture.desired.read({ ...NAMES, withDeleted: true });
    expect(list.map(({ version }) => version)).toEqual(['21', '21']);
  });
});

describe('a thing model that changes', () => {
  test('takes the values of a property that is gone along, versions and all', async () => {
    await set({ rpm: 5, temperature: 2 });
    await fixture.products.productSchemaDelete({ productID: PRODUCT, identifier: 'rpm' });
    expect(await stored()).toEqual(['temperature=2@1!']);
    await fixture.products.productSchemaUpdate({ info: { productID: PRODUCT, identifier: 'temperature', order: 9 } });
    expect(await stored()).toEqual(['temperature=2@1!']);
  });

  test('leaves elements of arrays where they are, and everything where nothing is validated', async () => {
    await fixture.products.productSchemaCreate({ info: LEVELS });
    const keep = (data: string) => fixture.interact.propertyControlSend({ ...NAMES, data, shadowControl: '2' });
    await keep('{"levels.1":4}');
    await fixture.products.productSchemaDelete({ productID: PRODUCT, identifier: 'rpm' });
    expect(await stored()).toEqual(['levels.1=4@1!']);
    await fixture.products.productInfoUpdate({ productID: PRODUCT, protocolConf: { validation: 'none' } });
    await set({ anything: 'x' });
    await fixture.products.productSchemaDelete({ productID: PRODUCT, identifier: 'levels' });
    expect(await stored()).toEqual(['anything="x"@1!', 'levels.1=4@1!']);
  });

  test('has a value that it takes no longer deleted instead of sent', async () => {
    await set({ rpm: 9000, temperature: 2 });
    const affordance = { value: '{"mode":"rw","define":{"type":"string","max":"2"}}' };
    await fixture.products.productSchemaUpdate({ info: { productID: PRODUCT, identifier: 'rpm', affordance } });
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    await bed.login();
    await eventually(async () => expect(await stored()).toEqual(['rpm=@1', 'temperature=2@1']));
    expect(got.map(({ message }) => message.params)).toEqual([{ temperature: 2 }]);
    expect([...fixture.logged, ...second.logged].join()).toContain('that the thing model does not take are deleted');
  });
});

describe('a device that asks', () => {
  test('and is disabled or not there is told so', async () => {
    await set({ rpm: 5 });
    await fixture.devices.deviceInfoUpdate({ ...NAMES, isEnable: 2 });
    for (const question of [get('rpm'), remove({ rpm: undefined })]) {
      expect([await ask(question), await ask(question, 'nobody')]).toEqual([
        [6204, ''],
        [6100, ''],
      ]);
    }
    expect(await stored()).toEqual(['rpm=5@1!']);
  });

  test.each<[string, object]>([
    ['desired.get', {}],
    ['desired.get', { names: [1] }],
    ['desired.get', { names: ['a\0'] }],
    ['desired.delete', { deletions: [{}] }],
    ['desired.delete', { deletions: [{ name: 'rpm', version: '1' }] }],
  ])('%s with %j is answered with 460', async (kind, body) => {
    expect(await ask({ kind, ...body } as unknown as Question)).toEqual([460, '']);
  });

  test('while the database fails hears 6661', async () => {
    const { prisma } = fixture.db;
    await prisma.$executeRaw`ALTER TABLE desired_value RENAME TO other_value`;
    try {
      expect([await ask(get('rpm')), await ask(remove({ rpm: undefined }))]).toEqual([
        [6661, ''],
        [500, ''],
      ]);
    } finally {
      await prisma.$executeRaw`ALTER TABLE other_value RENAME TO desired_value`;
    }
  });
});

test('settings and deletions are audited, a refused one is not; what a device deletes is not', async () => {
  await set({ rpm: 5 });
  await set({ rpm: 5 }, { rpm: 0 }).catch(() => undefined);
  await ask(remove({ rpm: undefined }));
  await set({ rpm: 6 });
  await fixture.desired.delete({ ...NAMES, identifiers: ['rpm', 'temperature'] });
  const { list } = await fixture.admin.auditLogIndex({ ...NAMES, size: 3 });
  expect(list.map(({ action, detail }) => `${action} ${detail}`)).toEqual([
    'desired.delete {"identifiers":["rpm"]}',
    'desired.set {"identifiers":["rpm"]}',
    'desired.set {"identifiers":["rpm"]}',
  ]);
});
