// Jest `globalSetup` for projects whose specs need PostgreSQL: one server for the whole run instead of one for each file.
// Goes together with shared-postgres-teardown.mjs.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const testing = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Jest does not translate a set-up file's imports where modules are native, so they are bundled first. */
const importTypeScript = async (file) => {
  const outfile = join(testing, '../../dist/testing', `${process.pid}.mjs`);
  await build({ entryPoints: [file], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile);
  }
};

export default async () => {
  const { startPostgres } = await importTypeScript(join(testing, 'src/postgres-server.ts'));
  const server = await startPostgres();
  process.env.ALINK_TEST_POSTGRES = server.url;
  globalThis.stopSharedPostgres = server.stop;
};
