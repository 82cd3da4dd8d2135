/** Documents that describe a platform, in files that the command line names. */
import type { PackedFile } from '@alink/operator/products';
import { readDocuments, type Resource } from '@alink/operator/resources';
import { join } from 'node:path';
import { CliError, ExitCode } from '../exit-code';
import type { Io } from '../io';
import { readBytes } from '../read-text-file';

const DOCUMENT = /\.(ya?ml|json)$/i;

/**
 * Reads documents.
 * @param paths of files and folders; `-` is standard input
 * @throws {OperatorError} when one cannot be read, or what is wrong in them
 */
export const readGiven = async (io: Io, paths: readonly string[]): Promise<Resource[]> => {
  const files: PackedFile[] = [];
  for (const path of paths) {
    for (const name of await filesAt(io, path)) files.push({ name, bytes: await readBytes(io, name) });
  }
  return readDocuments(files, (path) => readBytes(io, path));
};

const filesAt = async (io: Io, path: string): Promise<string[]> => {
  const names = await io.listFolder(path).catch((error: Error) => {
    throw new CliError(ExitCode.usage, `cannot read ${path}: ${error.message}`);
  });
  if (!names) return [path];
  const documents = names.filter((name) => DOCUMENT.test(name));
  if (documents.length === 0) throw new CliError(ExitCode.usage, `${path} holds no .yaml, .yml or .json`);
  return documents.map((name) => join(path, name));
};
