// Bundles an app into dist/apps/<app>/main.mjs: our own sources inlined, npm packages left to node_modules.
import { build } from 'esbuild';
import { mkdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Replaces a file in one step: somebody may be starting the program that is built again at this moment. */
const replaceFile = ({ path, contents }) => {
  const half = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(half, contents);
  renameSync(half, path);
};

/** Builds one app by its folder name, for example `dm-rpc`. */
export const buildApp = async (app) => {
  const { outputFiles } = await build({
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
    write: false,
  });
  outputFiles.forEach(replaceFile);
};

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await Promise.all(process.argv.slice(2).map(buildApp));
}
