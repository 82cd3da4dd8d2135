import type { JsonObject } from '@alink/contract';
import { changeShadow, documentOf, EMPTY, isRefusal, type Change, type Shadow } from './document';

const AT = 1_469_564_492;
const apply = (shadow: Shadow, change: Change, at = AT): Shadow => {
  const outcome = changeShadow(shadow, change, at);
  if (isRefusal(outcome)) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome;
};
const report = (set: JsonObject, version?: number): Change => ({ version, reported: { set } });
const refusal = (shadow: Shadow, change: Change) => changeShadow(shadow, change, AT);

test('reported attributes stand beside each other, each with the time of its latest change', () => {
  const first = apply(EMPTY, report({ color: 'red', on: true }, 1));
  const second = apply(first, report({ color: 'green' }, 5), AT + 84);
  expect(documentOf(second)).toEqual({
    version: 5,
    state: { reported: { color: 'green', on: true } },
    metadata: { reported: { color: { timestamp: AT + 84 }, on: { timestamp: AT } } },
  });
});

test('groups are merged, lists and everything else stand for what was there', () => {
  const shadow = apply(EMPTY, report({ lamp: { on: 1, rgb: [1, 2, 3] }, other: { a: 1 }, plain: 1 }, 1));
  const { reported } = apply(shadow, report({ lamp: { rgb: [4], hue: {} }, other: 5, plain: { b: 2 } }), AT + 1);
  expect(reported).toEqual({
    values: { lamp: { on: 1, rgb: [4], hue: {} }, other: 5, plain: { b: 2 } },
    times: {
      lamp: { on: { timestamp: AT }, rgb: { timestamp: AT + 1 }, hue: { timestamp: AT + 1 } },
      other: { timestamp: AT + 1 },
      plain: { b: { timestamp: AT + 1 } },
    },
  });
});

test('an attribute may be called what objects have of themselves', () => {
  const { reported } = apply(EMPTY, report({ constructor: { timestamp: 7 }, toString: 1 }, 1));
  expect(reported.times).toEqual({ constructor: { timestamp: { timestamp: AT } }, toString: { timestamp: AT } });
});

test('attributes go one by one, with a group of which nothing is left, or all at once', () => {
  const shadow = apply(EMPTY, report({ a: 1, lamp: { on: 1, hue: 2 }, fan: { on: 1 } }, 1));
  const some = apply(shadow, { reported: { removed: { a: null, lamp: { on: null }, fan: { on: null }, nope: null } } });
  expect(some.reported).toEqual({ values: { lamp: { hue: 2 } }, times: { lamp: { hue: { timestamp: AT } } } });
  expect(apply(some, { reported: { removed: null } }).reported).toEqual(EMPTY.reported);
  expect(apply(shadow, { reported: { removed: { a: { deeper: null } } } }).reported.values).not.toHaveProperty('a');
});

test('what is desired is told as long as something is', () => {
  const shadow = apply(EMPTY, { desired: { set: { color: 'green', on: 1 } } });
  expect(documentOf(shadow)).toEqual({
    version: 1,
    state: { reported: {}, desired: { color: 'green', on: 1 } },
    metadata: { reported: {}, desired: { color: { timestamp: AT }, on: { timestamp: AT } } },
  });
  const done = apply(shadow, { version: 2, desired: { removed: { color: null } } });
  expect(documentOf(done).state).toEqual({ reported: {}, desired: { on: 1 } });
  expect(documentOf(apply(done, { desired: { removed: null } })).state).toEqual({ reported: {} });
});

describe('versions', () => {
  const at = (version: number) => apply(EMPTY, report({ a: 1 }, version));

  test.each([
    [0, 1],
    [1, 2],
    [1, 1_778_593_628_940],
    [1_778_593_628_940, 1_778_593_628_941],
    [2 ** 32, 2 ** 32 + 1],
    [1, 2 ** 53 - 1],
  ])('%d gives way to %d', (present, next) => {
    expect(apply({ ...EMPTY, version: present }, report({ a: 2 }, next)).version).toBe(next);
  });

  test.each([
    [1, 1],
    [1, 0],
    [1_778_593_628_940, 4],
    [5, -2],
    [0, 0],
  ])('%d does not give way to %d', (present, next) => {
    const message = `version conflict: ${next} is not greater than ${present}`;
    expect(refusal({ ...EMPTY, version: present }, report({ a: 2 }, next))).toEqual({ code: 409, message });
  });

  test('-1 deletes what is there, takes what is said, and is 0', () => {
    const shadow = apply(at(7), { desired: { set: { b: 1 } } });
    expect(documentOf(apply(shadow, report({ c: 1 }, -1)))).toMatchObject({
      version: 0,
      state: { reported: { c: 1 } },
    });
    expect(apply(shadow, report({ c: 1 }, -1)).desired).toEqual(EMPTY.desired);
    expect(apply({ ...shadow, version: 2 ** 53 - 1 }, report({ c: 1 }, -1)).version).toBe(0);
  });

  test('after the last one there is no next one', () => {
    expect(refusal({ ...EMPTY, version: 2 ** 53 - 1 }, report({ a: 1 }))).toMatchObject({ code: 409 });
  });
});

describe('limits', () => {
  const numbered = (count: number, from = 0) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${from + i}`, 1]));
  const nested = (levels: number): JsonObject => (levels === 1 ? { a: 1 } : { a: nested(levels - 1) });

  test('128 attributes of each part, counted at their ends, with those that were there', () => {
    const full = apply(EMPTY, {
      reported: { set: { g: numbered(127), l: [1, 2, 3] } },
      desired: { set: numbered(128) },
    });
    expect(refusal(full, report({ one: 1 }))).toEqual({ code: 408, message: 'reported has more than 128 attributes' });
    expect(refusal(full, { desired: { set: { one: 1 } } })).toMatchObject({ code: 408 });
    expect(isRefusal(refusal(full, report({ l: 1 })))).toBe(false);
    const less = apply(full, { reported: { removed: { g: { a0: null } } } });
    expect(isRefusal(refusal(less, report({ one: 1 })))).toBe(false);
  });

  test('five levels', () => {
    expect(isRefusal(refusal(EMPTY, report(nested(5))))).toBe(false);
    expect(refusal(EMPTY, report(nested(6)))).toEqual({ code: 400, message: 'reported has more than 5 levels' });
    expect(isRefusal(refusal(EMPTY, report({ list: [nested(8)] })))).toBe(false);
  });

  test('16 KB, both parts together', () => {
    const half = apply(EMPTY, { desired: { set: { a: 'x'.repeat(8000) } } });
    expect(isRefusal(refusal(half, report({ a: '温'.repeat(2700) })))).toBe(false);
    expect(refusal(half, report({ a: '温'.repeat(2900) }))).toEqual({
      code: 400,
      message: 'the shadow would be larger than 16 KB',
    });
  });
});
