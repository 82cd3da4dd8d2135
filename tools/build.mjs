// Bundles an app into dist/apps/<app>/main.mjs: our own sources inlined, npm packages left to node_modules. No file of ours
// acts by being imported (package.json: sideEffects), so what nobody uses of a lib is left out.
import { build } from 'esbuild';
import { mkdirSync, readdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleNote, readBundleNote, writtenNote } from './bundle-note.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Replaces a file in one step: somebody may be starting the program that is built again at this moment. */
const replaceFile = ({ path, contents }) => {
  const half = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(half, contents);
  renameSync(half, path);
};

/** What an app is built with beyond what all are. */
const ownOptions = {
  // It starts anew for every command line. Parts of it are loaded when they are needed, and packages come out of a few files,
  // not hundreds. Two packages read files that lie beside them, so they stay where they are.
  dmctl: {
    splitting: true,
    chunkNames: '[name]-[hash]',
    packages: 'bundle',
    external: ['etcd3', 'grpc-health-check'],
    // For packages that are not ES modules and require what is Node's own; others import the usual name by themselves.
    banner: {
      js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
    },
    sourcesContent: false,
  },
};

/** Bundles one app by its folder name, for example `dm-rpc`, and writes nothing: esbuild's result, `metafile` included. */
export const bundleApp = (app) =>
  build({
    absWorkingDir: root,
    entryPoints: [`apps/${app}/src/main.ts`],
    outdir: `dist/apps/${app}`,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    alias: {},
    tsconfig: 'tsconfig.base.json',
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
    write: false,
    ...ownOptions[app],
  });

/** Builds one app by its folder name. */
export const buildApp = async (app) => {
  const folder = join(root, 'dist/apps', app);
  const startedAt = Date.now();
  const { outputFiles, metafile } = await bundleApp(app);
  const files = outputFiles.map(({ path }) => basename(path));
  // The parts before the file that names them.
  const isEntry = ({ path }) => basename(path) === 'main.mjs';
  [...outputFiles].sort((a, b) => isEntry(a) - isEntry(b)).forEach(replaceFile);
  // A program that has just been started may still load parts of the build before this one; older ones go.
  const kept = new Set([...files, ...(readBundleNote(folder)?.files ?? [])]);
  const parts = readdirSync(folder).filter((name) => /\.mjs(\.map)?$/.test(name));
  for (const name of parts) if (!kept.has(name)) rmSync(join(folder, name), { force: true });
  // The lock file speaks for packages.
  const inputs = Object.keys(metafile.inputs).filter((path) => !path.startsWith('node_modules/'));
  replaceFile({ path: join(folder, bundleNote), contents: writtenNote({ startedAt, inputs, files }) });
};

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await Promise.all(process.argv.slice(2).map(buildApp));
}
