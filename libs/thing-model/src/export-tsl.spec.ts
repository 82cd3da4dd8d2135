import { readFileSync } from 'node:fs';
import { exportTsl, importThingModel, type JsonObject } from './index';

const { tsl } = JSON.parse(
  readFileSync(new URL('../../testing/vectors/thing-model.json', import.meta.url), 'utf8'),
) as { tsl: JsonObject };
type Block = Record<'properties' | 'events' | 'services', JsonObject[]>;

const exported = exportTsl(importThingModel(tsl).model, 'a1X') as unknown as Block & { functionBlocks: Block[] };
const isSynthetic = ({ method }: JsonObject) => /^thing\.(event|service)\.property\./.test(String(method));
const withoutSynthetic = <T extends Block>(block: T): T => ({
  ...block,
  events: block.events.filter((event) => !isSynthetic(event)),
  services: block.services.filter((service) => !isSynthetic(service)),
});

test('the rest of an imported document comes out as it went in', () => {
  const rest = withoutSynthetic(exported);
  expect({ ...rest, functionBlocks: rest.functionBlocks.map(withoutSynthetic) }).toEqual(tsl);
});

test('post, set and get stand for the properties as a whole, first in their lists', () => {
  const [post] = exported.events;
  const [set, get] = exported.services;
  expect(post).toMatchObject({ identifier: 'post', type: 'info', required: true, method: 'thing.event.property.post' });
  expect(set).toMatchObject({
    identifier: 'set',
    callType: 'async',
    method: 'thing.service.property.set',
    outputData: [],
  });
  expect(get).toMatchObject({ identifier: 'get', callType: 'async', method: 'thing.service.property.get' });
  const all = exported.properties.map(({ identifier }) => identifier);
  const identifiers = (list: unknown) => (list as JsonObject[]).map(({ identifier }) => identifier);
  expect(identifiers(post?.outputData)).toEqual(all);
  expect(identifiers(get?.outputData)).toEqual(all);
  expect(get?.inputData).toEqual(all);
  expect(identifiers(set?.inputData)).toEqual(['Temp', 'Power', 'Mode', 'Note', 'Pos']);
  expect((set?.inputData as JsonObject[])[0]).toEqual({
    identifier: 'Temp',
    name: 'temperature',
    dataType: exported.properties[0]?.dataType,
  });
});

test('a custom module has its own, with bare identifiers', () => {
  const [motor] = exported.functionBlocks;
  expect(motor?.events[0]).toMatchObject({ identifier: 'post', outputData: [{ identifier: 'Load' }] });
  expect(motor?.services[1]).toMatchObject({ identifier: 'get', inputData: ['Load'] });
});

test('every value in specs is a string', () => {
  const check = (dataType: JsonObject): void => {
    const specs = dataType.specs ?? {};
    if (Array.isArray(specs)) return specs.forEach((member: JsonObject) => check(member.dataType as JsonObject));
    for (const [key, value] of Object.entries(specs)) {
      if (key === 'item') check(value as JsonObject);
      else expect(typeof value).toBe('string');
    }
  };
  exported.properties.forEach((property) => check(property.dataType as JsonObject));
});

test('an empty model is a whole document', () => {
  const empty = exportTsl({ properties: [], events: [], services: [] }, 'a1X');
  expect(empty).toMatchObject({ profile: { productKey: 'a1X' }, properties: [], events: [{}], services: [{}, {}] });
  expect(empty).not.toHaveProperty('functionBlocks');
  expect(importThingModel(empty).model).toEqual({ properties: [], events: [], services: [] });
});
