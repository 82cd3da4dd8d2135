import type { Problem } from '@alink/alink';
import { ProblemLines } from './problem-lines';

const HOUR_MS = 3_600_000;
const problem = (over: Partial<Problem> = {}): Problem => ({ code: 200, message: 'odd', step: 'Mend it.', ...over });

describe('lines of problems', () => {
  let now: number;
  let lines: ProblemLines;
  beforeEach(() => {
    now = 5;
    lines = new ProblemLines({ now: () => now });
  });

  test('have the cause, the detail and the step', () => {
    expect(lines.lineOf('d1', problem())).toBe('odd; Mend it.');
    expect(lines.lineOf('d1', problem({ detail: 'in {}' }))).toBe('odd, in {}; Mend it.');
    expect(lines.lineOf('d1', problem())).toBe('odd; Mend it.');
  });

  test.each([
    ['method', HOUR_MS],
    ['json', 24 * HOUR_MS],
    ['encoding', 24 * HOUR_MS],
  ] as const)('of the kind %s come once in its time, with a count', (seldom, interval) => {
    const line = () => lines.lineOf('d1', problem({ seldom }));
    expect(line()).toBe('odd; Mend it.');
    now += interval - 1;
    expect([line(), line()]).toEqual([undefined, undefined]);
    now += 1;
    expect(line()).toBe('odd; Mend it. (and 2 like it since the last line)');
  });

  test('of one kind or device hold back none of another', () => {
    for (const device of ['d1', 'd2'])
      for (const seldom of ['method', 'json', 'encoding'] as const)
        expect(lines.lineOf(device, problem({ seldom }))).toBeDefined();
  });
});
