/** A bad value in any field of any request: 100006 with the field's name, or no harm; never the database's fault or ours. */
import { services, type Service } from '@alink/contract';
import { connectRpc, type RpcChannel, type RpcError } from '@alink/rpc';
import { PATIENCE_MS } from '@alink/testing';
import { createDevices, NAMES, PRODUCT, rpcError, startDm, type DmFixture } from './dm-fixture';
import { fieldsOf, nameOf, withField, type Path } from './request-fields';
import { createTopology, ONE, sensor } from './topology-fixture';

let fixture: DmFixture;
let channel: RpcChannel;
beforeAll(async () => {
  fixture = await startDm();
  await createDevices(fixture, 'dev001');
  await createTopology(fixture, 'lamp');
  await fixture.protocols.protocolInfoCreate({ code: 'mine', name: 'Mine' });
  await fixture.devices.deviceSchemaCreate({ ...NAMES, identifier: 'mine', ...definition });
  await fixture.definitions.commonSchemaCreate({ info: { identifier: 'shared', ...definition } });
  channel = connectRpc(`127.0.0.1:${fixture.dm.port}`, { deadlineMs: PATIENCE_MS });
});
afterAll(async () => {
  channel.close();
  await fixture.stop();
});

const definition = {
  type: 1,
  name: { value: 'Name' },
  affordance: { value: '{"mode":"rw","define":{"type":"string","max":"64"}}' },
};

const SIGN = { signMethod: 'hmacsha256', random: 1, timestamp: 1, signature: '' };
const FORWARD = { topic: 'user/update', targetDeviceName: 'dev001', targetTopic: 'user/get' };

/** What a request needs beside productID and deviceName to come as far as the database; `n` is new in each. */
const needs: Readonly<Record<string, (n: number) => object>> = {
  productInfoCreate: (n) => ({ productID: `p${n}`, productName: `p${n}` }),
  productInfoDelete: () => ({ productID: 'nosuch' }),
  productSchemaCreate: (n) => ({ info: { productID: PRODUCT, identifier: `a${n}`, tag: 1, ...definition } }),
  productSchemaMultiCreate: (n) => ({ list: [{ identifier: `b${n}`, tag: 1, ...definition }] }),
  productSchemaUpdate: () => ({ info: { productID: PRODUCT, identifier: 'rpm' } }),
  productSchemaDelete: () => ({ identifier: 'nosuch' }),
  deviceInfoCreate: (n) => ({ deviceName: `d${n}` }),
  deviceInfoDelete: () => ({ deviceName: 'nosuch' }),
  deviceReset: () => ({ device: NAMES }),
  deviceOnlineMultiFix: () => ({ devices: [{ device: NAMES, isOnline: 1, connectAt: 5 }] }),
  productCategoryCreate: (n) => ({ name: `k${n}` }),
  productCategoryMultiImport: () => ({ categories: '[]' }),
  productInfoMultiImport: () => ({ products: '[]' }),
  importProducts: () => ({ products: '[]' }),
  commonSchemaCreate: (n) => ({ info: { identifier: `m${n}`, ...definition } }),
  commonSchemaUpdate: () => ({ info: { identifier: 'shared' } }),
  commonSchemaMultiImport: () => ({ schemas: '[]' }),
  groupInfoCreate: (n) => ({ name: `g${n}` }),
  groupInfoMultiCreate: (n) => ({ groups: [{ name: `g${n}` }] }),
  deviceSchemaCreate: (n) => ({ identifier: `o${n}`, ...definition }),
  deviceSchemaMultiCreate: (n) => ({ list: [{ identifier: `q${n}`, ...definition }] }),
  deviceSchemaUpdate: () => ({ identifier: 'mine' }),
  deviceGroupMultiCreate: () => ({ groupIDs: [3] }),
  DeviceInfoMultiUpdate: () => ({ devices: [NAMES] }),
  deviceGatewayMultiCreate: () => ({ gateway: ONE, list: [{ ...sensor('lamp'), sign: SIGN }], isAuthSign: true }),
  deviceGatewayMultiUpdate: () => ({ gateway: ONE, list: [sensor('lamp')] }),
  deviceGatewayIndex: () => ({ gateway: ONE, subDevice: sensor('lamp') }),
  deviceGatewayMultiDelete: () => ({ gateway: ONE, list: [sensor('lamp')] }),
  deviceMove: () => ({ old: NAMES, new: { ...NAMES, deviceName: 'nosuch' } }),
  deviceCount: () => ({ countTypes: ['status', 'type'], rangeIDs: [0] }),
  actionResp: () => ({ msgToken: 'a' }),
  propertyLogIndex: () => ({ dataID: 'rpm' }),
  propertyLogAggIndex: () => ({ aggs: [{ dataID: 'rpm', argFuncs: ['max'] }] }),
  propertyLogAggByDeviceIndex: () => ({ aggs: [{ device: NAMES, dataID: 'rpm', argFuncs: ['max'] }] }),
  propertyLatestAggIndex: () => ({ aggs: [{ dataID: 'rpm', argFuncs: ['max'] }] }),
  actionSend: () => ({ actionID: 'echo', inputParams: '{"text":"a"}', isAsync: true }),
  propertyControlSend: () => ({ data: '{"rpm":1}', isAsync: true, shadowControl: 2 }),
  propertyControlMultiSend: () => ({
    deviceNames: [NAMES.deviceName],
    data: '{"rpm":1}',
    isAsync: true,
    shadowControl: 2,
  }),
  propertyGetReportSend: () => ({ dataIDs: ['rpm'] }),
  set: () => ({ data: '{"rpm":1}' }),
  delete: () => ({ identifiers: ['rpm'] }),
  update: () => ({ desired: '{"a":1}' }),
  propertyGetReportMultiSend: () => ({ deviceNames: [NAMES.deviceName], dataIDs: ['rpm'] }),
  protocolInfoCreate: (n) => ({ code: `c${n}`, name: 'n' }),
  protocolInfoRead: () => ({ code: 'mine' }),
  protocolInfoUpdate: () => ({ id: 1 }),
  protocolServiceUpdate: () => ({ code: 'mine', ip: '10.0.0.1', port: 1 }),
  rotateProductSecret: () => ({ deviceName: '' }),
  createDevices: (n) => ({ count: 1, prefix: `e${n}` }),
  topicClassCreate: (n) => ({ topic: `user/t${n}`, permission: 'both' }),
  topicClassUpdate: () => ({ topic: 'user/get', permission: 'both' }),
  forwardRuleCreate: () => FORWARD,
  forwardRuleUpdate: () => FORWARD,
  account: () => ({ node: 'node-1' }),
  subDeviceParamsRead: () => ({ subDevice: sensor('lamp') }),
  gatewayGetFoundSend: () => NAMES,
  gatewayNotifyBindSend: () => ({ gateway: NAMES, subDevices: [NAMES] }),
  gatewayCanBindIndex: () => ({ gateway: NAMES }),
  jobCreate: (n) => ({ name: `j${n}` }),
};

const cases = (Object.values(services) as Service[])
  .filter(({ name }) => /^(dm|alink)\./.test(name))
  .flatMap((service) => Object.keys(service.definition).map((method) => [service.name, method, service] as const));

let n = 0;
/** The error that the call ends with; undefined when it does not. */
const failureOf = async (service: Service, method: string, path: Path, value: string) => {
  const call = (channel.client(service) as Record<string, (request: object) => Promise<unknown>>)[method]!;
  const named = fieldsOf(service, method).filter((field) => field.path.length === 1);
  const has = (name: string) => named.some((field) => field.path[0] === name);
  const request = {
    ...(has('productID') && { productID: PRODUCT }),
    ...(has('deviceName') && { deviceName: NAMES.deviceName }),
    ...needs[method]?.(n++),
  };
  return call(withField(request, path, value)).then(
    () => undefined,
    (error: unknown) => error as RpcError,
  );
};

const EXTREMES = ['3000000000', '100000000000000000', '9223372036854775807', '-9223372036854775808'];

test.each(cases)('%s.%s: a number that no column takes', async (_name, method, service) => {
  const integers = fieldsOf(service, method).filter(({ kind }) => kind === 'integer');
  for (const { path } of integers) {
    const errors = await Promise.all(EXTREMES.map((value) => failureOf(service, method, path, value)));
    for (const error of errors) {
      expect(`${nameOf(path)}: ${error?.code} ${error?.message}`).not.toMatch(/^[^ ]+ 10000[178] /);
      if (error?.code === 100006) expect(error.message).toContain(String(path[0]));
    }
  }
});

test('the field of such a number is named', async () => {
  const { products, devices, data } = fixture;
  const number = 3_000_000_000;
  const range = (field: string) => rpcError(100006, `${field} is out of range`);
  await expect(products.productInfoIndex({ netType: number, areaID: number + 1 })).rejects.toEqual(range('netType'));
  await expect(products.productInfoIndex({ deviceTypes: [1, number] })).rejects.toEqual(range('deviceTypes[1]'));
  await expect(products.productSchemaIndex({ productID: PRODUCT, type: number })).rejects.toEqual(range('type'));
  await expect(
    products.productSchemaUpdate({ info: { productID: PRODUCT, identifier: 'rpm', order: number } }),
  ).rejects.toEqual(range('info.order'));
  await expect(devices.deviceInfoIndex({ deviceTypes: ['9223372036854775807'] })).rejects.toEqual(
    range('deviceTypes[0]'),
  );
  await expect(data.statusLogIndex({ ...NAMES, status: number })).rejects.toEqual(range('status'));
  await expect(data.sendLogIndex({ ...NAMES, timeStart: 1_778_593_628_940, resultCode: number })).rejects.toEqual(
    range('resultCode'),
  );
  await expect(
    devices.deviceOnlineMultiFix({ devices: [{ device: NAMES, isOnline: 1, connectAt: '100000000000000000' }] }),
  ).rejects.toEqual(rpcError(100006, 'devices[0].connectAt must be unix milliseconds'));
  await expect(devices.deviceInfoCount({ timeRange: { start: 1e17 } })).rejects.toEqual(
    rpcError(100006, 'timeRange.start must be unix seconds'),
  );
});

test.each(cases)('%s.%s: U+0000 in a text', async (_name, method, service) => {
  const texts = fieldsOf(service, method).filter(({ kind }) => kind === 'text');
  const errors = await Promise.all(texts.map(({ path }) => failureOf(service, method, path, 'a\0b')));
  const faults = errors.map((error) => `${error?.code} ${error?.message} ${JSON.stringify(error?.details)}`);
  expect(faults).toEqual(
    texts.map(({ path }) => `100006 ${nameOf(path)} must not contain U+0000 ${JSON.stringify([nameOf(path)])}`),
  );
});

describe('U+0000 as an escape in JSON', () => {
  const tsl = (identifier: string, name: string) =>
    JSON.stringify({
      profile: { productKey: 'p' },
      properties: [{ identifier, name, accessMode: 'rw', dataType: { type: 'text', specs: { length: '9' } } }],
    });

  test.each([
    ['an identifier', tsl('a\0b', 'Name')],
    ['a name', tsl('text', 'a\0b')],
  ])('in %s of a TSL document is refused, and the thing model stays', async (_case, document) => {
    await fixture.products.productSchemaTslImport({ productID: PRODUCT, tsl: tsl('before', 'Before') });
    await expect(fixture.products.productSchemaTslImport({ productID: PRODUCT, tsl: document })).rejects.toEqual(
      rpcError(100006, 'tsl'),
    );
    const { list } = await fixture.products.productSchemaIndex({ productID: PRODUCT });
    expect(list.map(({ identifier }) => identifier)).toEqual(['before']);
  });

  test('in a value of a command it is kept', async () => {
    await fixture.products.productSchemaTslImport({ productID: PRODUCT, tsl: tsl('text', 'Text') });
    const data = JSON.stringify({ text: 'a\0b' });
    await fixture.interact.propertyControlSend({ ...NAMES, data, shadowControl: 2 });
    const { list } = await fixture.data.shadowIndex({ ...NAMES, dataIDs: ['text'] });
    expect(list).toEqual([expect.objectContaining({ dataID: 'text', value: JSON.stringify('a\0b') })]);
  });
});
