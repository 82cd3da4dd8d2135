/** Thing models on disk. */
import {
  filesOf,
  modelOfFiles,
  pack,
  type ModelInFiles,
  type NamedDocument,
  type PackedFile,
} from '@alink/operator/products';
import { CliError, ExitCode } from './exit-code';
import type { Io } from './io';
import { readBytes } from './read-text-file';

/**
 * Reads a thing model.
 * @param paths its files; `-` is standard input
 * @throws {OperatorError} when one cannot be read or is no text
 * @throws ThingModelError when they make no model
 */
export const readModel = async (io: Io, paths: readonly string[]): Promise<ModelInFiles> => {
  const files: PackedFile[] = [];
  for (const path of paths) files.push({ name: path, bytes: await readBytes(io, path) });
  return modelOfFiles(files);
};

/**
 * Writes a thing model in new files, as Alibaba's console exports it.
 * @param path of an archive where it ends with `.zip`, else of a folder
 * @returns the names of the files
 * @throws {CliError} when it exists, or cannot be written
 */
export const writeModel = async (io: Io, path: string, documents: readonly NamedDocument[]): Promise<string[]> => {
  const files = filesOf(documents);
  try {
    if (/\.zip$/i.test(path)) await io.createFile(path, pack(files));
    else {
      await io.createFolder(path);
      for (const { name, bytes } of files) await io.createFile(`${path}/${name}`, bytes);
    }
  } catch (error) {
    throw new CliError(ExitCode.usage, `cannot write ${path}: ${(error as Error).message}`);
  }
  return files.map(({ name }) => name);
};
