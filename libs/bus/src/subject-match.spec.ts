import { assertSubject, subjectMatcher } from './subject-match';

test.each([
  ['a.b.c', 'a.b.c', true],
  ['a.b.c', 'a.b', false],
  ['a.*.c', 'a.b.c', true],
  ['a.*.c', 'a.b.b.c', false],
  ['*', 'a', true],
  ['*', 'a.b', false],
  ['a.>', 'a.b', true],
  ['a.>', 'a.b.c.d', true],
  ['a.>', 'a', false],
  ['>', 'anything.at.all', true],
  ['a.*.>', 'a.b', false],
  ['a.*.>', 'a.b.c', true],
  ['a.b', 'a.bc', false],
])('pattern %s on %s: %s', (pattern, subject, expected) => {
  expect(subjectMatcher(pattern)(subject)).toBe(expected);
});

test.each(['', 'a b', 'a\tb', 'a\r\nPUB', 'x'.repeat(2049), '温'.repeat(683)])('%j is no subject', (subject) => {
  expect(() => assertSubject(subject)).toThrow(/^not a subject: .{0,202}$/);
});

test.each(['a', 'a.温.>', 'x'.repeat(2048)])('%s is a subject', (subject) => {
  expect(() => assertSubject(subject)).not.toThrow();
});
