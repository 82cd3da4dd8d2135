/** One session per device over all nodes, also after messages between them were lost. */
import { createMemoryBus } from '@alink/bus';
import { subjects } from '@alink/contract';
import { systemClock } from '@alink/runtime';
import { deviceCredentials } from '@alink/signing';
import { eventually, RawMqtt } from '@alink/testing';
import { cut } from './cut';
import { PRODUCT_KEY, secretOf, startDeviceNode, type DeviceNode } from './device-node';
import { PartitionedBus } from './partitioned-bus';

// Keys of the development CA take seconds on a busy machine.
const bus = createMemoryBus();
const busOfOne = new PartitionedBus(bus);
let one: DeviceNode;
let other: DeviceNode;
beforeAll(async () => {
  one = await startDeviceNode({}, systemClock, { bus: busOfOne });
  other = await startDeviceNode({}, systemClock, { bus });
});
afterAll(async () => {
  // Both share the bus, which the latter closes.
  await one?.stop();
  await other?.stop();
});

interface Notice {
  readonly node: string;
  readonly stream: number;
  readonly sequence: number;
  readonly clientId: string;
}

let names = 0;
/** A name that no test has used, and what nodes tell of it. */
const newDevice = () => {
  const deviceName = `dev-${++names}`;
  const subject = subjects.sessionOpened(PRODUCT_KEY, deviceName);
  const told: Notice[] = [];
  bus.subscribe(subject, ({ data }) => void told.push(JSON.parse(data.toString()) as Notice));
  const tell = (notice: Partial<Notice>): void => {
    const product = { productID: PRODUCT_KEY, deviceName };
    bus.publish(subject, JSON.stringify({ node: 'third', stream: 0, clientId: 'x', ...product, ...notice }));
  };
  return { deviceName, told, tell };
};
/** Each login has a ClientID of its own. */
const login = (deviceName: string) =>
  deviceCredentials({ productKey: PRODUCT_KEY, deviceName, deviceSecret: secretOf(deviceName), timestamp: ++names });
const online = async (node: DeviceNode, deviceName: string): Promise<RawMqtt> => {
  const { raw, code } = await node.connectAs(login(deviceName));
  expect(code).toBe(0);
  await eventually(() => expect(node.sessions.get(PRODUCT_KEY, deviceName)?.state).toBe('online'));
  return raw;
};
const expectAlive = async (raw: RawMqtt): Promise<void> => {
  raw.send({ cmd: 'pingreq' });
  await raw.next('pingresp');
};

test('a login there ends the session here', async () => {
  const { deviceName } = newDevice();
  const first = await online(one, deviceName);
  const second = await online(other, deviceName);
  await cut(first);
  await expectAlive(second);
  const third = await online(one, deviceName);
  await cut(second);
  await expectAlive(third);
});

test('a persistent session is one over all nodes: who comes back from another one hears that there is none', async () => {
  const { deviceName, told } = newDevice();
  const connect = async (node: DeviceNode) => {
    const raw = await RawMqtt.open({ port: node.ports.mqtt });
    const { clientId, username, password } = login(deviceName);
    const fields = { protocolId: 'MQTT', protocolVersion: 4, clean: false, keepalive: 60 } as const;
    raw.send({ cmd: 'connect', ...fields, clientId, username, password: Buffer.from(password) });
    const { sessionPresent } = await raw.next('connack');
    await eventually(() => expect(node.sessions.get(PRODUCT_KEY, deviceName)?.state).toBe('online'));
    await eventually(() => expect(told.map((notice) => notice.clientId)).toContain(clientId));
    return { raw, sessionPresent };
  };
  const first = await connect(one);
  first.raw.send({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [{ topic: `/${PRODUCT_KEY}/${deviceName}/user/get`, qos: 1 }],
  });
  await first.raw.next('suback');
  await first.raw.close();
  const again = await connect(one);
  expect(again.sessionPresent).toBe(true);
  // With a connection here that the other login ends, and without one.
  for (const isOpen of [true, false]) {
    if (!isOpen) await (await connect(one)).raw.close();
    const there = await connect(other);
    await eventually(() => expect(one.sessions.get(PRODUCT_KEY, deviceName)).toBeUndefined());
    await there.raw.close();
    const back = await connect(one);
    expect(back.sessionPresent).toBe(false);
    await back.raw.close();
  }
});

test('one that was missed ends it once the bus is back, and its ClientID counts', async () => {
  const { deviceName, told } = newDevice();
  const older = await online(one, deviceName);
  await eventually(() => expect(told).toHaveLength(1));
  busOfOne.lose();
  const newer = await online(other, deviceName);
  await eventually(() => expect(told).toHaveLength(2));
  await expectAlive(older);
  busOfOne.comeBack();
  await cut(older);
  await expectAlive(newer);
  await eventually(() => expect(one.sessions.latestLogin(PRODUCT_KEY, deviceName)).toBe(told[1]!.clientId));
  expect(other.sessions.latestLogin(PRODUCT_KEY, deviceName)).toBe(told[1]!.clientId);
});

test('logins that may have been missed are asked of dm again, those of devices here are not', async () => {
  const [here, gone] = [newDevice(), newDevice()];
  const raw = await online(one, here.deviceName);
  await (await online(one, gone.deviceName)).close();
  await eventually(() => expect(one.sessions.get(PRODUCT_KEY, gone.deviceName)).toBeUndefined());
  await eventually(() => expect(gone.told).toHaveLength(1));
  busOfOne.lose();
  busOfOne.comeBack();
  expect(one.sessions.latestLogin(PRODUCT_KEY, gone.deviceName)).toBeUndefined();
  expect(one.sessions.latestLogin(PRODUCT_KEY, here.deviceName)).toBeDefined();
  await expectAlive(raw);
});

test('a notice of an older session is answered with the newer one, which stays', async () => {
  const { deviceName, told, tell } = newDevice();
  const raw = await online(one, deviceName);
  await eventually(() => expect(told).toHaveLength(1));
  tell({ sequence: told[0]!.sequence - 1, clientId: 'older' });
  await eventually(() => expect(told).toHaveLength(3));
  expect(told[2]).toEqual(told[0]);
  expect(one.sessions.latestLogin(PRODUCT_KEY, deviceName)).toBe(told[0]!.clientId);
  await expectAlive(raw);
});

test('a session of a stream that was made later is newer, whatever its number', async () => {
  const { deviceName, told, tell } = newDevice();
  const raw = await online(one, deviceName);
  await eventually(() => expect(told).toHaveLength(1));
  tell({ stream: 1, sequence: 1, clientId: 'newer' });
  await cut(raw);
  expect(one.sessions.latestLogin(PRODUCT_KEY, deviceName)).toBe('newer');
});

test('a late notice of an older login does not hide a later one that has come and gone', async () => {
  const { deviceName, told, tell } = newDevice();
  const raw = await online(one, deviceName);
  await eventually(() => expect(told).toHaveLength(1));
  await raw.close();
  await eventually(() => expect(one.sessions.get(PRODUCT_KEY, deviceName)).toBeUndefined());
  tell({ sequence: told[0]!.sequence - 1, clientId: 'older' });
  // Notices are taken in their order.
  const after = newDevice();
  after.tell({ sequence: 1, clientId: 'other' });
  await eventually(() => expect(one.sessions.latestLogin(PRODUCT_KEY, after.deviceName)).toBe('other'));
  expect(one.sessions.latestLogin(PRODUCT_KEY, deviceName)).toBe(told[0]!.clientId);
  tell({ sequence: told[0]!.sequence + 1, clientId: 'newer' });
  await eventually(() => expect(one.sessions.latestLogin(PRODUCT_KEY, deviceName)).toBe('newer'));
});

test('a session that is about to begin is not ended by an older one', async () => {
  const { deviceName, told, tell } = newDevice();
  const add = one.sessions.add.bind(one.sessions);
  let stateThen: string | undefined;
  one.sessions.add = (session) => {
    add(session);
    bus.subscribe(subjects.sessionOpened(PRODUCT_KEY, deviceName), () => (stateThen ??= session.state));
    tell({ sequence: 1, clientId: 'older' });
  };
  const raw = await online(one, deviceName);
  one.sessions.add = add;
  expect(stateThen).toBe('opening');
  await eventually(() => expect(told).toHaveLength(2));
  await expectAlive(raw);
  expect(one.sessions.latestLogin(PRODUCT_KEY, deviceName)).toBe(told[1]!.clientId);
});
