// `npm run bench`: builds the apps and the benchmark, and runs it; `npm run bench -- --help` says what it can do.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMain, setup } from './setup.mjs';
import { installTestServers, searchPath } from './test-servers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);

await runMain(async () => {
  await setup();
  if (!args.includes('--help')) installTestServers();
  const { buildApp } = await import('./build.mjs');
  await Promise.all(['dm-rpc', 'timedjob-rpc', 'protocol-aliyun-mqtt', 'platform-e2e'].map(buildApp));
  const { status } = spawnSync(process.execPath, [join(root, 'dist/apps/platform-e2e/main.mjs'), ...args], {
    cwd: root,
    env: { ...process.env, PATH: searchPath() },
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
});
