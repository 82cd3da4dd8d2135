import type { DataType, Definition, JsonObject, Param, Property, Service, ThingEvent, ThingModel } from './types';

/**
 * Writes unitedrhino's model JSON. What that format has no member for stands in members of its own that a reader
 * may ignore: `callType` of actions, `tslType` (double), `unitName`, `maxColumns` (matrix), `functionBlockName`.
 * @param productID our id of the product, for `profile`
 */
export const exportModel = (model: ThingModel, productID: string): JsonObject => ({
  version: '1.0',
  profile: { productID },
  properties: model.properties.map((property) => ({ ...head(property), ...propertyBody(property) })),
  events: model.events.map((event) => ({ ...head(event), ...eventBody(event) })),
  actions: model.services.map((service) => ({ ...head(service), ...serviceBody(service) })),
});

/** The body of a definition: what unitedrhino calls its affordance. */
export const modelBody = (definition: Definition): JsonObject => {
  if (definition.kind === 'property') return propertyBody(definition);
  return definition.kind === 'event' ? eventBody(definition) : serviceBody(definition);
};

const head = ({ identifier, name, desc, required, moduleName }: Definition): JsonObject => ({
  identifier,
  name,
  desc,
  required,
  ...(moduleName && { functionBlockName: moduleName }),
});

const propertyBody = ({ accessMode, dataType, useShadow }: Property): JsonObject => ({
  mode: accessMode,
  define: define(dataType),
  ...(useShadow && { isUseShadow: true }),
});

const eventBody = ({ type, output }: ThingEvent): JsonObject => ({ type, params: output.map(param) });

const serviceBody = ({ dir, callType, input, output }: Service): JsonObject => ({
  dir,
  callType,
  input: input.map(param),
  output: output.map(param),
});

const member = ({ identifier, name, dataType, required }: Param, typeKey: 'define' | 'dataType'): JsonObject => ({
  identifier,
  name,
  ...(required && { required }),
  [typeKey]: define(dataType),
});

const param = (entry: Param): JsonObject => member(entry, 'define');

const define = (dataType: DataType): JsonObject => {
  switch (dataType.type) {
    case 'int':
    case 'float':
      return { ...dataType };
    case 'double':
      return { ...dataType, type: 'float', tslType: 'double' };
    case 'bool':
    case 'enum':
      return { type: dataType.type, mapping: Object.fromEntries(dataType.labels) };
    case 'text':
      return { type: 'string', ...max(dataType.length) };
    case 'date':
      return { type: 'timestamp' };
    case 'struct':
      return { type: 'struct', specs: dataType.members.map((entry) => member(entry, 'dataType')) };
    case 'array': {
      const { item } = dataType;
      if (item.type !== 'array') return { type: 'array', ...max(dataType.size), arrayInfo: define(item) };
      return {
        type: 'matrix',
        ...max(dataType.size),
        ...(item.size !== undefined && { maxColumns: String(item.size) }),
        arrayInfo: define(item.item),
      };
    }
  }
};

const max = (size: number | undefined): JsonObject => (size === undefined ? {} : { max: String(size) });
