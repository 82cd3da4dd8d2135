/** Brings a database up to the migrations of this release; safe when several processes start at once. */
import type { Client } from 'pg';
import type { Log } from './log';
import { type Migration, toMigrationList } from './migration-files';
import { withSchemaEngine } from './schema-engine';

/** Key of the advisory lock: "alink" in ASCII. The schema engine itself takes another one. */
const LOCK_KEY = 0x616c696e6b;

interface AppliedRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

const readApplied = async (client: Client): Promise<readonly AppliedRow[]> => {
  const table = await client.query(`SELECT to_regclass('_prisma_migrations') AS name`);
  if (!table.rows[0].name) return [];
  const { rows } = await client.query<AppliedRow>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  return rows;
};

/** The migrations that are still to be applied. */
const pending = (migrations: readonly Migration[], applied: readonly AppliedRow[]): readonly Migration[] => {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of applied) {
    const migration = known.get(row.migration_name);
    if (!migration) {
      throw new Error(
        `the database has migration ${row.migration_name}, which this release does not know: it is newer`,
      );
    }
    if (!row.finished_at) {
      throw new Error(`migration ${row.migration_name} failed half-way; see column "logs" of table _prisma_migrations`);
    }
    if (row.checksum !== migration.checksum) {
      throw new Error(`migration ${row.migration_name} was changed after it had been applied to this database`);
    }
  }
  const done = new Set(applied.map((row) => row.migration_name));
  return migrations.filter(({ name }) => !done.has(name));
};

/**
 * Applies what is missing. `client` is a connection of its own: it holds an advisory lock meanwhile, so of several
 * processes one migrates and the others wait.
 * @throws {Error} when the database is newer than this release, or a migration fails
 */
export const migrate = async (
  client: Client,
  url: string,
  prismaFolder: string,
  migrations: readonly Migration[],
  log?: Log,
): Promise<void> => {
  await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
  try {
    const missing = pending(migrations, await readApplied(client));
    // The usual start ends here, and never loads the engine's five megabytes.
    if (missing.length === 0) return;
    const { appliedMigrationNames } = await withSchemaEngine(url, (engine) =>
      engine.applyMigrations({
        migrationsList: toMigrationList(prismaFolder, migrations),
        filters: { externalTables: [], externalEnums: [] },
      }),
    );
    log?.info({ migrations: appliedMigrationNames }, 'database migrated');
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK_KEY]);
  }
};
