import { randomOf } from './random';

const first = (...names: (string | number)[]) => Array.from({ length: 4 }, randomOf(...names).next);

test('the same names give the same numbers, others give others', () => {
  expect(first('seed', 'dev1', 3)).toEqual(first('seed', 'dev1', 3));
  const streams = [
    first('seed', 'dev1', 3),
    first('seed', 'dev1', 4),
    first('seed', 'dev2', 3),
    first('seed2', 'dev1', 3),
  ];
  expect(new Set(streams.map(([number]) => number)).size).toBe(4);
});

/** What is drawn must not change with a version of this program: recordings and load tests rely on it. */
test('the numbers of a seed are these', () => {
  const random = randomOf('1', 'sim-0001', 'properties', 0);
  expect(Array.from({ length: 5 }, () => random.whole(0, 999))).toMatchInlineSnapshot(`
   [
     220,
     570,
     819,
     199,
     404,
   ]
  `);
});

test('numbers are spread evenly', () => {
  const random = randomOf('even');
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) counts[Math.floor(random.next() * 10)]! += 1;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('whole numbers reach both ends', () => {
  const random = randomOf('ends');
  expect(new Set(Array.from({ length: 200 }, () => random.whole(-1, 1)))).toEqual(new Set([-1, 0, 1]));
});

test('there is nothing to pick from nothing', () => {
  expect(() => randomOf('x').pick([])).toThrow(RangeError);
});
