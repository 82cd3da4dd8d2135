/** A CONNECT, and what may come before its answer. */
import { systemClock } from '@alink/runtime';
import { RawMqtt } from '@alink/testing';
import { PRODUCT_KEY, startDeviceNode, type DeviceNode } from './device-node';
import { ListedDm } from './listed-dm';

let node: DeviceNode;
let dm: ListedDm;
beforeAll(async () => {
  dm = new ListedDm();
  node = await startDeviceNode({}, systemClock, { dm });
});
afterAll(() => node?.stop());

const connectPacket = (deviceName: string, protocolVersion: 4 | 5 = 4) => {
  const { clientId, username, password } = node.credentials(deviceName);
  const fields = { protocolId: 'MQTT', clean: true, keepalive: 60 } as const;
  return { cmd: 'connect', ...fields, protocolVersion, clientId, username, password: Buffer.from(password) } as const;
};

test('packets that follow a CONNECT before its answer are answered after it (MQTT 3.1.1, 3.1.4)', async () => {
  let answer!: () => void;
  const asked = new Promise<void>((resolve) => {
    dm.onLookUp = async () => {
      resolve();
      await new Promise<void>((done) => (answer = done));
    };
  });
  const raw = await RawMqtt.open({ port: node.ports.mqtt });
  raw.send(connectPacket('dev-early'));
  await asked;
  const topic = `/sys/${PRODUCT_KEY}/dev-early/thing/event/property/post`;
  raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${topic}_reply`, qos: 1 }] });
  raw.send({
    cmd: 'publish',
    messageId: 2,
    topic,
    payload: '{"id":"1","params":{}}',
    qos: 1,
    dup: false,
    retain: false,
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(raw.unread).toEqual([]);
  answer();
  dm.onLookUp = () => undefined;
  expect((await raw.next('connack')).returnCode).toBe(0);
  expect((await raw.next('suback')).granted).toEqual([1]);
  expect((await raw.next('puback')).messageId).toBe(2);
  await raw.close();
});

test('MQTT 5: CONNACK 1, before anybody is asked who it is', async () => {
  const before = node.lookUps();
  const raw = await RawMqtt.open({ port: node.ports.mqtt, protocolVersion: 5 });
  raw.send(connectPacket('dev-five', 5));
  expect(await raw.next('connack')).toMatchObject({ reasonCode: 1 });
  await raw.closed;
  expect(node.lookUps()).toBe(before);
});
