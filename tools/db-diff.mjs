// Compares prisma/schema.prisma with prisma/migrations on a throw-away PostgreSQL.
//   node tools/db-diff.mjs <name>    writes the next migration, prisma/migrations/<time>_<name>/migration.sql
//   node tools/db-diff.mjs --check   exits with 1 when there is a difference
import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const argument = process.argv[2] ?? '';
const check = argument === '--check';
if (!check && !/^[a-z][a-z0-9_]*$/.test(argument)) {
  console.error('usage: db-diff <name of the migration, like add_device_alias> | --check');
  process.exit(2);
}

const bundle = join(root, 'dist/tools/db-diff-lib.mjs');
await build({
  absWorkingDir: root,
  stdin: {
    contents: `export { diffSchema } from './diff-schema';
      export { startEmbeddedPostgres } from './embedded/start-embedded-postgres';`,
    resolveDir: join(root, 'libs/db/src'),
    loader: 'ts',
  },
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
const { diffSchema, startEmbeddedPostgres } = await import(pathToFileURL(bundle).href);

const dataDir = mkdtempSync(join(tmpdir(), 'alink-db-diff-'));
let sql;
try {
  const postgres = await startEmbeddedPostgres({ dataDir });
  try {
    sql = await diffSchema(postgres.url, join(root, 'prisma'));
  } finally {
    await postgres.stop();
  }
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}

if (sql === '') {
  console.log('schema.prisma and the migrations agree');
} else if (check) {
  console.error(`schema.prisma and the migrations differ; run: node tools/db-diff.mjs <name>\n\n${sql}`);
  process.exitCode = 1;
} else {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(root, 'prisma/migrations', `${time}_${argument}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'migration.sql'), `${sql}\n`);
  console.log(`wrote ${join(folder, 'migration.sql')}`);
}
