import { assembleModel } from './assemble-model';
import { modelDialect, tslDialect, type Dialect } from './dialect';
import { isIdentifier } from './identifier';
import { JsonNode } from './json-node';
import { limits } from './limits';
import { readEvent, readHead, readProperty, readService, type Head, type Module } from './read-definition';
import { ThingModelError } from './thing-model-error';
import type { Definition, ThingModel } from './types';

/** What becomes of a part that cannot be taken. May throw, which ends the reading. */
type OnFault = (fault: ThingModelError) => void;

const refuse: OnFault = (fault) => {
  throw fault;
};

/**
 * Reads a thing model: Alibaba Cloud's TSL JSON, with custom modules, or unitedrhino's model JSON; which of them is
 * seen from the members that only one of them has.
 * @param json the document, as text or parsed
 * @throws ThingModelError naming the member of the document and what is wrong with it
 */
export const importThingModel = (json: unknown): { model: ThingModel } => ({ model: read(json, refuse) });

/**
 * The same for a document that somebody else has accepted already: a definition that cannot be taken is left out, and the
 * rest stands.
 * @throws ThingModelError when nothing of it can be read
 */
export const importReadableParts = (json: unknown): { model: ThingModel; leftOut: readonly ThingModelError[] } => {
  const leftOut: ThingModelError[] = [];
  const model = read(json, (fault) => void leftOut.push(fault));
  return { model, leftOut };
};

const read = (json: unknown, onFault: OnFault): ThingModel => {
  const root = new JsonNode(typeof json === 'string' ? parse(json) : json, '');
  if (!root.present) root.fail('the thing model must be a JSON object');
  const dialect = dialectOf(root);
  const definitions = readBlock(root, dialect, moduleOf(root), onFault);
  const blocks = root.member('functionBlocks').list(limits.modules);
  for (const block of blocks) {
    orFault(onFault, () => {
      const module = moduleOf(block) ?? block.member('functionBlockId').fail('is missing');
      definitions.push(...readBlock(block, dialect, module, onFault));
    });
  }
  return assembleModel(definitions, onFault);
};

const orFault = (onFault: OnFault, work: () => void): void => {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ThingModelError)) throw error;
    onFault(error);
  }
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

const moduleOf = (block: JsonNode): Module | undefined => {
  const node = block.member('functionBlockId');
  const id = node.optionalText(limits.identifier);
  if (id === undefined) return undefined;
  if (!isIdentifier(id)) node.fail('must consist of letters, digits and _');
  return { id, name: block.member('functionBlockName').optionalText(limits.name) ?? '' };
};

const readBlock = (block: JsonNode, dialect: Dialect, module: Module | undefined, onFault: OnFault): Definition[] => {
  const definitions: Definition[] = [];
  const readAll = (key: string, body: (head: Head, node: JsonNode, dialect: Dialect) => Definition) => {
    for (const node of block.member(key).list(limits.modules * limits.definitionsPerModule)) {
      orFault(onFault, () => {
        if (!isSynthetic(node)) definitions.push(body(readHead(node, module), node, dialect));
      });
    }
  };
  readAll('properties', readProperty);
  readAll('events', readEvent);
  readAll(dialect.servicesKey, readService);
  return definitions;
};

/** The event `post` and the services `set` and `get` that stand for the properties as a whole in every TSL. */
const isSynthetic = (node: JsonNode): boolean => syntheticMethods.has(node.member('method').optionalText(1024) ?? '');

const syntheticMethods: ReadonlySet<string> = new Set([
  'thing.event.property.post',
  'thing.service.property.set',
  'thing.service.property.get',
]);
