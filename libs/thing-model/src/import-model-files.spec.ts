import { exportModel, exportTsl, exportTslFiles, importModelFiles, importThingModel, ThingModelError } from './index';

const SCHEMA = 'https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json';
const profile = { productKey: 'a1X' };
const property = (identifier: string, accessMode = 'r') => ({
  identifier,
  name: `name of ${identifier}`,
  accessMode,
  required: false,
  dataType: { type: 'float', specs: { min: '-10', max: '60', unit: '°', unitName: '度', step: '1' } },
});
const parameter = ({ identifier, name, dataType }: ReturnType<typeof property>) => ({ identifier, name, dataType });
/** A block as the platform writes it, with the event and the services that stand for the properties as a whole. */
const block = (properties: ReturnType<typeof property>[], events: object[] = [], services: object[] = []) => ({
  schema: SCHEMA,
  profile,
  properties,
  events: [
    {
      identifier: 'post',
      name: 'post',
      type: 'info',
      required: true,
      desc: '属性上报',
      method: 'thing.event.property.post',
      outputData: properties.map(parameter),
    },
    ...events,
  ],
  services: [
    {
      identifier: 'set',
      name: 'set',
      required: true,
      callType: 'async',
      desc: '属性设置',
      method: 'thing.service.property.set',
      inputData: properties.filter(({ accessMode }) => accessMode === 'rw').map(parameter),
      outputData: [],
    },
    {
      identifier: 'get',
      name: 'get',
      required: true,
      callType: 'async',
      desc: '属性获取',
      method: 'thing.service.property.get',
      inputData: properties.map(({ identifier }) => identifier),
      outputData: properties.map(parameter),
    },
    ...services,
  ],
});
const listed = (functionBlockId: string, functionBlockName: string) => ({
  functionBlockId,
  functionBlockName,
  ...profile,
});

const main = {
  ...block([property('Power', 'rw')]),
  functionBlocks: [listed('motor', '电机'), listed('air', '环境感知模块')],
};
const motor = {
  ...block(
    [property('Speed', 'rw')],
    [
      {
        identifier: 'jam',
        name: 'jam',
        type: 'error',
        required: false,
        outputData: [],
        method: 'thing.event.motor:jam.post',
      },
    ],
    [
      {
        identifier: 'Stop',
        name: 'stop',
        required: false,
        callType: 'sync',
        inputData: [],
        outputData: [],
        method: 'thing.service.motor:Stop',
      },
    ],
  ),
  functionBlockId: 'motor',
  functionBlockName: '电机',
};
const air = { ...block([property('Speed')]), functionBlockId: 'air', functionBlockName: '环境感知模块' };
const files = [
  { name: 'main.json', json: JSON.stringify(main) },
  { name: 'motor.json', json: motor },
  { name: 'air.json', json: air },
];

const identifiersOf = (model: ReturnType<typeof importModelFiles>['model']) =>
  [...model.properties, ...model.events, ...model.services].map(({ identifier }) => identifier);
const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(ThingModelError);
    return (error as Error).message;
  }
  throw new Error('was taken');
};

test('the files of modules make one model, whatever their order', () => {
  const { model, emptyModules } = importModelFiles(files);
  expect(identifiersOf(model)).toEqual(['Power', 'motor:Speed', 'air:Speed', 'motor:jam', 'motor:Stop']);
  expect(model.properties[2]).toMatchObject({ moduleName: '环境感知模块' });
  expect(emptyModules).toEqual([]);
  expect(identifiersOf(importModelFiles(files.toReversed()).model).sort()).toEqual(identifiersOf(model).sort());
});

test('the same files come out again', () => {
  const written = exportTslFiles(importModelFiles(files).model, 'a1X');
  expect(written.map(({ name }) => name)).toEqual(['default-module.json', 'motor.json', 'air.json']);
  expect(written.map(({ document }) => document)).toEqual([main, motor, air]);
});

test('in one document, and in unitedrhino’s, it is the same model', () => {
  const { model } = importModelFiles(files);
  expect(importThingModel(exportTsl(model, 'a1X')).model).toEqual(model);
  expect(importThingModel(exportModel(model, 'p1')).model).toEqual(model);
});

describe('nothing is lost in silence', () => {
  test('a module that is listed and has no file is named, and so are all of them', () => {
    expect(refusal(() => importModelFiles(files.slice(0, 2)))).toBe(
      'functionBlocks: the files of these modules are missing: air (环境感知模块)',
    );
    expect(refusal(() => importThingModel(main))).toContain('missing: motor (电机), air (环境感知模块)');
  });

  test('many that are missing, with names of any kind, still make one short line', () => {
    const functionBlocks = Array.from({ length: 200 }, (_, i) =>
      listed(`m${i}`, `\u001b[2J\u202e\n${'x'.repeat(200)}`),
    );
    const message = refusal(() => importThingModel({ ...main, functionBlocks }));
    expect(message.length).toBeLessThanOrEqual(512);
    expect(message).toMatch(/missing: m0 \(\?\[2J\?\?x+\), .* and \d+ more$/);
  });

  test('two files with one module are refused', () => {
    expect(refusal(() => importModelFiles([...files, { name: 'b.json', json: motor }]))).toBe(
      'b.json: module motor stands in motor.json too',
    );
    expect(refusal(() => importModelFiles([...files, { name: 'b.json', json: block([]) }]))).toBe(
      'b.json: the default module stands in main.json too',
    );
    expect(refusal(() => importThingModel({ ...main, functionBlocks: [motor, motor] }))).toBe(
      'functionBlocks[1]: module motor is there twice',
    );
  });

  test('a fault names its file', () => {
    const broken = { ...motor, properties: [{ ...property('x'), accessMode: 'x' }] };
    expect(refusal(() => importModelFiles([{ name: 'm.json', json: broken }]))).toBe(
      'm.json: properties[0].accessMode: must be one of r, rw, w',
    );
    expect(refusal(() => importModelFiles([{ name: 'm.json', json: '{' }]))).toBe(
      'm.json: the thing model is not valid JSON',
    );
  });

  test('a module without definitions is named', () => {
    const empty = { ...block([]), functionBlockId: 'none', functionBlockName: '' };
    expect(importModelFiles([...files, { name: 'none.json', json: empty }]).emptyModules).toEqual(['module none']);
  });
});

describe('the simplified TSL for devices', () => {
  const bare = { identifier: 'Temp', dataType: { type: 'double' } };
  const synthetic = [
    { identifier: 'set', inputData: [], outputData: [] },
    { identifier: 'get', inputData: ['Temp'], outputData: [] },
  ];
  test.each([
    ['properties', { schema: SCHEMA, profile, properties: [bare], events: [], services: synthetic }],
    ['a module', { schema: SCHEMA, profile, properties: [bare], functionBlockId: 'm', functionBlockName: 'm' }],
    ['events alone', { schema: SCHEMA, profile, properties: [], events: [{ identifier: 'e' }], services: synthetic }],
  ])('with %s is refused, with what to export instead', (_, document) => {
    expect(refusal(() => importThingModel(document))).toBe(
      'it is a simplified TSL (精简 TSL), made for devices: export the complete one (完整 TSL) instead',
    );
  });
});

test('unitedrhino’s models of its first years say id', () => {
  const { model } = importThingModel({
    version: '1.0',
    properties: [
      { id: 'temp', name: 't', mode: 'rw', define: { type: 'float', min: '0', max: '9' } },
      {
        id: 'pos',
        name: 'p',
        mode: 'r',
        define: { type: 'struct', specs: [{ id: 'lat', name: 'l', dataType: { type: 'float' } }] },
      },
    ],
    events: [{ id: 'hot', name: 'h', type: 'fault', params: [{ id: 'code', name: 'c', define: { type: 'int' } }] }],
    actions: [{ id: 'stop', name: 's', input: [{ id: 'now', name: 'n', define: { type: 'bool' } }], output: [] }],
  });
  expect(identifiersOf(model)).toEqual(['temp', 'pos', 'hot', 'stop']);
  expect(model.properties[1]?.dataType).toMatchObject({ members: [{ identifier: 'lat' }] });
  expect(model.events[0]?.output).toMatchObject([{ identifier: 'code' }]);
  expect(model.services[0]?.input).toMatchObject([{ identifier: 'now' }]);
  expect(refusal(() => importThingModel({ actions: [{ id: 'a b' }] }))).toContain('actions[0].id: must consist');
});
