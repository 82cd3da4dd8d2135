/** What a node says of its sessions by itself, over gRPC. */
import { giveUpNode } from '../src/presence/give-up-node';
import { createDevices, PRODUCT, rpcError, sendStatus, startDm, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
let stream: number;
beforeAll(async () => {
  fixture = await startDm();
  stream = await fixture.bus.streamCreatedMs();
});
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture, 'sub1', 'gate'));
afterEach(async () => {
  await fixture.db.prisma.device.deleteMany();
  await fixture.db.prisma.product.deleteMany();
});

const T = 1778593628940;
const GATEWAY = { productID: PRODUCT, deviceName: 'gate' };
const SUB_DEVICE = { productID: PRODUCT, deviceName: 'sub1' };

const begin = (device = GATEWAY, more: object = {}) =>
  sendStatus(fixture.bus, { action: 'connected', timestamp: T, ...more }, device);
const end = (epoch: number, device = GATEWAY) =>
  sendStatus(fixture.bus, { action: 'disconnected', timestamp: T + 5, epoch, stream, reason: 'closed' }, device);
const say = (isOnline: boolean, device: object, sequence?: number, more: object = {}) => {
  const place = sequence === undefined ? undefined : { stream, sequence };
  return fixture.presence.account({
    node: 'node-1',
    sessions: [{ device, place, isOnline, connectedAt: String(T), ...more }],
  });
};
const giveUp = async (): Promise<void> => {
  for await (const _changes of giveUpNode(fixture.db.prisma, 'node-1', T + 1));
};
const online = async (): Promise<string> => {
  const rows = await fixture.db.prisma.device.findMany({ where: { isOnline: true }, orderBy: { deviceName: 'asc' } });
  return rows.map(({ deviceName }) => deviceName).join(' ');
};
const viaPlace = (sequence: number) => ({ via: GATEWAY, viaPlace: { stream, sequence } });
const reasonsOf = async (device: object) => {
  const { list } = await fixture.admin.statusLogIndex(device);
  return list.map(({ status, reason, via }) => [status, reason, via?.deviceName]);
};

test('sessions that were given up live on, unless they have ended since', async () => {
  const gateway = await begin();
  const sub = await begin(SUB_DEVICE, { via: { ...GATEWAY, epoch: gateway, stream } });
  await giveUp();
  expect(await online()).toBe('');
  await say(true, SUB_DEVICE, sub, viaPlace(gateway));
  await say(true, GATEWAY, gateway);
  expect(await online()).toBe('gate sub1');
  expect(await reasonsOf(SUB_DEVICE)).toEqual(
    expect.arrayContaining([
      ['2', 'node gone', 'gate'],
      ['1', '', 'gate'],
    ]),
  );
  await giveUp();
  await end(gateway);
  await say(true, SUB_DEVICE, sub, viaPlace(gateway));
  await say(true, GATEWAY, gateway);
  expect(await online()).toBe('');
});

test('a session whose beginning was lost is one, and ends with its gateway device', async () => {
  const gateway = await begin();
  await say(true, SUB_DEVICE, gateway + 1000, viaPlace(gateway));
  expect(await online()).toBe('gate sub1');
  await say(false, GATEWAY, gateway);
  expect(await online()).toBe('');
  expect(await reasonsOf(SUB_DEVICE)).toEqual(
    expect.arrayContaining([['2', 'with its gateway device gate: corrected by the node', 'gate']]),
  );
});

test('the end of an earlier session changes nothing; one that has no place is known by its time', async () => {
  const first = await begin();
  await begin(GATEWAY, { timestamp: T + 60_000 });
  await say(false, GATEWAY, first);
  await say(false, GATEWAY);
  expect(await online()).toBe('gate');
  await say(false, GATEWAY, undefined, { connectedAt: String(T + 60_000) });
  expect(await online()).toBe('');
});

test('what is no account is refused by name', async () => {
  await expect(fixture.presence.account({ node: '', sessions: [] })).rejects.toEqual(rpcError(100006, 'node'));
  await expect(say(true, { productID: PRODUCT, deviceName: 'x' })).rejects.toEqual(
    rpcError(100006, 'sessions[0].device.deviceName'),
  );
  await expect(say(true, GATEWAY, -1)).rejects.toEqual(rpcError(100006, 'sessions[0].place.sequence'));
  await expect(say(true, GATEWAY, 1, { via: { productID: 'p' } })).rejects.toEqual(rpcError(100006, 'sessions[0].via'));
  const many = Array.from({ length: 1001 }, () => ({ device: GATEWAY, isOnline: true }));
  await expect(fixture.presence.account({ node: 'node-1', sessions: many })).rejects.toEqual(
    rpcError(100006, 'sessions must have at most 1000 entries'),
  );
  await expect(fixture.presence.account({ node: 'node-1', sessions: [] })).resolves.toEqual({});
});
