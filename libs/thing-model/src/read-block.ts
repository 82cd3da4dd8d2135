/** One block of a document: the definitions of the default module, or of a custom one. */
import { tslDialect, type Dialect } from './dialect';
import { isIdentifier } from './identifier';
import type { JsonNode } from './json-node';
import { limits, reservedIdentifiers } from './limits';
import { readEvent, readHead, readProperty, readService, type Head, type Module } from './read-definition';
import { ThingModelError } from './thing-model-error';
import type { Definition } from './types';

/** What becomes of a part that cannot be taken. May throw, which ends the reading. */
export type OnFault = (fault: ThingModelError) => void;

export const orFault = (onFault: OnFault, work: () => void): void => {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ThingModelError)) throw error;
    onFault(error);
  }
};

/** The custom module that a block names; undefined for the default module. */
export const moduleOf = (block: JsonNode): Module | undefined => {
  const node = block.member('functionBlockId');
  const id = node.optionalText(limits.identifier);
  if (id === undefined) return undefined;
  if (!isIdentifier(id)) node.fail('must consist of letters, digits and _');
  return { id, name: block.member('functionBlockName').optionalText(limits.name) ?? '' };
};

const listsOf = (dialect: Dialect) => ['properties', 'events', dialect.servicesKey];

/** False for a block that only names its module: its definitions stand in a file of their own. */
export const holdsDefinitions = (block: JsonNode, dialect: Dialect): boolean =>
  listsOf(dialect).some((key) => block.has(key));

/** Reads the definitions of a block. */
export const readBlock = (
  block: JsonNode,
  dialect: Dialect,
  module: Module | undefined,
  onFault: OnFault,
): Definition[] => {
  if (dialect === tslDialect) orFault(onFault, () => refuseSimplified(block, dialect));
  const definitions: Definition[] = [];
  const readAll = (key: string, body: (head: Head, node: JsonNode, dialect: Dialect) => Definition) => {
    for (const node of block.member(key).list(mostInList)) {
      orFault(onFault, () => {
        if (!isSynthetic(node)) definitions.push(body(readHead(node, dialect, module), node, dialect));
      });
    }
  };
  readAll('properties', readProperty);
  readAll('events', readEvent);
  readAll(dialect.servicesKey, readService);
  return definitions;
};

const mostInList = limits.modules * limits.definitionsPerModule;

/**
 * Alibaba's console exports a second form of a TSL for devices, which has identifiers and data types alone: neither names
 * nor whether a property may be written could be read out of it.
 */
const refuseSimplified = (block: JsonNode, dialect: Dialect): void => {
  const [properties = [], ...others] = listsOf(dialect).map((key) => block.member(key).list(mostInList));
  const functions = others.flat();
  if ([...properties, ...functions].some((node) => node.has('name'))) return;
  const synthetic = functions.filter((node) => !isSynthetic(node) && reservedIdentifiers.has(identifierOf(node) ?? ''));
  if (properties.some((node) => node.has('identifier') && !node.has('accessMode')) || synthetic.length > 1) {
    block.fail('it is a simplified TSL (精简 TSL), made for devices: export the complete one (完整 TSL) instead');
  }
};

const identifierOf = (node: JsonNode): string | undefined =>
  node.has('identifier') ? node.member('identifier').optionalText(Infinity) : undefined;

/** The event `post` and the services `set` and `get` that stand for the properties as a whole in every TSL. */
const isSynthetic = (node: JsonNode): boolean => syntheticMethods.has(node.member('method').optionalText(1024) ?? '');

const syntheticMethods: ReadonlySet<string> = new Set([
  'thing.event.property.post',
  'thing.service.property.set',
  'thing.service.property.get',
]);
