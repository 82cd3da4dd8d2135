import { splitIdentifier } from './identifier';
import type { DataType, Definition, Json, JsonObject, Param, Property, Service, ThingEvent, ThingModel } from './types';

export interface TslOptions {
  /** The device that the document is for: its topics stand in `link`. */
  readonly deviceName?: string;
  /** Whether the event `post` and the services `set` and `get` are there (default: yes). */
  readonly synthetic?: boolean;
}

/**
 * Writes Alibaba Cloud's TSL JSON, as `thing/dsltemplate/get` answers it (Alibaba Cloud IoT documentation, "TSL
 * fields"): the values of specs are strings, and the event `post` and the services `set` and `get` stand for the
 * properties as a whole. Custom modules become `functionBlocks`. Actions of direction `up` have no place in TSL and
 * are left out.
 * @param productKey the key under which devices know the product
 */
export const exportTsl = (model: ThingModel, productKey: string, options: TslOptions = {}): JsonObject => {
  const { deviceName, synthetic = true } = options;
  const { main, modules } = blocksOf(model, synthetic ? english : undefined);
  const names = deviceName === undefined ? productKey : `${productKey}/${deviceName}`;
  return {
    schema: SCHEMA,
    link: `/sys/${names}/thing/`,
    profile: { productKey },
    ...main,
    ...(modules.length > 0 && { functionBlocks: modules.map(({ head, block: own }) => ({ ...head, ...own })) }),
  };
};

/**
 * Writes the same as Alibaba Cloud's console exports it: a file for each custom module, and one of the default module
 * that lists them (Alibaba Cloud IoT documentation, "What is a TSL model", format of a TSL). What imports several files
 * reads the same model out of them.
 */
export const exportTslFiles = (model: ThingModel, productKey: string): { name: string; document: JsonObject }[] => {
  const { main, modules } = blocksOf(model, chinese);
  const head = { schema: SCHEMA, profile: { productKey } };
  const functionBlocks = modules.map((module) => ({ ...module.head, productKey }));
  return [
    // No module can be called so: identifiers have no hyphen.
    { name: 'default-module.json', document: { ...head, ...main, ...(modules.length > 0 && { functionBlocks }) } },
    ...modules.map((module) => ({
      name: `${module.head.functionBlockId}.json`,
      document: { ...head, ...module.block, ...module.head },
    })),
  ];
};

const SCHEMA = 'https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json';

/** What the synthetic event and services are described as. */
type Words = Record<'post' | 'set' | 'get', string>;
const english: Words = { post: 'property report', set: 'property set', get: 'property get' };
/** As the platform's console writes them. */
const chinese: Words = { post: '属性上报', set: '属性设置', get: '属性获取' };

/** The default module, and the custom ones. @param words absent: without the synthetic event and services */
const blocksOf = (model: ThingModel, words: Words | undefined) => {
  const parts = groupByModule(model);
  const main = block(parts.get(undefined) ?? emptyModel, words);
  parts.delete(undefined);
  const modules = [...parts].map(([id, part]) => ({
    head: { functionBlockId: id!, functionBlockName: moduleName(part) ?? id! },
    block: block(part, words),
  }));
  return { main, modules };
};

interface Parts {
  readonly properties: Property[];
  readonly events: ThingEvent[];
  readonly services: Service[];
}
const emptyModel: Parts = { properties: [], events: [], services: [] };

const groupByModule = (model: ThingModel): Map<string | undefined, Parts> => {
  const modules = new Map<string | undefined, Parts>();
  const partOf = ({ identifier }: Definition): Parts => {
    const { module } = splitIdentifier(identifier);
    const part = modules.get(module) ?? { properties: [], events: [], services: [] };
    modules.set(module, part);
    return part;
  };
  for (const property of model.properties) partOf(property).properties.push(property);
  for (const event of model.events) partOf(event).events.push(event);
  for (const service of model.services) if (service.dir === 'down') partOf(service).services.push(service);
  return modules;
};

const moduleName = ({ properties, events, services }: Parts): string | undefined =>
  [...properties, ...events, ...services].find((definition) => definition.moduleName)?.moduleName;

/** The definitions of one module, and where there are words for them the synthetic ones. */
const block = ({ properties, events, services }: Parts, words: Words | undefined) => ({
  properties: properties.map((property) => ({
    ...head(property),
    accessMode: property.accessMode,
    dataType: dataType(property.dataType),
  })),
  events: [
    ...(words ? [syntheticEvent(words, properties)] : []),
    ...events.map((event) => ({
      ...head(event),
      type: event.type === 'fault' ? 'error' : event.type,
      outputData: event.output.map(param),
      method: `thing.event.${event.identifier}.post`,
    })),
  ],
  services: [
    ...(words ? syntheticServices(words, properties) : []),
    ...services.map((service) => ({
      ...head(service),
      callType: service.callType,
      inputData: service.input.map(param),
      outputData: service.output.map(param),
      method: `thing.service.${service.identifier}`,
    })),
  ],
});

const syntheticEvent = (words: Words, properties: readonly Property[]): JsonObject => ({
  identifier: 'post',
  name: 'post',
  type: 'info',
  required: true,
  desc: words.post,
  method: 'thing.event.property.post',
  outputData: properties.map(parameter),
});

const syntheticServices = (words: Words, properties: readonly Property[]): JsonObject[] => [
  synthetic('set', words, properties.filter(({ accessMode }) => accessMode === 'rw').map(parameter), []),
  synthetic(
    'get',
    words,
    properties.map(({ identifier }) => splitIdentifier(identifier).local),
    properties.map(parameter),
  ),
];

const synthetic = (identifier: 'set' | 'get', words: Words, inputData: Json[], outputData: Json[]): JsonObject => ({
  identifier,
  name: identifier,
  required: true,
  callType: 'async',
  desc: words[identifier],
  method: `thing.service.property.${identifier}`,
  inputData,
  outputData,
});

const head = ({ identifier, name, desc, required }: Definition) => ({
  identifier: splitIdentifier(identifier).local,
  name,
  ...(desc && { desc }),
  required,
});

/** A property as the synthetic event and services list it. */
const parameter = ({ identifier, name, dataType: type }: Param | Property): JsonObject => ({
  identifier: splitIdentifier(identifier).local,
  name,
  dataType: dataType(type),
});

const param = (entry: Param): JsonObject => ({ ...parameter(entry), ...(entry.required && { required: true }) });

const dataType = (type: DataType): JsonObject => ({ type: type.type, specs: specs(type) });

const specs = (type: DataType): Json => {
  switch (type.type) {
    case 'int':
    case 'float':
    case 'double': {
      const { type: _, start: _initial, ...rest } = type;
      return rest;
    }
    case 'bool':
    case 'enum':
      return Object.fromEntries(type.labels);
    case 'text':
      return type.length === undefined ? {} : { length: String(type.length) };
    case 'date':
      return {};
    case 'struct':
      return type.members.map(param);
    case 'array': {
      const { item } = type;
      return {
        ...(type.size !== undefined && { size: String(type.size) }),
        item: item.type === 'struct' || item.type === 'array' ? dataType(item) : itemOf(item),
      };
    }
  }
};

/** The platform writes an item of a plain type without specs; ours keeps those that say something. */
const itemOf = (type: DataType): JsonObject => {
  const written = specs(type);
  return Object.keys(written as object).length > 0 ? { type: type.type, specs: written } : { type: type.type };
};
