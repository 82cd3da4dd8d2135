// Bundles an app into dist/apps/<app>/main.mjs: our own sources inlined, npm packages left to node_modules.
import { build } from 'esbuild';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Builds one app; `write` says where from its folder name, for example `dm-rpc`. */
export const buildApp = (app) =>
  build({
    absWorkingDir: root,
    entryPoints: [`apps/${app}/src/main.ts`],
    outfile: `dist/apps/${app}/main.mjs`,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    alias: {},
    tsconfig: 'tsconfig.base.json',
    sourcemap: true,
    logLevel: 'warning',
  });

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await Promise.all(process.argv.slice(2).map(buildApp));
}
