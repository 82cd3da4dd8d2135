/**
 * Who owns an embedded server: the process that holds an advisory lock in it. The lock goes with its connection, so a
 * process that dies, however it dies, owns nothing; there is no file that could be stale.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** "alinkown" in ASCII, cut to 31 bits. */
const OWNER_KEY = 0x6c6e6b6f;
const OWNER_NAME = /^alink owner, process (\d+)$/;
const POLL_MS = 50;

export const serverUrl = (port: number, password: string, database: string): string =>
  `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;

/**
 * Connects to a server that may still be starting.
 * @throws the last error, once `giveUp` says so
 */
export const connectPatiently = async (url: string, giveUp: (waitedMs: number) => boolean): Promise<Client> => {
  for (let waited = 0; ; waited += POLL_MS) {
    const client = new Client({ connectionString: url, application_name: `alink owner, process ${process.pid}` });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if ((error as { code?: string }).code === '28P01' || giveUp(waited)) throw error;
      await sleep(POLL_MS);
    }
  }
};

/** Takes the lock; false when another process has it. */
export const takeOwnership = async (client: Client): Promise<boolean> => {
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS taken', [OWNER_KEY]);
  return rows[0].taken as boolean;
};

/** The process id of the owner, as it calls itself. */
export const ownerProcess = async (client: Client): Promise<string | undefined> => {
  const { rows } = await client.query(
    `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid = $1 AND l.granted`,
    [OWNER_KEY],
  );
  return OWNER_NAME.exec(rows[0]?.name ?? '')?.[1];
};
