import { readFileSync } from 'node:fs';
import {
  exportModel,
  exportTsl,
  importReadableParts,
  importThingModel,
  ThingModelError,
  type ThingModel,
} from './index';

const vectors = JSON.parse(
  readFileSync(new URL('../../testing/vectors/thing-model.json', import.meta.url), 'utf8'),
) as Record<'tsl' | 'model', Record<string, unknown>>;
const tslModel = importThingModel(vectors.tsl).model;
const rhinoModel = importThingModel(vectors.model).model;

const find = (model: ThingModel, identifier: string) =>
  [...model.properties, ...model.events, ...model.services].find((entry) => entry.identifier === identifier);

describe('Alibaba TSL', () => {
  test('gives every part', () => {
    expect(tslModel.properties).toHaveLength(11);
    expect(find(tslModel, 'Temp')).toEqual({
      kind: 'property',
      identifier: 'Temp',
      name: 'temperature',
      desc: 'room temperature',
      required: true,
      accessMode: 'rw',
      dataType: { type: 'double', min: '-40', max: '120.50', step: '0.1', unit: '°C', unitName: 'degree' },
    });
    expect(find(tslModel, 'broken')).toMatchObject({ type: 'fault', required: true });
    expect(find(tslModel, 'Reset')).toMatchObject({ callType: 'sync', dir: 'down' });
    expect(find(tslModel, 'motor:Load')).toMatchObject({ moduleName: 'Motor unit' });
    expect(find(tslModel, 'motor:jam')).toBeDefined();
    expect(find(tslModel, 'motor:Stop')).toBeDefined();
  });

  test('is taken as text too', () => {
    expect(importThingModel(JSON.stringify(vectors.tsl)).model).toEqual(tslModel);
  });

  test('loses its synthetic event and services, and gets them back', () => {
    const whole = exportTsl(tslModel, 'a1X');
    expect(importThingModel(whole).model).toEqual(tslModel);
    for (const identifier of ['post', 'set', 'get']) expect(find(tslModel, identifier)).toBeUndefined();
  });

  test('of one custom module names it at the top', () => {
    const { model } = importThingModel({
      functionBlockId: 'motor',
      functionBlockName: 'Motor unit',
      properties: [{ identifier: 'Load', name: 'l', accessMode: 'r', dataType: { type: 'int', specs: {} } }],
    });
    expect(model.properties[0]).toMatchObject({ identifier: 'motor:Load', moduleName: 'Motor unit' });
  });

  test('survives the way through unitedrhino’s JSON', () => {
    expect(importThingModel(exportModel(tslModel, 'p1')).model).toEqual(tslModel);
  });
});

describe('unitedrhino’s model', () => {
  test('survives a round trip to the letter', () => {
    expect(exportModel(rhinoModel, 'p1')).toEqual(vectors.model);
  });

  test('survives the way through TSL, but for what TSL has not', () => {
    const through = importThingModel(exportTsl(rhinoModel, 'a1X')).model;
    expect(find(through, 'askTime')).toBeUndefined();
    expect(find(through, 'temperature')).toMatchObject({ dataType: { type: 'float', min: '-40' } });
    for (const identifier of [
      'power',
      'mode',
      'note',
      'since',
      'position',
      'levels',
      'picture',
      'motor:load',
      'reset',
    ]) {
      expect(find(through, identifier)).toEqual(find(rhinoModel, identifier));
    }
  });

  test('may give numbers as numbers and a length as maxLen', () => {
    const { model } = importThingModel({
      properties: [
        { identifier: 'a', name: '', mode: 'r', define: { type: 'int', min: -5, max: 5 } },
        { identifier: 'b', name: '', mode: 'r', define: { type: 'string', maxLen: 20 } },
      ],
      events: [],
      actions: [],
    });
    expect(model.properties.map(({ dataType }) => dataType)).toEqual([
      { type: 'int', min: '-5', max: '5' },
      { type: 'text', length: 20 },
    ]);
  });

  test('may be empty', () => {
    expect(importThingModel('{"properties":[]}').model).toEqual({ properties: [], events: [], services: [] });
  });
});

describe('which format it is', () => {
  const dataType = { type: 'text', specs: {} };
  test.each<[string, unknown, string]>([
    ['TSL by services', { services: [{ identifier: 'a', outputData: [] }] }, 'a'],
    ['TSL by productKey', { profile: { productKey: 'k' }, events: [{ identifier: 'a', type: 'error' }] }, 'a'],
    ['TSL by dataType', { properties: [{ identifier: 'a', accessMode: 'r', dataType }] }, 'a'],
    ['TSL by outputData', { events: [{ identifier: 'a', type: 'error', outputData: [] }] }, 'a'],
    ['model by define', { properties: [{ identifier: 'a', mode: 'r', define: { type: 'string' } }] }, 'a'],
    ['model by params', { events: [{ identifier: 'a', type: 'fault', params: [] }] }, 'a'],
    ['model by productID', { profile: { productID: 'p' }, events: [{ identifier: 'a', type: 'fault' }] }, 'a'],
  ])('%s', (_, document, identifier) => {
    expect(find(importThingModel(document).model, identifier)).toBeDefined();
  });
});

const property = (over: object) => ({
  identifier: 'a',
  name: 'a',
  accessMode: 'r',
  dataType: { type: 'date' },
  ...over,
});
const ofType = (dataType: unknown) => ({ schema: '', properties: [property({ dataType })] });
const nested = (depth: number): unknown => {
  let type: unknown = { type: 'int' };
  for (let level = 0; level < depth; level++) type = { type: 'array', specs: { item: type } };
  return type;
};
const params = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ identifier: `p${i}`, dataType: { type: 'date' } }));
const properties = (count: number) => Array.from({ length: count }, (_, i) => property({ identifier: `p${i}` }));

describe('a faulty document is refused, naming the member', () => {
  const faulty: [unknown, string, RegExp][] = [
    ['{"properties":', '', /not valid JSON/],
    [null, '', /must be a JSON object/],
    [undefined, '', /must be a JSON object/],
    ['', '', /not valid JSON/],
    [[], '', /must be an object/],
    [7, '', /must be an object/],
    [{}, '', /neither a TSL document nor a model/],
    [{ schema: '', properties: {} }, 'properties', /must be an array/],
    // Found by fuzzing: the message goes to logs and terminals, and in a gRPC trailer.
    [ofType({ type: 'bool', specs: { '\0\u001b[2J': '' } }), 'properties[0].dataType.specs.??[2J', /0 and 1/],
    [
      ofType({ type: 'enum', specs: { ['9'.repeat(9999)]: '' } }),
      `properties[0].dataType.specs.${'9'.repeat(64)}`,
      /whole/,
    ],
    [{ schema: '', properties: [null] }, 'properties[0].identifier', /is missing/],
    [{ schema: '', properties: ['x'] }, 'properties[0]', /must be an object/],
    [{ schema: '', properties: [property({ identifier: 7 })] }, 'properties[0].identifier', /must be a string/],
    [{ schema: '', properties: [property({ identifier: '' })] }, 'properties[0].identifier', /letters, digits/],
    [{ schema: '', properties: [property({ identifier: 'a b' })] }, 'properties[0].identifier', /letters, digits/],
    [{ schema: '', properties: [property({ identifier: 'x'.repeat(51) })] }, 'properties[0].identifier', /at most 50/],
    [
      { schema: '', properties: [property({ identifier: '__proto__' })] },
      'properties[0].identifier',
      /letters, digits/,
    ],
    [{ schema: '', properties: [property({ identifier: 'a:b:c' })] }, 'properties[0].identifier', /letters, digits/],
    [{ schema: '', properties: [property({ identifier: ':b' })] }, 'properties[0].identifier', /module/],
    ...['set', 'get', 'post', 'time', 'value'].map((identifier): [unknown, string, RegExp] => [
      { schema: '', properties: [property({ identifier })] },
      'properties[0].identifier',
      /reserved/,
    ]),
    [{ schema: '', events: [{ identifier: 'post', type: 'info' }] }, 'events[0].identifier', /reserved/],
    [{ schema: '', properties: [property({}), property({})] }, '', /a occurs twice/],
    [{ schema: '', properties: [property({})], services: [{ identifier: 'a' }] }, '', /a occurs twice/],
    [{ schema: '', properties: [property({ name: 'x'.repeat(257) })] }, 'properties[0].name', /longer than 256/],
    [{ schema: '', properties: [property({ accessMode: 'x' })] }, 'properties[0].accessMode', /one of r, rw, w/],
    [{ schema: '', properties: [property({ accessMode: undefined })] }, 'properties[0].accessMode', /is missing/],
    [{ schema: '', properties: [property({ required: 'perhaps' })] }, 'properties[0].required', /true or false/],
    [ofType(undefined), 'properties[0].dataType', /is missing/],
    [ofType('int'), 'properties[0].dataType', /must be an object/],
    [ofType({ type: 'long' }), 'properties[0].dataType.type', /one of int, float/],
    [ofType({ type: 'int', specs: { min: 'low' } }), 'properties[0].dataType.specs.min', /must be a number/],
    [ofType({ type: 'int', specs: { min: '1e999' } }), 'properties[0].dataType.specs.min', /must be a number/],
    [ofType({ type: 'int', specs: { min: '5', max: '4' } }), 'properties[0].dataType.specs.min', /above max/],
    [ofType({ type: 'int', specs: [] }), 'properties[0].dataType.specs', /must be an object/],
    [ofType({ type: 'bool', specs: { 2: 'maybe' } }), 'properties[0].dataType.specs.2', /values 0 and 1/],
    [ofType({ type: 'enum', specs: { auto: 'a' } }), 'properties[0].dataType.specs.auto', /whole number/],
    [ofType({ type: 'enum', specs: { 1: 7 } }), 'properties[0].dataType.specs.1', /must be a string/],
    [
      ofType({ type: 'enum', specs: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [i, 'x'])) }),
      'properties[0].dataType.specs',
      /more than 100/,
    ],
    [ofType({ type: 'text', specs: { length: '10241' } }), 'properties[0].dataType.specs.length', /from 0 to 10240/],
    [ofType({ type: 'text', specs: { length: '1.5' } }), 'properties[0].dataType.specs.length', /whole number/],
    [
      ofType({ type: 'array', specs: { size: '513', item: { type: 'int' } } }),
      'properties[0].dataType.specs.size',
      /512/,
    ],
    [ofType({ type: 'array', specs: {} }), 'properties[0].dataType.specs.item', /is missing/],
    [ofType({ type: 'struct', specs: params(51) }), 'properties[0].dataType.specs', /51 elements, 50 are allowed/],
    [
      ofType({ type: 'struct', specs: [...params(1), ...params(1)] }),
      'properties[0].dataType.specs[1].identifier',
      /twice/,
    ],
    [
      ofType({ type: 'struct', specs: [{ identifier: 'a-b' }] }),
      'properties[0].dataType.specs[0].identifier',
      /letters/,
    ],
    [ofType(nested(5)), `properties[0].dataType${'.specs.item'.repeat(5)}`, /nested deeper than 4/],
    [ofType(nested(10_000)), `properties[0].dataType${'.specs.item'.repeat(5)}`, /nested deeper than 4/],
    [{ schema: '', events: [{ identifier: 'e', type: 'fault' }] }, 'events[0].type', /one of info, alert, error/],
    [
      { schema: '', events: [{ identifier: 'e', type: 'info', outputData: params(101) }] },
      'events[0].outputData',
      /100/,
    ],
    [{ schema: '', services: [{ identifier: 's', callType: 'later' }] }, 'services[0].callType', /async, sync/],
    [{ schema: '', properties: properties(301) }, '', /default module has more than 300/],
    [{ functionBlocks: [{ properties: [] }] }, 'functionBlocks[0].functionBlockId', /is missing/],
    [{ functionBlockId: 'a b', properties: [] }, 'functionBlockId', /letters, digits/],
    [{ functionBlocks: Array.from({ length: 201 }, () => ({})) }, 'functionBlocks', /200 are allowed/],
  ];
  test.each(faulty.map(([document, path, fault]) => ({ at: path || 'the document', document, path, fault })))(
    '$at: $fault',
    ({ document, path, fault }) => {
      const act = () => importThingModel(document);
      expect(act).toThrow(ThingModelError);
      expect(act).toThrow(expect.objectContaining({ path, fault: expect.stringMatching(fault) as string }));
    },
  );

  test('300 definitions in one module are fine', () => {
    expect(importThingModel({ schema: '', properties: properties(300) }).model.properties).toHaveLength(300);
  });
});

describe('of a document that somebody else has accepted', () => {
  const rhinoProperty = (identifier: string, define: object = { type: 'int' }) => ({
    identifier,
    name: '',
    mode: 'rw',
    define,
  });
  const parts = (document: object) => {
    const { model, leftOut } = importReadableParts(document);
    const { properties, events, services } = model;
    return {
      kept: [...properties, ...events, ...services].map(({ identifier }) => identifier),
      leftOut: leftOut.map(({ message }) => message),
    };
  };

  test('what can be read stands, and what cannot is named', () => {
    const document = {
      profile: { productID: 'p' },
      properties: [
        rhinoProperty('good'),
        rhinoProperty('not-good'),
        rhinoProperty('odd', { type: 'long' }),
        rhinoProperty('good'),
        rhinoProperty('last'),
      ],
      events: [
        { identifier: 'alarm', type: 'alert', params: [] },
        { identifier: 'e', type: 'later', params: [] },
      ],
      actions: [{ identifier: 'a b', dir: 'down', input: [], output: [] }],
    };
    expect(parts(document)).toEqual({
      kept: ['good', 'last', 'alarm'],
      leftOut: [
        'properties[1].identifier: must consist of letters, digits and _, at most 50',
        expect.stringMatching(/^properties\[2\].define.type: must be one of/),
        'events[1].type: must be one of info, alert, fault',
        'actions[0].identifier: must consist of letters, digits and _, at most 50',
        'identifier good occurs twice',
      ],
    });
    expect(() => importThingModel(document)).toThrow(ThingModelError);
  });

  test('so does what a module has room for', () => {
    const { kept, leftOut } = parts({
      actions: [],
      properties: properties(305).map((p) => rhinoProperty(p.identifier)),
    });
    expect(kept).toHaveLength(300);
    expect(leftOut).toEqual(Array.from({ length: 5 }, () => 'the default module has more than 300 definitions'));
  });

  test('a module that has no name is left out', () => {
    const { kept, leftOut } = parts({
      properties: [property({})],
      functionBlocks: [{ properties: [property({})] }, { functionBlockId: 'm', properties: [property({})] }],
    });
    expect({ kept, leftOut }).toEqual({
      kept: ['a', 'm:a'],
      leftOut: ['functionBlocks[0].functionBlockId: is missing'],
    });
  });

  test.each([['{'], [7], [{ properties: {} }]])('%j holds nothing that could be', (document) => {
    expect(() => importReadableParts(document)).toThrow(ThingModelError);
  });
});
