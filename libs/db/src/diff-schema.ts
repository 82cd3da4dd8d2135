/** What is missing between the migrations and schema.prisma. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPrismaFolder, readMigrations, toMigrationList } from './migration-files';
import { withSchemaEngine } from './schema-engine';

/** Script of an empty difference. */
const NOTHING = '-- This is an empty migration.';

/**
 * @param url a PostgreSQL to try the migrations on, in a database that is made for it and dropped
 * @returns the SQL that leads from the migrations to the schema; empty when there is no drift
 */
export const diffSchema = async (url: string, prismaFolder = findPrismaFolder()): Promise<string> => {
  const migrations = await readMigrations(prismaFolder);
  const content = await readFile(join(prismaFolder, 'schema.prisma'), 'utf8');
  const difference = await withSchemaEngine(
    url,
    (engine) =>
      engine.diff({
        from: { tag: 'migrations', ...toMigrationList(prismaFolder, migrations) },
        to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
        script: true,
        exitCode: null,
        filters: { externalTables: [], externalEnums: [] },
      }),
    content,
  );
  const sql = (difference.stdout ?? '').trim();
  return sql === NOTHING ? '' : sql;
};
