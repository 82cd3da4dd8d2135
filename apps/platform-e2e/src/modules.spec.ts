/**
 * A thing model with a custom module, from Alibaba's files to a device and back: `module:identifier` in posts, sets, calls
 * and answers (Alibaba Cloud IoT documentation, "Device properties, events, and services").
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { services } from '@alink/contract';
import {
  eventually,
  PATIENCE_MS,
  PLATFORM_START_MS,
  removeFolder,
  spawnProgram,
  temporaryFolder,
  type SdkDevice,
} from '@alink/testing';
import { Platform } from './platform';

const PRODUCT = 'modules01';
const DEVICE = 'dev001';
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
  properties: [{ ...speed, accessMode: 'rw', required: false }],
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
