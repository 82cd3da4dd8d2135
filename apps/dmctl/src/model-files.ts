/** Thing models in files: one JSON, several, or an archive of them. */
import {
  definitionsOf,
  exportModel,
  exportTslFiles,
  importModelFiles,
  importThingModel,
  type JsonObject,
  type ThingModel,
} from '@alink/thing-model';
import { isZip } from '@alink/text';
import { CliError, ExitCode } from './exit-code';
import type { Io } from './io';
import { readBytes, textOf } from './read-text-file';
import { pack, unpack } from './zip-archive';

/** What has a thing model, where a workbook has its lists. */
const INSTEAD =
  'Export the thing model as JSON: in the console of Alibaba Cloud IoT "TSL" (物模型 TSL), the complete one (完整 TSL).';

/** What each part of an Excel workbook is listed in. */
const WORKBOOK = '[Content_Types].xml';

export interface ModelInFiles {
  readonly model: ThingModel;
  /** The document for the platform. */
  readonly documentOf: (productID: string) => string;
  /** Modules that have a file and no definition: of them nothing is kept. */
  readonly emptyModules: readonly string[];
}

/**
 * Reads a thing model.
 * @param paths its files; `-` is standard input
 * @throws {CliError} when one cannot be read or is no text
 * @throws ThingModelError when they make no model
 */
export const readModel = async (io: Io, paths: readonly string[]): Promise<ModelInFiles> => {
  const files: { name: string; json: string }[] = [];
  for (const path of paths) files.push(...documentsIn(path, await readBytes(io, path)));
  const [first] = files;
  if (files.length === 1 && first) {
    // As it is: it may have members that no model of ours has.
    return { model: importThingModel(first.json).model, documentOf: () => first.json, emptyModules: [] };
  }
  const { model, emptyModules } = importModelFiles(files);
  return { model, documentOf: (productID) => JSON.stringify(exportModel(model, productID)), emptyModules };
};

const documentsIn = (path: string, bytes: Uint8Array): { name: string; json: string }[] => {
  if (!isZip(bytes)) return [{ name: path, json: textOf(path, bytes, INSTEAD) }];
  const packed = unpack(path, bytes);
  const unusable = (why: string, hint?: string) => new CliError(ExitCode.usage, `cannot use ${path}: ${why}`, { hint });
  if (packed.some(({ name }) => name === WORKBOOK))
    throw unusable('it is an Excel workbook (.xlsx), not text', INSTEAD);
  const other = packed.find(({ name }) => !/\.json$/i.test(name));
  if (other) throw unusable(`it holds ${other.name}, which is no .json`);
  if (packed.length === 0) throw unusable('it holds no .json');
  return packed.map((file) => ({ name: file.name, json: textOf(`${path}: ${file.name}`, file.bytes, INSTEAD) }));
};

/**
 * Writes a thing model in new files, as Alibaba's console exports it.
 * @param path of an archive where it ends with `.zip`, else of a folder
 * @returns the names of the files
 * @throws {CliError} when it exists, or cannot be written
 */
export const writeModel = async (
  io: Io,
  path: string,
  files: readonly { readonly name: string; readonly document: JsonObject }[],
): Promise<string[]> => {
  const written = files.map(({ name, document }) => {
    return { name, bytes: Buffer.from(`${JSON.stringify(document, null, 2)}\n`) };
  });
  try {
    if (/\.zip$/i.test(path)) await io.createFile(path, pack(written));
    else {
      await io.createFolder(path);
      for (const { name, bytes } of written) await io.createFile(`${path}/${name}`, bytes);
    }
  } catch (error) {
    throw new CliError(ExitCode.usage, `cannot write ${path}: ${(error as Error).message}`);
  }
  return written.map(({ name }) => name);
};

/** The files of a model, and the identifiers of what they have no place for: actions that devices call. */
export const tslFilesOf = (model: ThingModel, productKey: string) => ({
  files: exportTslFiles(model, productKey),
  leftOut: model.services.filter(({ dir }) => dir === 'up').map(({ identifier }) => identifier),
});

/** Identifiers of one model that another one lacks. */
export const lackedBy = (model: ThingModel, before: ThingModel): string[] => {
  const has = new Set(definitionsOf(model).map(({ identifier }) => identifier));
  return definitionsOf(before)
    .map(({ identifier }) => identifier)
    .filter((identifier) => !has.has(identifier));
};
