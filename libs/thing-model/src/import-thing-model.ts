import { assembleModel } from './assemble-model';
import { modelDialect, tslDialect, type Dialect } from './dialect';
import { isIdentifier } from './identifier';
import { JsonNode } from './json-node';
import { limits } from './limits';
import { readEvent, readHead, readProperty, readService, type Head, type Module } from './read-definition';
import { ThingModelError } from './thing-model-error';
import type { Definition, ThingModel } from './types';

/**
 * Reads a thing model: Alibaba Cloud's TSL JSON, with custom modules, or unitedrhino's model JSON; which of them is
 * seen from the members that only one of them has.
 * @param json the document, as text or parsed
 * @throws ThingModelError naming the member of the document and what is wrong with it
 */
export const importThingModel = (json: unknown): { model: ThingModel } => {
  const root = new JsonNode(typeof json === 'string' ? parse(json) : json, '');
  if (!root.present) root.fail('the thing model must be a JSON object');
  const dialect = dialectOf(root);
  const definitions = readBlock(root, dialect, moduleOf(root));
  for (const block of root.member('functionBlocks').list(limits.modules)) {
    const module = moduleOf(block) ?? block.member('functionBlockId').fail('is missing');
    definitions.push(...readBlock(block, dialect, module));
  }
  return { model: assembleModel(definitions) };
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

const readBlock = (block: JsonNode, dialect: Dialect, module: Module | undefined): Definition[] => {
  const definitions: Definition[] = [];
  const read = (key: string, body: (head: Head, node: JsonNode, dialect: Dialect) => Definition) => {
    for (const node of block.member(key).list(limits.modules * limits.definitionsPerModule)) {
      if (!isSynthetic(node)) definitions.push(body(readHead(node, module), node, dialect));
    }
  };
  read('properties', readProperty);
  read('events', readEvent);
  read(dialect.servicesKey, readService);
  return definitions;
};

/** The event `post` and the services `set` and `get` that stand for the properties as a whole in every TSL. */
const isSynthetic = (node: JsonNode): boolean => syntheticMethods.has(node.member('method').optionalText(1024) ?? '');

const syntheticMethods: ReadonlySet<string> = new Set([
  'thing.event.property.post',
  'thing.service.property.set',
  'thing.service.property.get',
]);
