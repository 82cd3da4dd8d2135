// A Jest reporter that leaves the outcome of a run in the file named by ALINK_TEST_COUNT.
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  onRunComplete(_contexts, results) {
    const broken = results.numRuntimeErrorTestSuites;
    const count = { passed: results.numPassedTests, failed: results.numFailedTests + broken };
    writeFileSync(process.env.ALINK_TEST_COUNT, JSON.stringify(count));
  }
}
