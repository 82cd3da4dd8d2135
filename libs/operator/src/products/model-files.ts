/** Thing models in files: one JSON, several, or an archive of them. */
import {
  exportModel,
  exportTslFiles,
  importModelFiles,
  importThingModel,
  type JsonObject,
  type ThingModel,
} from '@alink/thing-model';
import { isZip } from '@alink/text';
import { OperatorError } from '../operator-error';
import { textOf } from '../words/text-of';
import { unpack, type PackedFile } from './zip-archive';

/** What has a thing model, where a workbook has its lists. */
const INSTEAD =
  'Export the thing model as JSON: in the console of Alibaba Cloud IoT "TSL" (物模型 TSL), the complete one (完整 TSL).';

/** What each part of an Excel workbook is listed in. */
const WORKBOOK = '[Content_Types].xml';

/** A document with the name that its file bears. */
export interface NamedDocument {
  readonly name: string;
  readonly document: JsonObject;
}

export interface ModelInFiles {
  readonly model: ThingModel;
  /** The document for the platform. */
  readonly documentOf: (productID: string) => string;
  /** Modules that have a file and no definition: of them nothing is kept. */
  readonly emptyModules: readonly string[];
}

/**
 * Reads a thing model.
 * @param given its files, with their names for people
 * @throws {OperatorError} when one is no text
 * @throws ThingModelError when they make no model
 */
export const modelOfFiles = (given: readonly PackedFile[]): ModelInFiles => {
  const files = given.flatMap(({ name, bytes }) => documentsIn(name, bytes));
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
  const unusable = (why: string, hint?: string) =>
    new OperatorError('unusable', `cannot use ${path}: ${why}`, { hint });
  if (packed.some(({ name }) => name === WORKBOOK))
    throw unusable('it is an Excel workbook (.xlsx), not text', INSTEAD);
  const other = packed.find(({ name }) => !/\.json$/i.test(name));
  if (other) throw unusable(`it holds ${other.name}, which is no .json`);
  if (packed.length === 0) throw unusable('it holds no .json');
  return packed.map((file) => ({ name: file.name, json: textOf(`${path}: ${file.name}`, file.bytes, INSTEAD) }));
};

/** Documents as files. */
export const filesOf = (documents: readonly NamedDocument[]): PackedFile[] =>
  documents.map(({ name, document }) => ({ name, bytes: Buffer.from(`${JSON.stringify(document, null, 2)}\n`) }));

/** The files of a model, and the identifiers of what they have no place for: actions that devices call. */
export const tslFilesOf = (model: ThingModel, productKey: string): { files: NamedDocument[]; leftOut: string[] } => ({
  files: exportTslFiles(model, productKey),
  leftOut: model.services.filter(({ dir }) => dir === 'up').map(({ identifier }) => identifier),
});
