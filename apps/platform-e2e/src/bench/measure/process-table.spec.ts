import { spawnSync } from 'node:child_process';
import { parseStat, readProcessTable, ticksOfTree, TICK_US } from './process-table';

describe('a line of /proc/PID/stat', () => {
  const after = 'S 7 42 42 0 -1 4194560 1000 0 0 0 120 34 5 6 20 0 1 0 12345 1000000 500';

  test.each(['node', 'a name', '(sd-pam)', 'odd) S 1 2 (3'])('of a program that is called %j', (name) => {
    expect(parseStat(`42 (${name}) ${after}`)).toEqual({ pid: 42, parent: 7, ticks: 154, childTicks: 11 });
  });

  test.each(['', '42 (node) S 7', 'cpu  1 2 3'])('%j is none', (line) => {
    expect(() => parseStat(line)).toThrow(RangeError);
  });
});

describe('the ticks of a tree', () => {
  const entry = (pid: number, parent: number, ticks: number, childTicks = 0) => ({ pid, parent, ticks, childTicks });
  const table = [entry(1, 0, 1000), entry(10, 1, 5, 70), entry(11, 10, 7), entry(12, 11, 9, 2), entry(20, 1, 500)];

  test('are those of all that belong to it, also of children that have ended', () => {
    expect(ticksOfTree(table, 10)).toBe(5 + 70 + 7 + 9 + 2);
  });

  test('leave out what is not to be counted', () => {
    expect(ticksOfTree(table, 10, [11])).toBe(75);
  });

  test('of a process that does not exist are none', () => {
    expect(ticksOfTree(table, 99)).toBe(0);
  });
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('the work of a child that has ended is found in its parent', () => {
  const used = () => ticksOfTree(readProcessTable()!, process.pid) * TICK_US;
  const before = used();
  spawnSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 300_000);']);
  expect(used() - before).toBeGreaterThanOrEqual(300_000);
});
