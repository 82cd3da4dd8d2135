/** Zip archives of thing models. */
import { unzipSync, zipSync, type UnzipFileInfo } from 'fflate';
import { OperatorError } from '../operator-error';

/** Files in an archive: a thing model has at most 200 modules, and one file for the default one. */
const MAX_FILES = 256;
/** Bytes of all files together when unpacked: the platform's files have 256 KB each (Alibaba Cloud IoT documentation, "What is a TSL model"). */
const MAX_BYTES = 64 * 1024 * 1024;

/** A file in an archive. */
export interface PackedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What systems put into archives by themselves. */
const isLitter = (name: string): boolean => name.startsWith('__MACOSX/') || /(^|\/)\./.test(name);

/**
 * The files of an archive, without folders. What it would unpack to is known from its directory and bounded before
 * anything is unpacked; a file that lies about its size is cut off there.
 * @param archive its name, for people
 * @throws {OperatorError} when it is broken or too large
 */
export const unpack = (archive: string, bytes: Uint8Array): PackedFile[] => {
  const unusable = (why: string) => new OperatorError('unusable', `cannot use ${archive}: ${why}`);
  const names = new Set<string>();
  let total = 0;
  const filter = ({ name, size, originalSize }: UnzipFileInfo): boolean => {
    if (name.endsWith('/') || isLitter(name)) return false;
    // What is only stored has the size that it takes in the archive, whatever is told: many files may share one place.
    total += Math.max(size, originalSize);
    if (names.has(name)) throw unusable(`it holds ${name} twice`);
    if (names.add(name).size > MAX_FILES) throw unusable(`it holds more than ${MAX_FILES} files`);
    if (total > MAX_BYTES) throw unusable(`its files have more than ${MAX_BYTES} bytes together`);
    return true;
  };
  try {
    return Object.entries(unzipSync(bytes, { filter })).map(([name, unpacked]) => ({ name, bytes: unpacked }));
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw unusable(`it is no whole zip archive (${(error as Error).message})`);
  }
};

/** An archive of files. */
export const pack = (files: readonly PackedFile[]): Uint8Array =>
  zipSync(Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])));
