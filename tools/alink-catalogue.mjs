// The catalogue of topics out of libs/alink, for tools that are no TypeScript.
import { build } from 'esbuild';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @returns `catalogue`, `topicsOfRoute` and `callTopicOfRoute`, bundled now */
export const loadCatalogue = async () => {
  const outfile = join(root, 'dist/tools/alink-catalogue.mjs');
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `export { catalogue } from './catalogue';
        export { callTopicOfRoute, topicsOfRoute } from './topics-of';`,
      resolveDir: join(root, 'libs/alink/src'),
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
};
