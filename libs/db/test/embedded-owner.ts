/** A process that owns an embedded PostgreSQL: prints its URL, and ends in order on SIGINT as an app does. */
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../src/embedded/start-embedded-postgres';

const postgres = await startEmbeddedPostgres({ dataDir: process.argv[2]! });
process.on('SIGINT', async () => {
  // The last writes of an app that is told to end: the database must still be there for them.
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('CREATE TABLE last_write (n int)');
  await client.end();
  await postgres.stop();
  process.stdout.write('stopped\n');
  process.exit(0);
});
// Last: who reads it may send the signal at once.
process.stdout.write(`${postgres.url}\n`);
