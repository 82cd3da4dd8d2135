import { splitIdentifier } from './identifier';
import { limits } from './limits';
import { ThingModelError } from './thing-model-error';
import type { Definition, ThingModel } from './types';

/**
 * Makes a model of single definitions.
 * @throws ThingModelError when two have the same identifier, whatever their kinds, or a module has too many
 */
export const assembleModel = (definitions: Iterable<Definition>): ThingModel => {
  const model = { properties: [], events: [], services: [] } as {
    [K in keyof ThingModel]: ThingModel[K][number][];
  };
  const seen = new Set<string>();
  const perModule = new Map<string | undefined, number>();
  for (const definition of definitions) {
    const { identifier } = definition;
    if (seen.has(identifier)) throw new ThingModelError('', `identifier ${identifier} occurs twice`);
    seen.add(identifier);
    const { module } = splitIdentifier(identifier);
    const count = (perModule.get(module) ?? 0) + 1;
    perModule.set(module, count);
    if (count > limits.definitionsPerModule) {
      const where = module === undefined ? 'the default module' : `module ${module}`;
      throw new ThingModelError('', `${where} has more than ${limits.definitionsPerModule} definitions`);
    }
    if (perModule.size > limits.modules) throw new ThingModelError('', `there are more than ${limits.modules} modules`);
    if (definition.kind === 'property') model.properties.push(definition);
    else if (definition.kind === 'event') model.events.push(definition);
    else model.services.push(definition);
  }
  return model;
};

/** All definitions of a model: properties, then events, then services. */
export const definitionsOf = (model: ThingModel): Definition[] => [
  ...model.properties,
  ...model.events,
  ...model.services,
];
