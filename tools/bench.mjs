// `npm run bench`: builds the apps and the benchmark, and prints its table. `npm run bench -- reconnect` runs another.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMain, setup } from './setup.mjs';
import { installTestServers } from './test-servers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

await runMain(async () => {
  setup();
  installTestServers();
  const { buildApp } = await import('./build.mjs');
  await Promise.all(['dm-rpc', 'timedjob-rpc', 'protocol-aliyun-mqtt', 'platform-e2e'].map(buildApp));
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'dist/apps/platform-e2e/main.mjs'), ...process.argv.slice(2)],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  process.exitCode = status ?? 1;
});
