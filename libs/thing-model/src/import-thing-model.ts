import { assembleModel } from './assemble-model';
import { modelDialect, tslDialect, type Dialect } from './dialect';
import { JsonNode, printable } from './json-node';
import { limits } from './limits';
import { holdsDefinitions, moduleOf, orFault, readBlock, type OnFault } from './read-block';
import type { Module } from './read-definition';
import { ThingModelError } from './thing-model-error';
import type { Definition, ThingModel } from './types';

const refuse: OnFault = (fault) => {
  throw fault;
};

/** One document of several that make one thing model. */
export interface ModelFile {
  /** For people. */
  readonly name: string;
  /** As text or parsed. */
  readonly json: unknown;
}

/**
 * Reads a thing model: Alibaba Cloud's TSL JSON, with custom modules, or unitedrhino's model JSON; which of them is
 * seen from the members that only one of them has.
 * @param json the document, as text or parsed
 * @throws ThingModelError naming the member of the document and what is wrong with it
 */
export const importThingModel = (json: unknown): { model: ThingModel } => ({ model: read([{ json }], refuse).model });

/**
 * Reads a thing model that stands in several files, as Alibaba Cloud exports one with custom modules: each module has a
 * file, and that of the default module lists the others in `functionBlocks` (Alibaba Cloud IoT documentation, "What is a
 * TSL model", format of a TSL).
 * @returns the model, and the modules that hold no definition
 * @throws ThingModelError naming the file and what is wrong with it: also a module that two files hold, so that none takes
 *   the other's place, and the modules that are listed and that no file holds
 */
export const importModelFiles = (
  files: readonly ModelFile[],
): { model: ThingModel; emptyModules: readonly string[] } => {
  const { model, modules } = read(files, refuse);
  return { model, emptyModules: modules.filter(({ size }) => size === 0).map(({ name }) => name) };
};

/**
 * The same for a document that somebody else has accepted already: a definition that cannot be taken is left out, and the
 * rest stands.
 * @throws ThingModelError when nothing of it can be read
 */
export const importReadableParts = (json: unknown): { model: ThingModel; leftOut: readonly ThingModelError[] } => {
  const leftOut: ThingModelError[] = [];
  const { model } = read([{ json }], (fault) => void leftOut.push(fault));
  return { model, leftOut };
};

/** A module that was read, in words, and how many definitions it has. */
interface ReadModule {
  readonly name: string;
  readonly size: number;
}

const read = (files: readonly { readonly name?: string; readonly json: unknown }[], onFault: OnFault) => {
  const reading = new Reading(onFault);
  for (const { name, json } of files) reading.add(json, name);
  return reading.end();
};

/** What has been read of the documents that make a model. */
class Reading {
  private readonly definitions: Definition[] = [];
  private readonly modules = new Map<string | undefined, ReadModule & { readonly file: string | undefined }>();
  /** Modules that are named and not described, in words, by id. */
  private readonly listed = new Map<string, string>();

  constructor(private readonly onFault: OnFault) {}

  /** @param file its name, where there are several */
  add(json: unknown, file: string | undefined): void {
    try {
      this.addDocument(rootOf(json), file);
    } catch (error) {
      if (!(error instanceof ThingModelError) || file === undefined) throw error;
      throw new ThingModelError([file, error.path].filter(Boolean).join(': '), error.fault);
    }
  }

  end(): { model: ThingModel; modules: readonly ReadModule[] } {
    const missing = [...this.listed].filter(([id]) => !this.modules.has(id)).map(([, words]) => words);
    if (missing.length > 0) {
      const fault = `the files of these modules are missing: ${shortList(missing)}`;
      this.onFault(new ThingModelError('functionBlocks', fault));
    }
    return { model: assembleModel(this.definitions, this.onFault), modules: [...this.modules.values()] };
  }

  private addDocument(root: JsonNode, file: string | undefined): void {
    const dialect = dialectOf(root);
    this.addBlock(root, dialect, moduleOf(root), file);
    for (const block of root.member('functionBlocks').list(limits.modules)) {
      orFault(this.onFault, () => {
        const module = moduleOf(block) ?? block.member('functionBlockId').fail('is missing');
        if (holdsDefinitions(block, dialect)) this.addBlock(block, dialect, module, file);
        else this.listed.set(module.id, module.name ? `${module.id} (${printable(module.name, 20)})` : module.id);
      });
    }
  }

  private addBlock(block: JsonNode, dialect: Dialect, module: Module | undefined, file: string | undefined): void {
    const name = module ? `module ${module.id}` : 'the default module';
    const before = this.modules.get(module?.id);
    if (before) block.fail(before.file === file ? `${name} is there twice` : `${name} stands in ${before.file} too`);
    const definitions = readBlock(block, dialect, module, this.onFault);
    this.modules.set(module?.id, { name, file, size: definitions.length });
    this.definitions.push(...definitions);
  }
}

/** Characters of a list in a message: it travels in a header. */
const MAX_LIST = 400;

/** As many as fit, and how many more there are. */
const shortList = (items: readonly string[]): string => {
  let shown = 0;
  for (let length = 0; shown < items.length; shown++) {
    length += items[shown]!.length + 2;
    if (length > MAX_LIST) break;
  }
  const more = items.length - shown;
  return `${items.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

const rootOf = (json: unknown): JsonNode => {
  const root = new JsonNode(typeof json === 'string' ? parse(json) : json, '');
  return root.present ? root : root.fail('the thing model must be a JSON object');
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new ThingModelError('', 'the thing model is not valid JSON');
  }
};

const dialectOf = (root: JsonNode): Dialect => {
  const profile = root.member('profile');
  if (root.has('actions') || profile.has('productID')) return modelDialect;
  if (['services', 'schema', 'functionBlocks', 'functionBlockId'].some((key) => root.has(key))) return tslDialect;
  if (profile.has('productKey')) return tslDialect;
  const property = root.member('properties').list(Infinity)[0];
  const event = root.member('events').list(Infinity)[0];
  if (property?.has('define') || event?.has('params')) return modelDialect;
  if (property?.has('dataType') || event?.has('outputData')) return tslDialect;
  if (root.has('properties') || root.has('events')) return modelDialect;
  return root.fail('is neither a TSL document nor a model: properties, events, services and actions are all missing');
};
