/** A device with definitions of its own, from the change over gRPC to what the device hears. */
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS, type SdkDevice } from '@alink/testing';
import { DEVICE, DEVICE_SECRET, Platform, PRODUCT } from './platform';

const OTHER = 'dev-other';
const names = { productID: PRODUCT, deviceName: DEVICE };

let platform: Platform;
let device: SdkDevice;
let other: SdkDevice;
beforeAll(async () => {
  platform = await Platform.start();
  await platform.createManualsDevice();
  // What is not defined is refused, and not passed over.
  const protocolConf = { validation: 'strong' };
  await platform.client(services.productManage).productInfoUpdate({ productID: PRODUCT, protocolConf });
  await platform.createDevice(PRODUCT, OTHER, DEVICE_SECRET);
  [device, other] = [await platform.connect(PRODUCT, DEVICE), await platform.connect(PRODUCT, OTHER)];
}, PLATFORM_START_MS);
afterAll(async () => {
  device?.end();
  other?.end();
  await platform?.stop();
});

const post = async (from: SdkDevice, value: number): Promise<number> =>
  Number((await from.request('thing/event/property/post', { own: value })).code);
const define = (max: number) => ({
  ...names,
  type: 1,
  identifier: 'own',
  name: { value: 'Own' },
  affordance: {
    value: JSON.stringify({ mode: 'rw', define: { type: 'int', min: '0', max: String(max), step: '1' } }),
  },
});

test('what is defined while it is connected is taken, kept and shown; other devices have none of it', async () => {
  const devices = platform.client(services.deviceManage);
  const undefinedCode = await post(device, 5);
  expect(undefinedCode).not.toBe(200);
  await devices.deviceSchemaCreate(define(9));
  await eventually(async () => expect(await post(device, 5)).toBe(200));
  await eventually(async () => expect(await platform.latest('own')).toBe(5));
  expect(await post(device, 10)).not.toBe(200);
  expect(await post(other, 5)).toBe(undefinedCode);

  // Wider, and then its product is changed: it keeps what is its own.
  await devices.deviceSchemaUpdate(define(99));
  await eventually(async () => expect(await post(device, 50)).toBe(200));
  const info = { productID: PRODUCT, identifier: 'temperature', name: { value: 'Heat' } };
  await platform.client(services.productManage).productSchemaUpdate({ info });
  expect(await post(device, 51)).toBe(200);

  await devices.deviceSchemaMultiDelete(names);
  await eventually(async () => expect(await post(device, 5)).toBe(undefinedCode));
});
