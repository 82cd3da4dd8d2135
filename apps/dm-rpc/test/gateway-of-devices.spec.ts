/** Devices with the gateway devices that they are attached to. */
import { rpcError, startDm, type DmFixture } from './dm-fixture';
import { bind } from '../src/domains/topology/store';
import { createTopology, ONE, sensor, sensors, TWO } from './topology-fixture';

let fixture: DmFixture;
beforeAll(async () => {
  fixture = await startDm();
  await createTopology(fixture, 'lamp', 'door', 'stove', 'free');
  await fixture.db.prisma.$transaction(async (tx) => {
    await bind(tx, ONE, sensors('lamp', 'door'), { limit: 9 });
    await bind(tx, TWO, sensors('stove'), { limit: 9 });
  });
});
afterAll(() => fixture?.stop());

const list = async (request: object) => (await fixture.devices.deviceInfoIndex(request)).list;
const names = async (request: object) => (await list(request)).map(({ deviceName }) => deviceName).sort();

test('a device is read with its gateway device where that is asked for, and never with the secret of that', async () => {
  const read = (deviceName: string, withGateway: boolean) =>
    fixture.devices.deviceInfoRead({ ...sensor(deviceName), withGateway });
  const { Gateway: gateway, secret } = await read('lamp', true);
  expect(secret).toBe('secret of lamp');
  expect(gateway).toMatchObject({ ...ONE, productName: 'Gateways', deviceType: '2', secret: '' });
  expect((await read('lamp', false)).Gateway).toBeNull();
  expect((await read('free', true)).Gateway).toBeNull();
});

test('a list shows the gateway device of each', async () => {
  const devices = await list({ productID: sensor('lamp').productID, withGateway: true });
  const shown = devices.map(({ deviceName, Gateway: gateway }) => `${deviceName} ${gateway?.deviceName ?? '-'}`);
  expect(shown.sort()).toEqual(['door gate1', 'free -', 'lamp gate1', 'stove gate2']);
  expect((await list({})).map(({ Gateway: gateway }) => gateway)).toEqual(Array(6).fill(null));
});

test('the devices of one gateway device are found', async () => {
  expect(await names({ gateway: ONE })).toEqual(['door', 'lamp']);
  expect(await names({ gateway: TWO, deviceName: 'stove' })).toEqual(['stove']);
  expect(await names({ gateway: { ...ONE, deviceName: 'none' } })).toEqual([]);
  await expect(list({ gateway: { deviceName: 'gate1' } })).rejects.toEqual(
    rpcError(100006, 'gateway.productID must not be empty'),
  );
});
