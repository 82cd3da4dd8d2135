import { findText, refuseNul } from './request-text';

const nulIn = (request: object) => findText(request, (text) => text.includes('\0'));

describe('findText', () => {
  test.each<[object, string]>([
    [{ code: 'a', name: 'a\0' }, 'name'],
    [{ page: { orders: [{ field: 'a' }, { field: '\0' }] } }, 'page.orders[1].field'],
    [{ tags: { plain: 'a\0' } }, 'tags.plain'],
    [{ tags: { 'a "b"': 'a\0' } }, 'tags["a \\"b\\""]'],
    [{ tags: { 'a\0b': '' } }, 'tags key'],
    [{ names: ['a', 'b\0'] }, 'names[1]'],
  ])('%j: %s', (request, path) => {
    expect(nulIn(request)).toBe(path);
  });

  test('bytes, numbers and what is not set have no text', () => {
    expect(
      nulIn({ payload: Buffer.from('\0'), count: 0, on: true, page: null, code: undefined, id: '0' }),
    ).toBeUndefined();
  });

  test('a path is never longer than a header may be', () => {
    expect(nulIn({ tags: { ['x y'.repeat(10_000)]: '\0' } })).toHaveLength(200);
  });
});

test('refuseNul names the field, in the details too', () => {
  expect(() => refuseNul({ code: 'a' })).not.toThrow();
  expect(() => refuseNul({ code: 'a\0' })).toThrow(
    expect.objectContaining({ code: 100006, message: 'code must not contain U+0000', details: ['code'] }),
  );
});
