// What a build leaves beside its bundle, so that the next start knows in a moment whether to build again.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Name of the file. */
export const bundleNote = 'bundle.json';

/**
 * The note in a folder; undefined where there is none that can be read.
 * @returns {{ startedAt: number, inputs: string[], files: string[], hash?: string } | undefined} when the build began in unix
 *   milliseconds, what it read of our own, as paths from the root, the names of the files that it made, and a hash of what it
 *   was made of
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

/** Everything that a bundle is made of: sources, what generated files are made of, and the lock file, which speaks for packages. */
const allInputs = (inputs, base) => {
  const protocols = readdirSync(join(base, 'proto')).map((name) => `proto/${name}`);
  return [...inputs, ...protocols, 'package-lock.json', 'tsconfig.base.json', 'tools/build.mjs'];
};

/** Whether none of it has changed since that time, or is gone. */
const isUnchanged = ({ inputs, startedAt }, base) =>
  allInputs(inputs, base).every((path) => modified(join(base, path)) <= startedAt);

/** A hash of all that is read for a bundle, by path; undefined where a part of it is gone. */
const hashOf = ({ inputs }, base) => {
  const hash = createHash('sha256');
  try {
    for (const path of allInputs(inputs, base)) hash.update(`${path}\0`).update(readFileSync(join(base, path)));
  } catch {
    return undefined;
  }
  return hash.digest('hex');
};

/** The note of a build, as text. What changed while it was built has no hash: nobody knows which of the two it read. */
export const writtenNote = (build, base = root) =>
  JSON.stringify({ ...build, hash: isUnchanged(build, base) ? hashOf(build, base) : undefined });

/**
 * Whether the bundle in a folder is whole and made of what is there. Times of change say so in a moment; where they are
 * later, as in a copy or after a change of branches and back, contents decide.
 */
export const isFresh = (folder, base = root) => {
  const note = readBundleNote(folder);
  if (!note || !note.files.every((name) => modified(join(folder, name)) < Infinity)) return false;
  return isUnchanged(note, base) || (note.hash !== undefined && note.hash === hashOf(note, base));
};
