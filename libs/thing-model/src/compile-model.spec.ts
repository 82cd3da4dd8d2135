import { readFileSync } from 'node:fs';
import { compileModel, importThingModel, type DataType, type Validation } from './index';

const { tsl } = JSON.parse(
  readFileSync(new URL('../../testing/vectors/thing-model.json', import.meta.url), 'utf8'),
) as { tsl: unknown };
const { model } = importThingModel(tsl);
const weak = compileModel(model, 'weak');
const strong = compileModel(model, 'strong');
const none = compileModel(model, 'none');
const modes = [weak, strong, none];

test('of a property and an event is known whether it has a member called value', () => {
  const member = (identifier: string) => ({
    identifier,
    name: '',
    dataType: { type: 'int' as const },
    required: false,
  });
  const head = { name: '', desc: '', required: false };
  const struct = (...names: string[]) => ({ type: 'struct' as const, members: names.map(member) });
  const property = (identifier: string, dataType: DataType) =>
    ({ kind: 'property', identifier, ...head, accessMode: 'r', dataType }) as const;
  const event = (identifier: string, ...names: string[]) =>
    ({ kind: 'event', identifier, ...head, type: 'info', output: names.map(member) }) as const;
  const { property: of, event: ofEvent } = compileModel(
    {
      properties: [
        property('with', struct('unit', 'value')),
        property('without', struct('v')),
        property('n', { type: 'int' }),
      ],
      events: [event('with', 'value'), event('without', 'v')],
      services: [],
    },
    'none',
  );
  expect(['with', 'without', 'n', 'unknown'].map((name) => of(name)?.hasValueMember)).toEqual([
    true,
    false,
    false,
    undefined,
  ]);
  expect(['with', 'without', 'unknown'].map((name) => ofEvent(name)?.hasValueMember)).toEqual([true, false, undefined]);
});

describe('a report', () => {
  test('keeps the valid values and says why the others were not taken', () => {
    expect(weak.checkProperties({ Temp: '25.5', Power: true, Rpm: 'fast', Unknown: 1, 'motor:Load': 3 })).toEqual({
      accepted: { Temp: 25.5, Power: 1, 'motor:Load': 3 },
      rejected: [
        { identifier: 'Rpm', code: 6306, message: 'tsl parse: data type is not int -> Rpm', value: 'fast' },
        { identifier: 'Unknown', code: 6320, message: 'tsl parse: params not exist -> Unknown', value: 1 },
      ],
    });
  });

  test('is held to ranges by strong validation only', () => {
    const values = { Temp: 500, Rpm: -1, Mode: 3, Note: 'a longer note', Levels: [1, 2, 3, 4, 5], Pos: { lat: 91 } };
    expect(weak.checkProperties(values)).toEqual({ accepted: values, rejected: [] });
    expect(strong.checkProperties(values).rejected.map(({ code }) => code)).toEqual([
      6322, 6306, 6309, 6310, 6328, 6322,
    ]);
    expect(strong.checkProperties({ Temp: '25' }).rejected[0]).toMatchObject({ code: 6322, value: '25' });
  });

  test('passes as it is without validation', () => {
    const values = { Temp: 'warm', Unknown: [{ deep: null }] };
    expect(none.checkProperties(values)).toEqual({ accepted: values, rejected: [] });
  });

  test('need not hold every property', () => {
    for (const mode of modes) expect(mode.checkProperties({}).rejected).toEqual([]);
  });

  test('of 200 properties is looked at, a larger one is refused as a whole', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, 1]));
    expect(weak.checkProperties(many(200)).rejected).toHaveLength(200);
    for (const mode of modes) {
      const { accepted, rejected } = mode.checkProperties({ Temp: 1, ...many(200) });
      expect(accepted).toEqual({});
      expect(rejected).toEqual([
        expect.objectContaining({ identifier: '', code: 6106, message: 'map size must less than 200' }),
      ]);
    }
  });

  test.each([[null], [undefined], [[]], ['x'], [1], [true]])('that is %j instead of an object is refused', (params) => {
    for (const mode of modes) {
      expect(mode.checkProperties(params)).toEqual({
        accepted: {},
        rejected: [{ identifier: '', code: 460, message: 'request parameter error', value: params }],
      });
    }
  });

  test('with a __proto__ member changes nobody’s prototype', () => {
    const params = JSON.parse('{"__proto__":{"polluted":1},"Temp":1}') as unknown;
    for (const mode of modes) {
      const { accepted, rejected } = mode.checkProperties(params);
      expect(accepted).toEqual({ Temp: 1 });
      expect(Object.getPrototypeOf(accepted)).toBe(Object.prototype);
      expect(rejected).toHaveLength(1);
    }
    const deep = JSON.parse('{"Temp":[{"__proto__":{"polluted":1}}]}') as unknown;
    expect(none.checkProperties(deep)).toMatchObject({ accepted: {}, rejected: [{ identifier: 'Temp', code: 460 }] });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('nested without end is refused, not recursed into', () => {
    const deep = JSON.parse(`{"Temp":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as unknown;
    expect(none.checkProperties(deep)).toMatchObject({ accepted: {}, rejected: [{ code: 460 }] });
    expect(weak.checkProperties(deep)).toMatchObject({ accepted: {}, rejected: [{ code: 6322 }] });
  });
});

describe('a property set', () => {
  test('may name any property, also one that is marked as read-only', () => {
    expect(weak.checkSettings({ Temp: '20', Rpm: 5, Nope: 1 })).toEqual({
      accepted: { Temp: 20, Rpm: 5 },
      rejected: [{ identifier: 'Nope', code: 6320, message: 'tsl parse: params not exist -> Nope', value: 1 }],
    });
  });

  test('is held to ranges unless nothing is validated', () => {
    const beyond = { Temp: 500, Mode: 3, Levels: [1, 2, 3, 4, 5] };
    for (const mode of [weak, strong]) {
      expect(mode.checkSettings(beyond).rejected.map(({ code }) => code)).toEqual([6322, 6309, 6328]);
    }
    expect(none.checkSettings(beyond)).toEqual({ accepted: beyond, rejected: [] });
  });

  test('may name single elements of an array', () => {
    expect(weak.checkSettings({ 'Levels.0': '5', 'Levels.3': 6 })).toEqual({
      accepted: { 'Levels.0': 5, 'Levels.3': 6 },
      rejected: [],
    });
    const wrong = { 'Levels.4': 1, 'Levels.x': 1, 'Levels.01': 1, 'Levels.': 1, '.1': 1, 'Temp.0': 1, 'Nope.0': 1 };
    expect(weak.checkSettings(wrong).rejected.map(({ code }) => code)).toEqual(Object.keys(wrong).map(() => 6320));
    expect(weak.checkSettings({ 'Levels.0': 'x' }).rejected).toEqual([
      expect.objectContaining({ identifier: 'Levels.0', code: 6306 }),
    ]);
    // A report has them whole.
    expect(weak.checkProperties({ 'Levels.0': 5 }).rejected).toEqual([expect.objectContaining({ code: 6320 })]);
  });
});

describe('an event', () => {
  test('brings its type', () => {
    expect(weak.checkEvent('alarm', { Code: 'E1' })).toEqual({ type: 'alert', accepted: { Code: 'E1' }, rejected: [] });
    expect(weak.checkEvent('broken', {})).toEqual({ type: 'fault', accepted: {}, rejected: [] });
    expect(weak.checkEvent('motor:jam', {})).toMatchObject({ type: 'info', rejected: [] });
  });
  test('is rejected for an ill-typed or unknown parameter', () => {
    expect(weak.checkEvent('alarm', { Code: 1, More: 2 }).rejected.map(({ code }) => code)).toEqual([6310, 6304]);
  });
  test('that is unknown is rejected as a whole, unless nothing is validated', () => {
    expect(weak.checkEvent('nope', { a: 1 })).toEqual({
      type: 'info',
      accepted: {},
      rejected: [{ identifier: 'nope', code: 6304, message: 'tsl parse: params not exist -> nope', value: { a: 1 } }],
    });
    expect(none.checkEvent('nope', { a: 1 })).toEqual({ type: 'info', accepted: { a: 1 }, rejected: [] });
  });
});

describe('a service', () => {
  test('says how it is called', () => {
    expect(weak.service('Reset')).toMatchObject({ callType: 'sync' });
    expect(weak.service('motor:Stop')).toMatchObject({ callType: 'async' });
    expect(weak.service('set')).toBeUndefined();
    expect(weak.service('__proto__')).toBeUndefined();
  });
  test('wants its required input', () => {
    expect(weak.checkServiceInput('Reset', { Delay: '5' })).toEqual({ accepted: { Delay: 5 }, rejected: [] });
    expect(weak.checkServiceInput('Reset', { Why: 'x' }).rejected).toEqual([
      { identifier: 'Delay', code: 6302, message: 'tsl parse: required param missing -> Delay', value: undefined },
    ]);
    expect(none.checkServiceInput('Reset', {}).rejected).toEqual([]);
  });
  test('has its input held to ranges', () => {
    expect(weak.checkServiceInput('Reset', { Delay: 61 }).rejected).toEqual([
      expect.objectContaining({ identifier: 'Delay', code: 6306 }),
    ]);
  });
  test('has its output checked', () => {
    expect(weak.checkServiceOutput('Reset', { Done: true })).toEqual({ accepted: { Done: 1 }, rejected: [] });
    expect(strong.checkServiceOutput('Reset', { Done: true }).rejected[0]).toMatchObject({ code: 6308 });
  });
  test('that is unknown is refused', () => {
    expect(weak.checkServiceInput('nope', {}).rejected[0]).toMatchObject({ identifier: 'nope', code: 6206 });
    expect(weak.checkServiceOutput('nope', {}).rejected[0]).toMatchObject({ identifier: 'nope', code: 6206 });
    expect(none.checkServiceInput('nope', { a: 1 })).toEqual({ accepted: { a: 1 }, rejected: [] });
  });
});

test('a product without a model knows nothing', () => {
  expect(compileModel(undefined, 'weak').checkProperties({ a: 1 }).rejected[0]).toMatchObject({ code: 6320 });
  expect(compileModel(undefined, 'none').checkProperties({ a: 1 })).toEqual({ accepted: { a: 1 }, rejected: [] });
  expect(compileModel(undefined, 'strong').validation).toBe('strong');
});

/** Mulberry32: the same values in every run. */
const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

describe('whatever a device sends, no check throws', () => {
  const names = [
    ...[...model.properties, ...model.events, ...model.services].map(({ identifier }) => identifier),
    ...['lat', 'x', 'Code', 'Delay', '__proto__', 'constructor', 'toString', '', 'post', '💡', 'a:b', '\u0000'],
  ];
  const scalars = [
    0,
    1,
    -1,
    2.5,
    1e308,
    2 ** 53,
    '0',
    '1',
    '25.5',
    'true',
    '',
    'ü',
    '1700000000000',
    true,
    false,
    null,
  ];
  const value = (next: () => number, depth: number): unknown => {
    const pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T;
    const kind = next();
    if (depth > 4 || kind < 0.5) return pick(scalars);
    const size = Math.floor(next() * 5);
    if (kind < 0.75) return Array.from({ length: size }, () => value(next, depth + 1));
    // Through JSON, as a payload comes: then __proto__ is an own member.
    const members = Array.from({ length: size }, () => `${JSON.stringify(pick(names))}:${text(next, depth + 1)}`);
    return JSON.parse(`{${members.join()}}`) as unknown;
  };
  const text = (next: () => number, depth: number): string => JSON.stringify(value(next, depth));

  test.each<Validation>(['weak', 'strong', 'none'])('%s', (validation) => {
    const compiled = compileModel(model, validation);
    const next = random(20_240_601);
    const odd: unknown[] = [];
    let checked = 0;
    for (let round = 0; round < 5000; round++) {
      const params = value(next, 0);
      const name = names[Math.floor(next() * names.length)] as string;
      for (const { accepted, rejected } of [
        compiled.checkProperties(params),
        compiled.checkSettings(params),
        compiled.checkEvent(name, params),
        compiled.checkServiceInput(name, params),
        compiled.checkServiceOutput(name, params),
      ]) {
        if (Object.getPrototypeOf(accepted) !== Object.prototype) odd.push(['prototype', params]);
        const given = new Set(typeof params === 'object' && params !== null ? Object.keys(params) : []);
        if (!Object.keys(accepted).every((identifier) => given.has(identifier))) odd.push(['made up', params]);
        for (const { code, message } of rejected) {
          checked++;
          if (code < 460 || /["{}\n]/.test(message)) odd.push([code, message]);
        }
      }
    }
    expect(odd).toEqual([]);
    expect(checked).toBeGreaterThan(1000);
  });

  test('what strong validation takes, weak validation takes unchanged', () => {
    const next = random(7);
    const taken = Array.from({ length: 10_000 }, () => strong.checkProperties(value(next, 0)).accepted);
    expect(taken.filter((accepted) => Object.keys(accepted).length > 0).length).toBeGreaterThan(100);
    expect(taken.map((accepted) => weak.checkProperties(accepted))).toEqual(
      taken.map((accepted) => ({ accepted, rejected: [] })),
    );
  });
});
