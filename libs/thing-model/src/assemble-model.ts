import { splitIdentifier } from './identifier';
import { limits } from './limits';
import { ThingModelError } from './thing-model-error';
import type { Definition, ThingModel } from './types';

/**
 * Makes a model of single definitions.
 * @param onFault what becomes of one whose identifier another has, whatever their kinds, or which is one too many in its
 *   module: by default the whole is refused, else it is left out
 * @throws ThingModelError what is wrong, by default
 */
export const assembleModel = (
  definitions: Iterable<Definition>,
  onFault: (fault: ThingModelError) => void = refuse,
): ThingModel => {
  const model = { properties: [], events: [], services: [] } as {
    [K in keyof ThingModel]: ThingModel[K][number][];
  };
  const seen = new Set<string>();
  const perModule = new Map<string | undefined, number>();
  const faultOf = (identifier: string): string | undefined => {
    if (seen.has(identifier)) return `identifier ${identifier} occurs twice`;
    const { module } = splitIdentifier(identifier);
    const count = (perModule.get(module) ?? 0) + 1;
    if (count > limits.definitionsPerModule) {
      const where = module === undefined ? 'the default module' : `module ${module}`;
      return `${where} has more than ${limits.definitionsPerModule} definitions`;
    }
    if (count === 1 && perModule.size === limits.modules) return `there are more than ${limits.modules} modules`;
    seen.add(identifier);
    perModule.set(module, count);
    return undefined;
  };
  for (const definition of definitions) {
    const fault = faultOf(definition.identifier);
    if (fault !== undefined) {
      onFault(new ThingModelError('', fault));
      continue;
    }
    if (definition.kind === 'property') model.properties.push(definition);
    else if (definition.kind === 'event') model.events.push(definition);
    else model.services.push(definition);
  }
  return model;
};

const refuse = (fault: ThingModelError): never => {
  throw fault;
};

/** All definitions of a model: properties, then events, then services. */
export const definitionsOf = (model: ThingModel): Definition[] => [
  ...model.properties,
  ...model.events,
  ...model.services,
];
