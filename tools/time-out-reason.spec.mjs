import { Linter } from 'eslint';
import rule from './time-out-reason.mjs';

const problems = (code) => {
  const config = { plugins: { it: { rules: { rule } } }, rules: { 'it/rule': 'error' } };
  return new Linter().verify(code, config).map(({ messageId }) => messageId);
};

test.each([
  'test("a", () => {});',
  'test("a", () => {}, 60_000); // a lease of 30 s ends',
  'test("a", () => {\n}, 60_000); // a lease of 30 s ends',
  'test.each([1])(\n"a",\n() => {},\n60_000, // a lease of 30 s ends\n);',
  'test.each([1])("a", () => {}, 60_000); // a lease of 30 s ends',
  'beforeAll(() => {}, 60_000); // starts everything',
  'beforeAll(() => {}, PLATFORM_START_MS);',
  'jest.setTimeout(60_000); // a lease of 30 s ends',
  'jest.advanceTimersByTime(60_000);',
  'wait(60_000);',
])('%j', (code) => {
  expect(problems(code)).toEqual([]);
});

test.each([
  'test("a", () => {}, 60_000);',
  '// a lease of 30 s ends\ntest("a", () => {}, 60_000);',
  'test("a", () => { /* waits */ }, 60_000);',
  'test.each([1])("a", () => {}, 60_000);',
  'test.only("a", () => {}, 60_000);',
  'afterEach(() => {}, 60_000);',
  'jest.setTimeout(60_000);',
])('%j does not say why', (code) => {
  expect(problems(code)).toEqual(['why']);
});
