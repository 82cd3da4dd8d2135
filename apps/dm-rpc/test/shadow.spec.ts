/** Shadows: written and read by devices, changed by applications, which their devices hear of. */
import type { Question } from '@alink/alink';
import type { Json } from '@alink/contract';
import { CommandBed } from './command-bed';
import { DEVICE, NAMES, PRODUCT, rpcError, startBeside, startDm, type DmFixture } from './dm-fixture';

const NOW = 1_778_593_628_940;
const SECONDS = 1_778_593_628;

let fixture: DmFixture;
let second: DmFixture;
let bed: CommandBed;
beforeAll(async () => {
  fixture = await startDm({ now: () => NOW });
  second = await startBeside(fixture);
});
afterAll(async () => {
  await second?.stop();
  await fixture?.stop();
});
beforeEach(async () => void (bed = await CommandBed.prepare(fixture)));
afterEach(() => bed.clear());

const ask = async (question: Question, deviceName = DEVICE, { requests } = fixture) => {
  const { kind, ...body } = question;
  const { replies } = await requests.ask({ questions: [{ ...NAMES, deviceName, kind, body: JSON.stringify(body) }] });
  const { code, data } = replies[0]!;
  return [Number(code), data && (JSON.parse(data) as Json)];
};
const GET: Question = { kind: 'shadow.get' };
const report = (reported: Record<string, Json>, version: number): Question => ({
  kind: 'shadow.update',
  version,
  reported,
});
const desire = (desired: object, more: object = {}, { shadow } = fixture) =>
  shadow.update({ ...NAMES, desired: JSON.stringify(desired), ...more });
const read = async () => {
  const { reported, desired, version } = await fixture.shadow.read(NAMES);
  return `${version} ${reported} ${desired}`;
};

describe('a device', () => {
  test('reports, reads, and deletes; versions of today are kept to the last digit', async () => {
    expect(await ask(GET)).toEqual([407, '']);
    expect(await ask(report({ color: 'red', lamp: { on: 1 } }, NOW))).toEqual([200, { version: NOW }]);
    expect(await ask(report({ color: 'green' }, NOW))).toEqual([409, '']);
    expect(await ask(report({ color: 'green' }, NOW + 1))).toEqual([200, { version: NOW + 1 }]);
    const times = { color: { timestamp: SECONDS }, lamp: { on: { timestamp: SECONDS } } };
    expect(await ask(GET)).toEqual([
      200,
      { version: NOW + 1, state: { reported: { color: 'green', lamp: { on: 1 } } }, metadata: { reported: times } },
    ]);
    const gone: Question = { kind: 'shadow.delete', version: 2 ** 53 - 1, reported: { lamp: null } };
    expect(await ask(gone)).toEqual([200, { version: 2 ** 53 - 1 }]);
    expect(await read()).toBe(`9007199254740991 {"color":"green"} {}`);
    expect(await ask(report({ a: 1 }, -1))).toEqual([200, { version: 0 }]);
    expect(await read()).toBe('0 {"a":1} {}');
  });

  test('fetches what is desired, and clears it when it is done', async () => {
    await desire({ color: 'green' });
    expect(await ask(GET)).toMatchObject([200, { version: 1, state: { reported: {}, desired: { color: 'green' } } }]);
    const done: Question = { kind: 'shadow.update', version: 2, reported: { color: 'green' }, desired: null };
    expect(await ask(done)).toEqual([200, { version: 2 }]);
    expect(await read()).toBe('2 {"color":"green"} {}');
  });

  test('is refused what is too much, and nothing of it is kept', async () => {
    const many = Object.fromEntries(Array.from({ length: 129 }, (_, i) => [`a${i}`, i]));
    expect(await ask(report(many, 1))).toEqual([408, '']);
    expect(await ask(report({ a: { a: { a: { a: { a: { a: 1 } } } } } }, 1))).toEqual([400, '']);
    expect(await ask(report({ a: 'x'.repeat(17_000) }, 1))).toEqual([400, '']);
    expect(await ask(GET)).toEqual([407, '']);
    expect(await fixture.db.prisma.deviceShadow.count()).toBe(0);
  });

  test('that is disabled or not there is told so', async () => {
    await fixture.devices.deviceInfoUpdate({ ...NAMES, isEnable: 2 });
    for (const question of [GET, report({ a: 1 }, 1), { kind: 'shadow.delete', version: 1, reported: null } as const]) {
      expect([await ask(question), await ask(question, 'nobody')]).toEqual([
        [500, ''],
        [500, ''],
      ]);
    }
    expect(await read()).toBe('0 {} {}');
  });

  test.each<[string, object]>([
    ['shadow.update', {}],
    ['shadow.update', { version: 1.5, reported: {} }],
    ['shadow.update', { version: 1, reported: [] }],
    ['shadow.update', { version: 1, reported: { a: '\0' } }],
    ['shadow.update', { version: 1, desired: 'null' }],
    ['shadow.delete', { version: 1, reported: 'null' }],
  ])('%s with %j is answered with 460', async (kind, body) => {
    expect(await ask({ kind, ...body } as unknown as Question)).toEqual([460, '']);
  });

  test('and many others write at once, through two instances: of one version one stands', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, i) => ask(report({ [`a${i}`]: i }, 5), DEVICE, i % 2 ? fixture : second)),
    );
    expect(outcomes.filter(([code]) => code === 200)).toHaveLength(1);
    expect(outcomes.filter(([code]) => code === 409)).toHaveLength(11);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => desire({ [`d${i}`]: i }, { isDelta: true }, i % 2 ? fixture : second)),
    );
    const { version, reported, desired } = await fixture.shadow.read(NAMES);
    expect(version).toBe('25');
    expect(Object.keys(JSON.parse(reported) as object)).toHaveLength(1);
    expect(Object.keys(JSON.parse(desired) as object)).toHaveLength(20);
  });
});

describe('an application', () => {
  test('desires, and the device that is online hears of it', async () => {
    await ask(report({ color: 'red' }, 1));
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    expect(await desire({ color: 'green' }, { version: 2 })).toEqual({ version: '2', isSent: true });
    expect(got.map(({ publish: { topic, type, payload } }) => [topic, type, payload.toString()])).toEqual([
      [
        `/shadow/get/${PRODUCT}/${DEVICE}`,
        'raw',
        `{"method":"control","version":2,"timestamp":${SECONDS},"payload":{"status":"success",` +
          '"state":{"reported":{"color":"red"},"desired":{"color":"green"}},' +
          `"metadata":{"reported":{"color":{"timestamp":${SECONDS}}},"desired":{"color":{"timestamp":${SECONDS}}}}}}`,
      ],
    ]);
    // Nothing is left to be done.
    expect(await desire({})).toEqual({ version: '3', isSent: false });
    expect(got).toHaveLength(1);
  });

  test('hears that the device is not there, or takes nothing', async () => {
    expect(await desire({ color: 'green' })).toEqual({ version: '1', isSent: false });
    bed.nodeAnswers(() => ({ code: 2000003, msg: 'unsubscribed' }));
    expect(await desire({ color: 'blue' })).toEqual({ version: '2', isSent: false });
    expect(await fixture.db.prisma.sendLog.count()).toBe(0);
  });

  test('desires something else, or something more', async () => {
    await desire({ color: 'green', lamp: { on: 1 } });
    await desire({ color: 'null', lamp: { hue: 2 }, fan: null }, { isDelta: true });
    expect(await read()).toBe('2 {} {"lamp":{"on":1,"hue":2}}');
    await desire({ color: 'red', lamp: null });
    expect(await read()).toBe('3 {} {"color":"red"}');
  });

  test('gives a version that must be greater, 0 for the next one, and -1 to begin anew', async () => {
    await ask(report({ a: 1 }, NOW));
    await expect(desire({ b: 1 }, { version: 5 })).rejects.toEqual(
      rpcError(100006, `version is refused: version conflict: 5 is not greater than ${NOW}`),
    );
    expect(await desire({ b: 1 }, { version: 0 })).toMatchObject({ version: String(NOW + 1) });
    await expect(desire({ b: 1 }, { version: -2 })).rejects.toEqual(rpcError(100006, 'version'));
    expect(await desire({ b: 1 }, { version: -1 })).toMatchObject({ version: '0' });
    expect(await read()).toBe('0 {} {"b":1}');
  });

  test.each<[string, string]>([
    ['', 'desired must not be empty'],
    ['[1]', 'desired must be a JSON object'],
    ['{"a":"\\u0000"}', 'desired holds text that cannot be kept'],
    ['{"__proto__":1}', 'desired holds text that cannot be kept'],
    [`${'{"a":'.repeat(8000)}1${'}'.repeat(8000)}`, 'desired holds text that cannot be kept, or is nested too deep'],
    ['{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}', 'desired is refused: desired has more than 5 levels'],
    [JSON.stringify({ a: 'x'.repeat(17_000) }), 'desired is refused: the shadow would be larger than 16 KB'],
  ])('is refused %.40s', async (desired, why) => {
    await expect(fixture.shadow.update({ ...NAMES, desired })).rejects.toEqual(rpcError(100006, why));
    expect(await read()).toBe('0 {} {}');
  });

  test('deletes all of it, and versions begin anew; every change of its is audited', async () => {
    await fixture.db.prisma.auditLog.deleteMany();
    await ask(report({ a: 1 }, NOW));
    await desire({ b: 1 });
    await desire({ b: 1 }, { version: 1 }).catch(() => undefined);
    await fixture.shadow.delete(NAMES);
    await fixture.shadow.delete(NAMES);
    expect(await read()).toBe('0 {} {}');
    expect(await ask(report({ a: 1 }, 1))).toEqual([200, { version: 1 }]);
    const { list } = await fixture.admin.auditLogIndex(NAMES);
    expect(list.map(({ action, detail }) => `${action} ${detail}`)).toEqual([
      'shadow.delete ',
      `shadow.update {"desired":["b"],"version":${NOW + 1}}`,
    ]);
  });

  test('reads when it was changed, and is told of devices that are not there', async () => {
    await desire({ b: 1 });
    expect(await fixture.shadow.read(NAMES)).toMatchObject({
      metadata: `{"reported":{},"desired":{"b":{"timestamp":${SECONDS}}}}`,
      updatedAt: String(NOW),
    });
    const nobody = { ...NAMES, deviceName: 'nobody' };
    for (const call of [
      () => fixture.shadow.read(nobody),
      () => fixture.shadow.update({ ...nobody, desired: '{}' }),
      () => fixture.shadow.delete(nobody),
    ]) {
      await expect(call()).rejects.toEqual(rpcError(100009, 'nobody'));
    }
  });
});

test('the shadow goes with the device, and with its data', async () => {
  await ask(report({ a: 1 }, 1));
  await fixture.devices.deviceReset({ device: NAMES, info: true });
  expect(await read()).toBe('0 {} {}');
  await ask(report({ a: 1 }, 1));
  await fixture.devices.deviceInfoDelete(NAMES);
  expect(await fixture.db.prisma.deviceShadow.count()).toBe(0);
});
