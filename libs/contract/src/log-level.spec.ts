import { LogLevel } from './enumerations';
import { logLevelOf, logsReports } from './log-level';

const HOUR = 3_600_000;
const CREATED = 1_778_593_628_940;

test.each<[number, string, number, boolean]>([
  [0, '', 0, true],
  [0, '', 24 * HOUR - 1, true],
  [0, '', 24 * HOUR, false],
  [0, 'nonsense', 24 * HOUR, false],
  [0, 'info', 24 * HOUR, true],
  [0, '5', 24 * HOUR, true],
  [0, 'off', 0, false],
  [0, '3', 0, false],
  [LogLevel.info, 'off', 24 * HOUR, true],
  [LogLevel.debug, '', 24 * HOUR, true],
  [LogLevel.warn, 'debug', 0, false],
  [LogLevel.error, '', 0, false],
  [LogLevel.off, 'info', 0, false],
])('device %i, product %j, after %i ms: %s', (deviceLevel, productLevel, age, expected) => {
  expect(logsReports({ deviceLevel, productLevel, createdAt: CREATED }, CREATED + age)).toBe(expected);
});

test('a level has a word and a number', () => {
  expect(['off', 'error', 'warn', 'info', 'debug'].map(logLevelOf)).toEqual([1, 2, 3, 4, 5]);
  expect(['1', '5', '0', '6', '', 'Info', 'toString'].map(logLevelOf)).toEqual([1, 5, ...Array(5).fill(undefined)]);
});
