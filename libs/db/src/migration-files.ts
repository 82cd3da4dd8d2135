/** The migrations of prisma/migrations, in the form that the schema engine takes. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationList } from './schema-engine';

/** One migration: its folder's name, its SQL, and the checksum under which `_prisma_migrations` keeps it. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * The folder prisma/ of this installation: the nearest one above this file, be it a source or a bundle in dist/.
 * @throws {Error} when there is none
 */
export const findPrismaFolder = (): string => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'prisma');
    if (existsSync(join(candidate, 'migrations'))) return candidate;
    if (folder === dirname(folder))
      throw new Error(`no folder prisma/migrations above ${fileURLToPath(import.meta.url)}`);
  }
};

/** Reads the migrations below `prismaFolder`, oldest first. */
export const readMigrations = async (prismaFolder: string): Promise<readonly Migration[]> => {
  const folder = join(prismaFolder, 'migrations');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
};

export const toMigrationList = (prismaFolder: string, migrations: readonly Migration[]): MigrationList => ({
  baseDir: join(prismaFolder, 'migrations'),
  lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
  shadowDbInitScript: '',
  migrationDirectories: migrations.map(({ name, sql }) => ({
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
  })),
});
