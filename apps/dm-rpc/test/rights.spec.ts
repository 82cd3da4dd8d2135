/** Who may call what, on a real dm that takes calls without a user for nobody's, beside one that takes them for root's. */
import { services, type UserContext } from '@alink/contract';
import { connectRpc, ROOT_USER, type Client, type FieldsOfUsers, type Right, type RpcChannel } from '@alink/rpc';
import { PATIENCE_MS } from '@alink/testing';
import { rights, type ServiceName } from '../src/rights';
import { createDevices, DEVICE, NAMES, PRODUCT, rpcError, startBeside, startDm, type DmFixture } from './dm-fixture';

/** What callers say of themselves; null says nothing. */
const callers = {
  absent: null,
  user: { TenantCode: 'default', ProjectID: '2', UserID: '42', Account: 'bob' },
  admin: { TenantCode: 'acme', ProjectID: '2', UserID: '7', IsAdmin: true },
  root: ROOT_USER,
} as const satisfies Record<string, UserContext | null>;
type Caller = keyof typeof callers;
/** Who may call what needs that. */
const held = {
  anyone: ['absent', 'user', 'admin', 'root'],
  user: ['user', 'admin', 'root'],
  admin: ['admin', 'root'],
  root: ['root'],
} as const satisfies Record<string, readonly Caller[]>;

const open: { stop?(): Promise<void>; close?(): void }[] = [];
/** Takes calls without a user for root's. */
let lenient: DmFixture;
/** Takes them for nobody's. */
let strict: DmFixture;
beforeAll(async () => {
  lenient = await startDm();
  open.push(lenient);
  await createDevices(lenient, DEVICE);
  strict = await startBeside(lenient, { callersWithoutUser: 'none' });
  open.push(strict);
});
afterAll(async () => {
  for (const { close, stop } of open.reverse()) await (close ?? stop)?.();
});

/** The way to a dm for one caller. */
const channelOf = (caller: Caller, { dm }: DmFixture = strict): RpcChannel => {
  const channel = connectRpc(`127.0.0.1:${dm.port}`, { deadlineMs: PATIENCE_MS, user: callers[caller] });
  open.push({ close: () => channel.close() });
  return channel;
};

describe.each(Object.keys(callers) as Caller[])('%s', (caller) => {
  let channel: RpcChannel;
  beforeAll(() => {
    channel = channelOf(caller);
  });

  const lines = (Object.keys(rights) as ServiceName[]).flatMap((name) =>
    Object.entries<Right | FieldsOfUsers<PropertyKey>>(rights[name]).map(
      ([method, line]): [ServiceName, string, Right] => [name, method, typeof line === 'string' ? line : 'user'],
    ),
  );

  test.each(lines)('%s.%s needs %s', async (name, method, right) => {
    const client = channel.client(services[name]) as Client<typeof services.requests>;
    // Whoever is let in hears what an empty request lacks, or what it gives.
    const error: unknown = await client[method as 'ask']({}).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const refused = expect.objectContaining({ code: 100012, message: expect.stringContaining(`${method} needs `) });
    const mayCall = (held[right] as readonly Caller[]).includes(caller);
    if (mayCall) expect(error).not.toEqual(refused);
    else expect(error).toEqual(refused);
  });
});

test('where it may be, a call without a user is root, and the log of changes says internal', async () => {
  const channel = channelOf('absent', lenient);
  await channel.client(services.productManage).productSchemaDelete({ productID: PRODUCT, identifier: 'rpm' });
  await channel.client(services.deviceAdmin).rotateDeviceSecret(NAMES);
  const { list } = await lenient.admin.auditLogIndex({ size: 2 });
  expect(list.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
    'device.rotateSecret internal',
    'schema.delete internal',
  ]);
  await expect(channelOf('user', lenient).client(services.deviceManage).deviceInfoDelete(NAMES)).rejects.toEqual(
    rpcError(100012, 'deviceInfoDelete needs an administrator'),
  );
});

test('root of our own processes has no name of its own in the log of changes', async () => {
  await strict.admin.rotateDeviceSecret(NAMES);
  const { list } = await strict.admin.auditLogIndex({ size: 1 });
  expect(list).toEqual([expect.objectContaining({ action: 'device.rotateSecret', actor: 'internal' })]);
});

test('a plain user reads by the methods of operators what the others tell users too', async () => {
  const admin = channelOf('user').client(services.deviceAdmin);
  expect((await admin.deviceCounts({ productIDs: [PRODUCT] })).list).toMatchObject([
    { productID: PRODUCT, total: '1' },
  ]);
  expect((await admin.statusLogIndex(NAMES)).total).toBe('0');
  expect((await admin.listTopics(NAMES)).topics.length).toBeGreaterThan(0);
});

test('a plain user changes how a device is described, and nothing else', async () => {
  const change = { ...NAMES, deviceAlias: { value: 'Hall' }, tags: { floor: '2' }, isEnable: 2, logLevel: 5 };
  const read = () => strict.devices.deviceInfoRead(NAMES);
  const described = { deviceAlias: { value: 'Hall' }, tags: { floor: '2' } };
  await channelOf('user').client(services.deviceManage).deviceInfoUpdate(change);
  expect(await read()).toMatchObject({ ...described, isEnable: '1', logLevel: '0' });
  await channelOf('admin').client(services.deviceManage).deviceInfoUpdate(change);
  expect(await read()).toMatchObject({ ...described, isEnable: '2', logLevel: '5' });
});
