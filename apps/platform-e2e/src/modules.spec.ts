/**
 * A thing model with a custom module, from Alibaba's files to a device and back: `module:identifier` in posts, sets, calls
 * and answers (Alibaba Cloud IoT documentation, "Device properties, events, and services").
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectNats } from 'nats';
import { services } from '@alink/contract';
import {
  eventually,
  PATIENCE_MS,
  PLATFORM_START_MS,
  removeFolder,
  SdkDevice,
  spawnProgram,
  temporaryFolder,
} from '@alink/testing';
import { Platform } from './platform';

const PRODUCT = 'modules01';
const DEVICE = 'dev001';
const OTHER = 'dev002';
const SECRET = 'a-secret-of-32-letters-and-more!';
const key = { productID: PRODUCT, deviceName: DEVICE };

const head = {
  schema: 'https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json',
  profile: { productKey: PRODUCT },
};
const speed = { identifier: 'Speed', name: '转速', dataType: { type: 'int', specs: { min: '0', max: '9' } } };
const MAIN = {
  ...head,
  properties: [{ ...speed, identifier: 'Power', accessMode: 'rw', required: false }],
  events: [],
  services: [],
  functionBlocks: [{ functionBlockId: 'motor', functionBlockName: '电机', productKey: PRODUCT }],
};
const MOTOR = {
  ...head,
  properties: [
    { ...speed, accessMode: 'rw', required: false },
    {
      identifier: 'Coils',
      name: '线圈',
      accessMode: 'rw',
      required: false,
      dataType: { type: 'array', specs: { size: '4', item: { type: 'int' } } },
    },
    {
      identifier: 'Axis',
      name: '轴',
      accessMode: 'rw',
      required: false,
      dataType: { type: 'struct', specs: [{ ...speed, identifier: 'angle' }] },
    },
  ],
  events: [
    {
      identifier: 'jam',
      name: '堵转',
      type: 'error',
      required: false,
      outputData: [speed],
      method: 'thing.event.motor:jam.post',
    },
  ],
  services: [
    {
      identifier: 'Spin',
      name: '旋转',
      required: false,
      callType: 'sync',
      inputData: [speed],
      outputData: [speed],
      method: 'thing.service.motor:Spin',
    },
    {
      identifier: 'Stop',
      name: '停止',
      required: false,
      callType: 'async',
      inputData: [],
      outputData: [],
      method: 'thing.service.motor:Stop',
    },
  ],
  functionBlockId: 'motor',
  functionBlockName: '电机',
};

const folder = temporaryFolder('modules');
let platform: Platform;
let device: SdkDevice;

/** @returns what it wrote */
const dmctl = async (...args: string[]): Promise<string> => {
  const endpoint = ['--endpoint', `127.0.0.1:${platform.ports.dm}`];
  const program = spawnProgram(process.execPath, ['tools/dmctl.mjs', ...endpoint, ...args], {});
  const { code } = await program.exited;
  expect({ code, output: program.output }).toMatchObject({ code: 0 });
  return program.output;
};

beforeAll(async () => {
  platform = await Platform.start();
  const files = Object.entries({ 'main.json': MAIN, 'motor.json': MOTOR }).map(([name, document]) => {
    writeFileSync(join(folder, name), JSON.stringify(document));
    return ['--tsl', join(folder, name)];
  });
  await dmctl('product', 'create', PRODUCT, '--validation', 'strong', ...files.flat());
  await platform.createDevice(PRODUCT, DEVICE, SECRET);
  await platform.createDevice(PRODUCT, OTHER, SECRET);
  device = await platform.connect(PRODUCT, DEVICE, SECRET);
  await eventually(async () => expect(await platform.isOnline(DEVICE, PRODUCT)).toBe(true));
}, PLATFORM_START_MS);
afterAll(async () => {
  await device?.end();
  await platform?.stop();
  removeFolder(folder);
});

test('the product’s files come back as they were', async () => {
  const out = join(folder, 'out');
  await dmctl('product', 'export-tsl', PRODUCT, '--out', out);
  const read = (name: string): unknown => {
    const document = JSON.parse(readFileSync(join(out, name), 'utf8')) as typeof MOTOR;
    const own = ({ method }: { method: string }) => !method.includes('.property.');
    return { ...document, events: document.events.filter(own), services: document.services.filter(own) };
  };
  expect([read('default-module.json'), read('motor.json')]).toEqual([MAIN, MOTOR]);
});

test('a property of a module is posted under its name, and that of the default module beside it', async () => {
  const reply = await device.post({ Power: 1, 'motor:Speed': 2 });
  expect(reply).toMatchObject({ code: 200 });
  await eventually(async () => expect(await platform.latest('motor:Speed', DEVICE, PRODUCT)).toBe(2));
  expect(await platform.latest('Power', DEVICE, PRODUCT)).toBe(1);
});

test('an event of a module has its name in topic and method', async () => {
  expect(await device.postEvent('motor:jam', { Speed: 3 })).toMatchObject({ code: 200 });
  await eventually(async () => {
    const { list } = await platform.client(services.deviceMsg).eventLogIndex(key);
    expect(list).toMatchObject([{ dataID: 'motor:jam', type: 'fault' }]);
  });
});

test('a set names the property of the module', async () => {
  const seen: unknown[] = [];
  device.onPropertySet(({ params }) => {
    seen.push(params);
    return { data: {} };
  });
  const data = JSON.stringify({ 'motor:Speed': 4 });
  const { code } = await platform
    .client(services.deviceInteract)
    .propertyControlSend({ ...key, data, shadowControl: 1, syncTimeout: '15' }, { deadlineMs: PATIENCE_MS });
  expect(code).toBe('200');
  expect(seen).toEqual([{ 'motor:Speed': 4 }]);
  await eventually(async () => expect(await platform.latest('motor:Speed', DEVICE, PRODUCT)).toBe(4));
});

test('a service of a module is called under its name, and answers on it', async () => {
  const seen: unknown[] = [];
  const call = (callType: string) => (request: { method?: string; params?: unknown }, topic: string) => {
    seen.push([callType, topic.replace(/\d+$/, 'id'), request.method, request.params]);
    return { data: { Speed: 5 } };
  };
  device.onService('motor:Spin', call('sync'));
  device.onService('motor:Stop', call('async'));
  const { actionSend } = platform.client(services.deviceInteract);
  const spin = { ...key, actionID: 'motor:Spin', inputParams: '{"Speed":5}', option: { requestTimeout: '15' } };
  expect(await actionSend(spin, { deadlineMs: PATIENCE_MS })).toMatchObject({
    code: '200',
    outputParams: '{"Speed":5}',
  });
  await actionSend({ ...key, actionID: 'motor:Stop', inputParams: '{}', isAsync: true }, { deadlineMs: PATIENCE_MS });
  await eventually(() =>
    expect(seen).toEqual([
      ['sync', device.topic('rrpc/request/id'), 'thing.service.motor:Spin', { Speed: 5 }],
      ['async', device.topic('thing/service/motor:Stop'), 'thing.service.motor:Stop', {}],
    ]),
  );
});

test('a synchronous call with its full topic names the module in it', async () => {
  const called = SdkDevice.connect(platform.login(PRODUCT, OTHER, SECRET, { extra: { _ss: '1', ext: '1' } }));
  const full = await called;
  await eventually(async () => expect(await platform.isOnline(OTHER, PRODUCT)).toBe(true));
  const topics: string[] = [];
  full.onService('motor:Spin', (_request, topic) => {
    topics.push(topic.replace(/\d+/, 'id'));
    return { data: { Speed: 6 } };
  });
  const spin = { ...key, deviceName: OTHER, actionID: 'motor:Spin', inputParams: '{"Speed":6}' };
  const { actionSend } = platform.client(services.deviceInteract);
  expect(await actionSend({ ...spin, option: { requestTimeout: '15' } }, { deadlineMs: PATIENCE_MS })).toMatchObject({
    outputParams: '{"Speed":6}',
  });
  expect(topics).toEqual([`/ext/rrpc/id${full.topic('thing/service/motor:Spin')}`]);
  await full.end();
});

test('samples of a module stand in batches, history and packs under its name', async () => {
  const at = Date.now() - 60_000;
  const sample = (value: number) => ({ value, time: at + value });
  const jam = { value: { Speed: 1 }, time: at };
  const requests = [
    ['batch', { properties: { 'motor:Speed': [sample(1), sample(2)] }, events: { 'motor:jam': [jam] } }],
    ['history', [{ properties: [{ 'motor:Speed': sample(3) }], events: [{ 'motor:jam': jam }] }]],
    ['pack', { properties: { 'motor:Speed': sample(4) }, events: { 'motor:jam': jam } }],
  ] as const;
  for (const [kind, params] of requests) {
    expect(await device.request(`thing/event/property/${kind}/post`, params)).toMatchObject({ code: 200, data: {} });
  }
  const { deviceMsg } = services;
  await eventually(async () => {
    const range = { timeStart: String(at), timeEnd: String(at + 9) };
    const { list } = await platform.client(deviceMsg).propertyLogIndex({ ...key, dataID: 'motor:Speed', ...range });
    expect(list.map(({ value }) => value).sort()).toEqual(['1', '2', '3', '4']);
    const events = await platform.client(deviceMsg).eventLogIndex({ ...key, dataID: 'motor:jam', ...range });
    expect(events.total).toBe('3');
  });
});

test('elements and members of a module’s property are found by their names', async () => {
  await device.post({ 'motor:Coils': [7, 8], 'motor:Axis': { angle: 9 } });
  const messages = platform.client(services.deviceMsg);
  await eventually(async () => {
    for (const [dataID, value] of [
      ['motor:Coils.1', '8'],
      ['motor:Axis.angle', '9'],
    ] as const) {
      const { list } = await messages.propertyLogIndex({ ...key, dataID });
      expect(list).toMatchObject([{ dataID, value }]);
    }
  });
  const { list } = await messages.propertyLatestIndex({ ...key, dataIDs: ['motor:Coils.0'] });
  expect(list).toMatchObject([{ dataID: 'motor:Coils.0', value: '7' }]);
});

test('values of a module are asked for by name, and all together', async () => {
  device.onService('property.get', ({ params }) => ({
    data: Object.fromEntries((params as unknown as string[]).map((name) => [name, name === 'motor:Speed' ? 3 : 1])),
  }));
  const { propertyGetReportSend } = platform.client(services.deviceInteract);
  const ask = async (dataIDs: string[]) =>
    JSON.parse((await propertyGetReportSend({ ...key, dataIDs }, { deadlineMs: PATIENCE_MS })).params) as object;
  expect(await ask(['motor:Speed'])).toEqual({ 'motor:Speed': 3 });
  expect(await ask([])).toMatchObject({ Power: 1, 'motor:Speed': 3 });
});

test('applications hear of a module’s properties and events on subjects with its name', async () => {
  const prefix = `application.device.${PRODUCT}.${DEVICE}.report.thing`;
  const subjects = [`${prefix}.property.motor:Speed`, `${prefix}.event.fault.motor:jam`];
  const heard = new Set<string>();
  const nats = await connectNats({ servers: platform.nats.url });
  for (const subject of subjects) nats.subscribe(subject, { callback: (_error, told) => void heard.add(told.subject) });
  await nats.flush();
  await device.post({ 'motor:Speed': 5, Power: 2 });
  await device.postEvent('motor:jam', { Speed: 3 });
  await eventually(() => expect([...heard].sort()).toEqual([...subjects].sort()));
  await nats.close();
});

test('the thing model that the device asks for has the module as a function block', async () => {
  const { data } = await device.request('thing/dsltemplate/get', {});
  expect(data).toMatchObject({ functionBlocks: [{ functionBlockId: 'motor', functionBlockName: '电机' }] });
  const [block] = (data as { functionBlocks: (typeof MOTOR)[] }).functionBlocks;
  expect(block!.properties).toEqual(MOTOR.properties);
});

test('dmctl shows, sets, asks and calls by the module’s names', async () => {
  device.onPropertySet(() => ({ data: {} }));
  device.onService('motor:Spin', () => ({ data: { Speed: 7 } }));
  const on = [PRODUCT, DEVICE];
  await dmctl('property', 'set', ...on, '{"motor:Speed":8}');
  await eventually(async () => expect(await platform.latest('motor:Speed', DEVICE, PRODUCT)).toBe(8));
  const rows = async (...args: string[]): Promise<unknown> => JSON.parse(await dmctl('--json', ...args));
  expect(await rows('property', 'latest', ...on, 'motor:Speed')).toMatchObject([{ property: 'motor:Speed', value: 8 }]);
  expect(await rows('property', 'history', ...on, 'motor:Speed', '--limit', '1')).toMatchObject([{ value: 8 }]);
  expect(await rows('property', 'get', ...on, 'motor:Speed')).toMatchObject([{ property: 'motor:Speed', value: 3 }]);
  expect(await rows('event', 'list', ...on, '--event', 'motor:jam', '--limit', '1')).toMatchObject([
    { event: 'motor:jam', type: 'fault' },
  ]);
  expect(await dmctl('service', 'call', ...on, 'motor:Spin', '{"Speed":7}')).toContain('7');
  expect(await rows('property', 'log', ...on)).toEqual(
    expect.arrayContaining([expect.objectContaining({ identifier: 'motor:Speed' })]),
  );
});
