// `npm run fuzz -- [target] [--seed N] [--seconds N | --forever]`: builds the fuzz targets and runs each for a minute.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMain, setup } from './setup.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

await runMain(async () => {
  setup();
  const { buildApp } = await import('./build.mjs');
  await buildApp('fuzz');
  const args = ['--enable-source-maps', join(root, 'dist/apps/fuzz/main.mjs'), ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
});
