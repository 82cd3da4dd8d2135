/** Sub-devices of gateway devices on two nodes: whatever happens, dm says in the end who is online, and through whom. */
import { services } from '@alink/contract';
import { sign, subDeviceContent } from '@alink/signing';
import { eventually, PLATFORM_START_MS, type AlinkReply, type NodePorts, type SdkDevice } from '@alink/testing';
import { jest } from '@jest/globals';
import { Platform, PRODUCT } from './platform';

const SUB_DEVICES = Array.from({ length: 200 }, (_, n) => `sub${String(n).padStart(3, '0')}`);
const GATEWAYS = ['gate1', 'gate2', 'gate3'] as const;
/** A node that is killed is missed after its lease of 10 s, and given up 15 s later. */
const PATIENT = { timeoutMs: 90_000, intervalMs: 200 };
jest.setTimeout(180_000); // a node is given up

let platform: Platform;
let nodes: [NodePorts, NodePorts];
beforeAll(async () => {
  platform = await Platform.start();
  nodes = [platform.ports, await platform.startAnotherNode()];
  await platform.createProduct(PRODUCT);
  const names = [...GATEWAYS, ...SUB_DEVICES];
  for (let from = 0; from < names.length; from += 20) {
    const some = names.slice(from, from + 20);
    await Promise.all(some.map((name) => platform.createDevice(PRODUCT, name, secretOf(name))));
  }
}, PLATFORM_START_MS);
afterAll(() => platform?.stop());

const secretOf = (deviceName: string): string => `secretof${deviceName}`;

const connect = (deviceName: string, { mqtt: port } = nodes[0]): Promise<SdkDevice> =>
  platform.connect(PRODUCT, deviceName, secretOf(deviceName), { port });

const signed = (deviceName: string) => {
  const content = {
    productKey: PRODUCT,
    deviceName,
    clientId: `${PRODUCT}.${deviceName}`,
    timestamp: String(Date.now()),
  };
  return { ...content, sign: sign('hmacsha256', secretOf(deviceName), subDeviceContent(content)) };
};

/** In one request each: as many as one may hold. */
const batches = (names: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(names.length / 50) }, (_, n) => names.slice(n * 50, n * 50 + 50));

const attach = async (gateway: SdkDevice, names: readonly string[]): Promise<void> => {
  for (const batch of batches(names)) {
    const params = batch.map((name) => ({ ...signed(name), signmethod: 'hmacSha256' }));
    expect(await gateway.request('thing/topo/add', params)).toMatchObject({ code: 200 });
  }
};

let requests = 0;
/** Sends it without waiting. @returns where the reply to it is found */
const sendLogin = (gateway: SdkDevice, names: readonly string[]): (() => AlinkReply | undefined) => {
  const id = `login-${++requests}`;
  const params = { signMethod: 'hmacSha256', deviceList: names.map(signed) };
  const topic = `/ext/session/${PRODUCT}/${gateway.deviceName}/combine/batch_login`;
  void gateway.publish(topic, JSON.stringify({ id, params }), 0).catch(() => undefined);
  return () =>
    gateway.received
      .filter((message) => message.topic === `${topic}_reply`)
      .map(({ payload }) => JSON.parse(payload.toString()) as AlinkReply)
      .find((reply) => reply.id === id);
};
const login = async (gateway: SdkDevice, names: readonly string[]): Promise<void> => {
  for (const batch of batches(names)) {
    const reply = sendLogin(gateway, batch);
    await eventually(() => expect(reply()).toMatchObject({ code: 200 }), PATIENT);
  }
};

/** Names of the devices that are online, as dm says it. */
const online = async (): Promise<string[]> => {
  const page = { page: 1, size: 300 };
  const { list } = await platform
    .client(services.deviceManage)
    .deviceInfoIndex({ productID: PRODUCT, isOnline: 1, page });
  return list.map(({ deviceName }) => deviceName).sort();
};
const areOnline = (...names: readonly string[]): Promise<void> =>
  eventually(async () => expect(await online()).toEqual([...names].sort()), PATIENT);
const nobodyIs = (): Promise<void> => areOnline();

/** The newest line of a device's status log. */
const lastLine = async (deviceName: string) => {
  const names = { productID: PRODUCT, deviceName };
  const { list } = await platform.client(services.deviceAdmin).statusLogIndex({ ...names, page: 1, size: 1 });
  const [{ status, reason, via } = {}] = list;
  return { status, reason, via: via?.deviceName };
};

test('one that gateway devices on two nodes take over from each other, and its own connection from them', async () => {
  const [sub] = SUB_DEVICES as [string];
  const first = await connect('gate1', nodes[0]);
  const second = await connect('gate2', nodes[1]);
  for (const gateway of [first, second, first, second, first]) {
    await attach(gateway, [sub]);
    await login(gateway, [sub]);
    await eventually(async () => {
      expect(await lastLine(sub)).toMatchObject({ status: '1', via: gateway.deviceName });
    }, PATIENT);
  }
  await second.end();
  await areOnline('gate1', sub);
  const own = await connect(sub, nodes[1]);
  await eventually(async () => expect(await lastLine(sub)).toMatchObject({ status: '1', via: undefined }), PATIENT);
  const error = await first.waitFor(`/ext/error/${PRODUCT}/gate1`);
  expect(JSON.parse(error.payload.toString())).toMatchObject({ code: expect.any(Number) });
  await first.end();
  await areOnline(sub);
  const again = await connect('gate1', nodes[0]);
  await login(again, [sub]);
  await own.closed;
  await areOnline('gate1', sub);
  await again.end({ force: true });
  await nobodyIs();
  expect(await lastLine(sub)).toMatchObject({
    status: '2',
    reason: expect.stringMatching(/^with its gateway device gate1: /),
    via: 'gate1',
  });
});

test('a gateway device that comes and goes while its 200 sub-devices log in', async () => {
  let gateway = await connect('gate1');
  await attach(gateway, SUB_DEVICES);
  // Of two connections at almost the same time the stream may take the one before for the later: that stays then.
  const connections = [gateway];
  const again = async (node?: NodePorts): Promise<void> =>
    void connections.push((gateway = await connect('gate1', node)));
  for (let round = 0; round < 8; round++) {
    for (const batch of batches(SUB_DEVICES)) sendLogin(gateway, batch);
    // Cut in the middle, or taken over by its next connection, on this node or the other.
    if (round % 3 === 0) await gateway.end({ force: true });
    else await gateway.publish(gateway.topic('thing/event/property/post'), '{}').catch(() => undefined);
    await again(nodes[round % 2]);
  }
  await eventually(async () => {
    if (!gateway.connected) await again();
    const replies = batches(SUB_DEVICES).map((batch) => sendLogin(gateway, batch));
    await eventually(() => expect(replies.map((reply) => reply()?.code)).toEqual(replies.map(() => 200)));
    expect(gateway.connected).toBe(true);
  }, PATIENT);
  await areOnline('gate1', ...SUB_DEVICES);
  const before = platform.output.length;
  await Promise.all(connections.map((connection) => connection.end({ force: true })));
  await nobodyIs();
  const lines = platform.output.slice(before).split('\n');
  expect(lines.filter((line) => /"level":"?(info|warn|error|30|40|50)/.test(line) && /sub\d{3}/.test(line))).toEqual(
    [],
  );
});

test('a node that is killed with gateway devices on it', async () => {
  const [staying, moving, lost] = [SUB_DEVICES.slice(0, 50), SUB_DEVICES.slice(50, 100), SUB_DEVICES.slice(100, 150)];
  const gateways: SdkDevice[] = [];
  for (const [i, names] of [staying, moving, lost].entries()) {
    const gateway = await connect(GATEWAYS[i]!, nodes[i === 0 ? 0 : 1]);
    await attach(gateway, names);
    await login(gateway, names);
    gateways.push(gateway);
  }
  await areOnline(...GATEWAYS, ...staying, ...moving, ...lost);
  await platform.stopNode(nodes[1], 'SIGKILL');
  const back = await connect('gate2');
  await login(back, moving);
  await areOnline('gate1', 'gate2', ...staying, ...moving);
  expect(await lastLine(lost[0]!)).toEqual({ status: '2', reason: 'node gone', via: 'gate3' });
  expect(await lastLine('gate3')).toEqual({ status: '2', reason: 'node gone', via: undefined });
  await platform.startNode(nodes[1]);
  const third = await connect('gate3', nodes[1]);
  await login(third, lost);
  await areOnline(...GATEWAYS, ...staying, ...moving, ...lost);
  for (const gateway of [gateways[0]!, back, third]) await gateway.end();
  await nobodyIs();
});
