import { identifierIn, type Dialect } from './dialect';
import { identifierFault } from './identifier';
import type { JsonNode } from './json-node';
import { limits } from './limits';
import { readDataType, readParams } from './read-data-type';
import type { Definition, Property, Service, ThingEvent } from './types';

/** What a definition has besides its body: in a document beside it, in the database in columns of their own. */
export type Head = Pick<Definition, 'identifier' | 'name' | 'desc' | 'required' | 'moduleName'>;

/** The custom module that definitions stand in. */
export interface Module {
  readonly id: string;
  readonly name: string;
}

const longestIdentifier = 2 * limits.identifier + 1;

/** Reads what comes before the body. In a module the identifier gets its prefix. Throws ThingModelError. */
export const readHead = (node: JsonNode, dialect: Dialect, module?: Module): Head => {
  const named = identifierIn(node, dialect);
  const own = named.text(longestIdentifier);
  const identifier = module ? `${module.id}:${own}` : own;
  const fault = identifierFault(identifier);
  if (fault) named.fail(fault);
  const moduleName = module?.name || node.member('functionBlockName').optionalText(limits.name);
  return {
    identifier,
    name: node.member('name').optionalText(limits.name) ?? '',
    desc: node.member('desc').optionalText(limits.desc) ?? '',
    required: node.member('required').flag(),
    ...(moduleName && { moduleName }),
  };
};

/** Reads the body of a property. Throws ThingModelError. */
export const readProperty = (head: Head, body: JsonNode, dialect: Dialect): Property => {
  const mode = body.member(dialect.accessModeKey).oneOf(['r', 'rw', 'w'] as const);
  return {
    kind: 'property',
    ...head,
    // One edition of the TSL knows write-only properties; devices report those too.
    accessMode: mode === 'r' ? 'r' : 'rw',
    dataType: readDataType(body.member(dialect.typeKey), dialect),
    ...(body.member('isUseShadow').flag() && { useShadow: true }),
  };
};

/** Reads the body of an event. Throws ThingModelError. */
export const readEvent = (head: Head, body: JsonNode, dialect: Dialect): ThingEvent => {
  const type = body.member('type').oneOf(['info', 'alert', dialect.faultType]);
  const output = body.member(dialect.eventOutputKey);
  return {
    kind: 'event',
    ...head,
    type: type === 'info' || type === 'alert' ? type : 'fault',
    output: readParams(output, dialect, dialect.typeKey, limits.params),
  };
};

/** Reads the body of a service. Throws ThingModelError. */
export const readService = (head: Head, body: JsonNode, dialect: Dialect): Service => {
  const callType = body.member('callType');
  const dir = body.member('dir');
  const params = (key: string) => readParams(body.member(key), dialect, dialect.typeKey, limits.params);
  return {
    kind: 'service',
    ...head,
    callType: callType.present ? callType.oneOf(['async', 'sync']) : 'async',
    dir: dir.present ? dir.oneOf(['down', 'up']) : 'down',
    input: params(dialect.serviceInputKey),
    output: params(dialect.serviceOutputKey),
  };
};
