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
  /** A schedule by the clock of Shanghai, which is 8 hours ahead of UTC all year. */
  const scheduled = (expression: string) => parseSchedule(expression, 'Asia/Shanghai');

  test('five fields run at second 0', () => {
    const schedule = scheduled('*/15 * * * *');
    expect(schedule.first(at('2026-01-01T12:03:20+08:00'))).toBe(at('2026-01-01T12:15:00+08:00'));
    expect(schedule.first(at('2026-01-01T12:15:00+08:00'))).toBe(at('2026-01-01T12:30:00+08:00'));
  });

  test('six fields begin with the second', () => {
    const schedule = scheduled('30 0 8 * * 1-5');
    expect(schedule.first(at('2026-01-03T09:00:00+08:00'))).toBe(at('2026-01-05T08:00:30+08:00'));
  });

  test('names for common times', () => {
    const now = at('2026-01-01T12:03:20+08:00');
    expect(scheduled('@hourly').first(now)).toBe(at('2026-01-01T13:00:00+08:00'));
    expect(scheduled('@daily').first(now)).toBe(at('2026-01-02T00:00:00+08:00'));
    expect(scheduled('@midnight').first(now)).toBe(at('2026-01-02T00:00:00+08:00'));
  });

  test('the zone says when a day begins, summer time included', () => {
    const noon = at('2026-07-01T12:00:00Z');
    expect(parseSchedule('0 0 * * *', 'Asia/Shanghai').first(noon)).toBe(at('2026-07-01T16:00:00Z'));
    expect(parseSchedule('0 0 * * *', 'UTC').first(noon)).toBe(at('2026-07-02T00:00:00Z'));
    expect(parseSchedule('0 0 * * *', 'Europe/Berlin').first(noon)).toBe(at('2026-07-01T22:00:00Z'));
  });

  test.each(['CRON_TZ=UTC 0 6 * * *', 'TZ=UTC 0 6 * * *', '  CRON_TZ=UTC  0 6 * * * '])(
    '"%s" names its own zone',
    (expression) => {
      expect(scheduled(expression).first(at('2026-01-01T00:00:00Z'))).toBe(at('2026-01-01T06:00:00Z'));
    },
  );

  test('@every needs no zone and may name one', () => {
    expect(scheduled('CRON_TZ=UTC @every 5s').first(0)).toBe(5000);
  });

  test('cron passes over what was missed', () => {
    const schedule = scheduled('* * * * *');
    const due = at('2026-01-01T12:00:00Z');
    expect(schedule.next(due, due + 200)).toBe(due + 60_000);
    expect(schedule.next(due, due + 3_600_500)).toBe(due + 3_660_000);
  });

  test('a clock that lags behind does not run the same time twice', () => {
    const due = at('2026-01-01T12:00:00Z');
    expect(scheduled('* * * * *').next(due, due - 300)).toBe(due + 60_000);
    expect(scheduled('@every 10s').next(due, due - 300)).toBe(due + 10_000);
  });

  test('a cron expression knows its own times', () => {
    const due = at('2026-01-01T00:00:00+08:00');
    expect(scheduled('0 0 * * *').meets(due)).toBe(true);
    for (const other of [due - 1, due + 1, due + 60_000, at('2026-01-01T00:00:00Z')]) {
      expect(scheduled('0 0 * * *').meets(other)).toBe(false);
    }
    expect(scheduled('@every 10m').meets(due + 1)).toBe(true);
  });

  test('@every keeps its beat, also after a pause', () => {
    const schedule = scheduled('@every 10m');
    const start = at('2026-01-01T00:00:07Z');
    const first = schedule.first(start);
    expect(first).toBe(at('2026-01-01T00:10:07Z'));
    expect(schedule.next(first, first + 90)).toBe(at('2026-01-01T00:20:07Z'));
    expect(schedule.next(first, at('2026-01-01T01:15:00Z'))).toBe(at('2026-01-01T01:20:07Z'));
  });

  test('@every runs at most once a second, on whole seconds', () => {
    expect(scheduled('@every 10ms').first(0)).toBe(1000);
    expect(scheduled('@every 2.7s').first(0)).toBe(2000);
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
    'CRON_TZ=Asia/Beijing 0 0 * * *',
    'TZ= 0 0 * * *',
    'TZ=UTC',
    'TZ=UTC ',
  ])('refuses "%s"', (expression) => {
    expect(() => scheduled(expression)).toThrow(SyntaxError);
  });
});
