// What a build leaves beside its bundle, so that the next start knows in a moment whether to build again.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Name of the file. */
export const bundleNote = 'bundle.json';

/**
 * The note in a folder; undefined where there is none that can be read.
 * @returns {{ startedAt: number, inputs: string[], files: string[] } | undefined} when the build began in unix milliseconds,
 *   what it read of our own, as paths from the root, and the names of the files that it made
 */
export const readBundleNote = (folder) => {
  try {
    return JSON.parse(readFileSync(join(folder, bundleNote), 'utf8'));
  } catch {
    return undefined;
  }
};

/** The time of a file's last change; Infinity where it is gone. */
const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;

/**
 * Whether the bundle in a folder is whole and no older than what it was made of: sources, what generated files are made of,
 * and the lock file, which speaks for packages.
 */
export const isFresh = (folder, base = root) => {
  const note = readBundleNote(folder);
  if (!note || !note.files.every((name) => modified(join(folder, name)) < Infinity)) return false;
  const protocols = readdirSync(join(base, 'proto')).map((name) => `proto/${name}`);
  const inputs = [...note.inputs, ...protocols, 'package-lock.json', 'tsconfig.base.json', 'tools/build.mjs'];
  return inputs.every((path) => modified(join(base, path)) <= note.startedAt);
};
