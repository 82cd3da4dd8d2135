// `npm test`: sets up what is missing, builds the apps and runs every test once. The last line is `N passed, N failed`.
// Arguments go to Jest.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMain, setup } from './setup.mjs';
import { installTestServers } from './test-servers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tool = (name) => join(root, 'tools', name);

/** Builds every app that has an entry point: tests that span processes run the bundles. */
const buildApps = () => {
  const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src/main.ts')));
  return spawnSync(process.execPath, [tool('build.mjs'), ...apps], { cwd: root, stdio: 'inherit' }).status === 0;
};

const readCount = (file) =>
  existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : /* Jest did not come that far */ { passed: 0, failed: 1 };

const runJest = (args) => {
  const work = mkdtempSync(join(tmpdir(), 'alink-test-'));
  const file = join(work, 'count.json');
  try {
    // Last: a path behind an option that takes several values would be taken for one of them.
    const reporters = ['--reporters=default', `--reporters=${tool('jest-count.mjs')}`];
    const { status } = spawnSync(process.execPath, [tool('jest.mjs'), ...args, ...reporters], {
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
  await setup();
  installTestServers();
  const outcome = buildApps() ? runJest(process.argv.slice(2)) : { passed: 0, failed: 1, status: 1 };
  if (outcome.status !== 0 || outcome.failed > 0 || outcome.passed === 0) process.exitCode = 1;
  process.stdout.write(`${outcome.passed} passed, ${outcome.failed} failed\n`);
});
