// `npm test`: sets up what is missing, builds the apps and runs every test once. The last line is `N passed, N failed`.
// `npm test -- --only=<project>` does it for one project, or several separated by commas. Other arguments go to Jest.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testProjects } from './projects.mjs';
import { runMain, setup } from './setup.mjs';
import { readTestArguments } from './test-arguments.mjs';
import { installTestServers } from './test-servers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tool = (name) => join(root, 'tools', name);

/** Builds what tests that span processes run. */
const buildApps = (apps) =>
  apps.length === 0 ||
  spawnSync(process.execPath, [tool('build.mjs'), ...apps], { cwd: root, stdio: 'inherit' }).status === 0;

const readCount = (file) =>
  existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : /* Jest did not come that far */ { passed: 0, failed: 1 };

const runJest = (args, selected) => {
  const work = mkdtempSync(join(tmpdir(), 'alink-test-'));
  const file = join(work, 'count.json');
  try {
    // Last: a path behind an option that takes several values would be taken for one of them.
    const reporters = ['--reporters=default', `--reporters=${tool('jest-count.mjs')}`];
    const { status } = spawnSync(process.execPath, [tool('jest.mjs'), ...args, ...selected, ...reporters], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ALINK_TEST_COUNT: file },
    });
    return { ...readCount(file), status };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

await runMain(async () => {
  const { projects, forJest } = readTestArguments(process.argv.slice(2), testProjects());
  await setup();
  if (projects.some(({ needsServers }) => needsServers)) installTestServers();
  const bundles = [...new Set(projects.flatMap((project) => project.bundles))];
  const selected = projects.map(({ name }) => `--selectProjects=${name}`);
  const outcome = buildApps(bundles) ? runJest(forJest, selected) : { passed: 0, failed: 1, status: 1 };
  if (outcome.status !== 0 || outcome.failed > 0 || outcome.passed === 0) process.exitCode = 1;
  process.stdout.write(`${outcome.passed} passed, ${outcome.failed} failed\n`);
});
