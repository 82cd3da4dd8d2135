import { modelDialect } from './dialect';
import { modelBody } from './export-model';
import { identifierFault } from './identifier';
import { JsonNode } from './json-node';
import { limits } from './limits';
import { readEvent, readProperty, readService, type Head } from './read-definition';
import { ThingModelError } from './thing-model-error';
import type { Definition } from './types';

/**
 * A definition as `dm.ProductSchemaInfo` carries it and as it is stored one by one: `type` 1 property, 2 event,
 * 3 action; `affordance` is the JSON text of the body (`mode` and `define`, `type` and `params`, or `dir`, `input` and
 * `output`).
 */
export interface Affordance {
  readonly type: 1 | 2 | 3;
  readonly identifier: string;
  readonly name: string;
  readonly desc: string;
  readonly required: boolean;
  readonly affordance: string;
}

const kinds = { property: 1, event: 2, service: 3 } as const;
const readers = { 1: readProperty, 2: readEvent, 3: readService } as const;

/** A definition of a model, for storing. */
export const affordanceOf = (definition: Definition): Affordance => {
  const { kind, identifier, name, desc, required, moduleName } = definition;
  const body = { ...modelBody(definition), ...(moduleName && { functionBlockName: moduleName }) };
  return { type: kinds[kind], identifier, name, desc, required, affordance: JSON.stringify(body) };
};

/**
 * The definition that was stored; the inverse of {@link affordanceOf}. Definitions become a model by `assembleModel`:
 * `assembleModel(rows.map(definitionFrom))`, and come out of one by `definitionsOf(model).map(affordanceOf)`.
 * @param stored `type` may be any number, as it comes from the wire
 * @throws ThingModelError naming the member: `type`, `identifier`, `affordance.define.min`, ...
 */
export const definitionFrom = (stored: Omit<Affordance, 'type'> & { readonly type: number }): Definition => {
  const { type } = stored;
  if (type !== 1 && type !== 2 && type !== 3) {
    throw new ThingModelError('type', 'must be 1 (property), 2 (event) or 3 (action)');
  }
  const fault = identifierFault(stored.identifier);
  if (fault) throw new ThingModelError('identifier', fault);
  const body = new JsonNode(parse(stored.affordance), 'affordance');
  if (!body.present) body.fail('must be a JSON object');
  const moduleName = body.member('functionBlockName').optionalText(limits.name);
  const head: Head = {
    identifier: stored.identifier,
    name: new JsonNode(stored.name, 'name').text(limits.name),
    desc: new JsonNode(stored.desc, 'desc').text(limits.desc),
    required: stored.required,
    ...(moduleName && { moduleName }),
  };
  return readers[type](head, body, modelDialect);
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new ThingModelError('affordance', 'is not valid JSON');
  }
};
