import { createDatabaseAt, startPostgres, type TestDatabase, type TestPostgres } from './postgres-server';

/** Variable that names the server which a Jest run shares; set by jest/shared-postgres-setup.mjs. */
const SHARED_SERVER = 'ALINK_TEST_POSTGRES';

let own: Promise<TestPostgres> | undefined;
let databases = 0;

/**
 * A new, empty database on the server that this run shares, if there is one (see jest/shared-postgres-setup.mjs), else on one that is
 * started for this test file with its first database and ends with its last.
 */
export const createDatabase = async (): Promise<TestDatabase> => {
  const shared = process.env[SHARED_SERVER];
  if (shared) return createDatabaseAt(shared);
  databases++;
  own ??= startPostgres();
  const server = await own;
  const database = await server.createDatabase();
  return {
    url: database.url,
    drop: async () => {
      if (--databases > 0) return database.drop();
      own = undefined;
      await server.stop();
    },
  };
};
