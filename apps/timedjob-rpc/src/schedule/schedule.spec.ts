import { parseGoDuration } from './go-duration';
import { parseSchedule } from './schedule';

const at = (text: string) => new Date(text).getTime();

describe('parseGoDuration', () => {
  test.each([
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['1h0m0.5s', 3_600_500],
    ['250ms', 250],
    ['2us', 0.002],
    ['+1s', 1000],
  ])('%s is %d ms', (text, expected) => expect(parseGoDuration(text)).toBeCloseTo(expected, 9));

  test.each(['', '10', 'm', '-1s', '0s', '1d', '1 s', '1m extra', '1e3s'])('refuses "%s"', (text) => {
    expect(parseGoDuration(text)).toBeUndefined();
  });
});

describe('parseSchedule', () => {
  const local = (...args: [number, number, number, number, number, number]) => new Date(...args).getTime();

  test('five fields run at second 0', () => {
    const schedule = parseSchedule('*/15 * * * *');
    expect(schedule.first(local(2026, 0, 1, 12, 3, 20))).toBe(local(2026, 0, 1, 12, 15, 0));
    expect(schedule.first(local(2026, 0, 1, 12, 15, 0))).toBe(local(2026, 0, 1, 12, 30, 0));
  });

  test('six fields begin with the second', () => {
    expect(parseSchedule('30 0 8 * * 1-5').first(local(2026, 0, 3, 9, 0, 0))).toBe(local(2026, 0, 5, 8, 0, 30));
  });

  test('names for common times', () => {
    expect(parseSchedule('@hourly').first(local(2026, 0, 1, 12, 3, 20))).toBe(local(2026, 0, 1, 13, 0, 0));
  });

  test('cron passes over what was missed', () => {
    const schedule = parseSchedule('* * * * *');
    const due = local(2026, 0, 1, 12, 0, 0);
    expect(schedule.next(due, due + 200)).toBe(due + 60_000);
    expect(schedule.next(due, due + 3_600_500)).toBe(due + 3_660_000);
  });

  test('a clock that lags behind does not run the same time twice', () => {
    const due = local(2026, 0, 1, 12, 0, 0);
    expect(parseSchedule('* * * * *').next(due, due - 300)).toBe(due + 60_000);
    expect(parseSchedule('@every 10s').next(due, due - 300)).toBe(due + 10_000);
  });

  test('@every keeps its beat, also after a pause', () => {
    const schedule = parseSchedule('@every 10m');
    const start = at('2026-01-01T00:00:07Z');
    const first = schedule.first(start);
    expect(first).toBe(at('2026-01-01T00:10:07Z'));
    expect(schedule.next(first, first + 90)).toBe(at('2026-01-01T00:20:07Z'));
    expect(schedule.next(first, at('2026-01-01T01:15:00Z'))).toBe(at('2026-01-01T01:20:07Z'));
  });

  test('@every runs at most once a second, on whole seconds', () => {
    expect(parseSchedule('@every 10ms').first(0)).toBe(1000);
    expect(parseSchedule('@every 2.7s').first(0)).toBe(2000);
  });

  test.each([
    '',
    '*',
    '* * * *',
    '* * * * * * *',
    '61 * * * *',
    '* * * * mon-xyz',
    '0 0 30 2 *',
    '@sometimes',
    '@every',
    '@every 0s',
    '@every -1m',
    '@every ten minutes',
    '@every 9999999999h',
  ])('refuses "%s"', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(SyntaxError);
  });
});
