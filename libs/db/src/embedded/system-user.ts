/** The system user that the embedded server runs as: PostgreSQL refuses to run as root. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

const lookUp = async (name: string): Promise<SystemUser | undefined> => {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
};

/**
 * Undefined when the server can run as the user that we are; for root the system user `postgres`, made when missing.
 * @throws {Error} when it cannot be made
 */
export const serverUser = async (): Promise<SystemUser | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await lookUp('postgres');
  if (existing) return existing;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  } catch (error) {
    // Another start may have made it meanwhile; the look-up below tells.
    const made = await lookUp('postgres');
    if (made) return made;
    throw new Error('PostgreSQL does not run as root, and the system user "postgres" could not be made', {
      cause: error,
    });
  }
  const made = await lookUp('postgres');
  if (!made) throw new Error('PostgreSQL does not run as root, and there is no system user "postgres"');
  return made;
};
