import { isLater } from './epoch';

test.each([
  ['a later place', { stream: 1, sequence: 8 }, { stream: 1, sequence: 7 }, true],
  ['the same place', { stream: 1, sequence: 7 }, { stream: 1, sequence: 7 }, false],
  ['an earlier place', { stream: 1, sequence: 6 }, { stream: 1, sequence: 7 }, false],
  ['a stream that was made later, which counts from 1', { stream: 2, sequence: 1 }, { stream: 1, sequence: 7 }, true],
  ['a stream of before', { stream: 1, sequence: 9 }, { stream: 2, sequence: 1 }, false],
])('%s', (_case, one, other, later) => {
  expect(isLater(one, other)).toBe(later);
});
