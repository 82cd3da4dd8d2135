import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import CountReporter from './jest-count.mjs';

test('a suite that does not run counts as a failure', () => {
  const folder = mkdtempSync(join(tmpdir(), 'alink-count-'));
  const before = process.env.ALINK_TEST_COUNT;
  process.env.ALINK_TEST_COUNT = join(folder, 'count.json');
  try {
    new CountReporter().onRunComplete(undefined, {
      numPassedTests: 12,
      numFailedTests: 2,
      numRuntimeErrorTestSuites: 1,
    });
    expect(JSON.parse(readFileSync(process.env.ALINK_TEST_COUNT, 'utf8'))).toEqual({ passed: 12, failed: 3 });
  } finally {
    if (before === undefined) delete process.env.ALINK_TEST_COUNT;
    else process.env.ALINK_TEST_COUNT = before;
    rmSync(folder, { recursive: true });
  }
});
