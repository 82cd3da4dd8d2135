import { seededRandom } from './seeded-random';

test('the same seed gives the same numbers, another seed others', () => {
  const sequence = (seed: number) => {
    const random = seededRandom(seed);
    return [random.next(), random.int(0, 1000), random.text(8), random.bytes(4).toString('hex')];
  };
  expect(sequence(1)).toEqual(sequence(1));
  expect(sequence(1)).not.toEqual(sequence(2));
});

test('numbers stay in their range and reach both ends', () => {
  const random = seededRandom(7);
  const seen = new Set(Array.from({ length: 1000 }, () => random.int(-2, 3)));
  expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
});

test('picks only from the items, and never from none', () => {
  const random = seededRandom(7);
  const picked = new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b'])));
  expect(picked).toEqual(new Set(['a', 'b']));
  expect(() => random.pick([])).toThrow(RangeError);
  expect(random.text(5, 'x')).toBe('xxxxx');
});
