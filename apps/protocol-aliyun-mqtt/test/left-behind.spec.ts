/** What devices leave behind on real connections, over many of them, and what they may do meanwhile. */
import { systemClock } from '@alink/runtime';
import { seededRandom, type RawMqtt } from '@alink/testing';
import { limits } from '../src/limits';
import { PRODUCT_KEY, startDeviceNode, type DeviceNode } from './device-node';
import { signed } from './gateway-bed';

let node: DeviceNode;
beforeAll(async () => {
  node = await startDeviceNode({}, systemClock);
});
afterAll(() => node.stop());

const open = async (deviceName: string): Promise<RawMqtt> => {
  const { raw, code } = await node.connectAs(node.credentials(deviceName), { clean: false });
  expect(code).toBe(0);
  return raw;
};
const topicOf = (deviceName: string, rest: string): string => `/${PRODUCT_KEY}/${deviceName}/user/${rest}`;
const publish = (raw: RawMqtt, deviceName: string, messageId: number, dup = false): void =>
  raw.send({ cmd: 'publish', topic: topicOf(deviceName, 'x'), payload: 'x', qos: 2, messageId, dup, retain: false });
const subscribe = async (raw: RawMqtt, topics: readonly string[]): Promise<number[]> => {
  raw.send({ cmd: 'subscribe', messageId: 9, subscriptions: topics.map((topic) => ({ topic, qos: 1 as const })) });
  return (await raw.next('suback')).granted as number[];
};

test('handshakes that are never finished keep no device out, however often it comes back', async () => {
  const random = seededRandom(17);
  const reported = node.reports.length;
  let sent = 0;
  for (let connection = 0; connection < 12; connection++) {
    const raw = await open('dev1');
    for (let n = random.int(20, 60); n > 0; n--) {
      const messageId = (sent++ % 65_535) + 1;
      publish(raw, 'dev1', messageId);
      expect((await raw.next('pubrec')).messageId).toBe(messageId);
    }
    await raw.close();
  }
  expect(node.reports.length - reported).toBe(sent);
});

test('a QoS 2 publish that is sent again on the next connection is taken once; a new one of its id is taken', async () => {
  const reported = node.reports.length;
  const first = await open('dev2');
  publish(first, 'dev2', 7);
  await first.next('pubrec');
  await first.close();
  const second = await open('dev2');
  publish(second, 'dev2', 7, true);
  await second.next('pubrec');
  expect(node.reports.length - reported).toBe(1);
  publish(second, 'dev2', 7);
  await second.next('pubrec');
  expect(node.reports.length - reported).toBe(2);
  second.send({ cmd: 'pubrel', messageId: 7 });
  await second.next('pubcomp');
  publish(second, 'dev2', 7, true);
  await second.next('pubrec');
  expect(node.reports.length - reported).toBe(3);
  await second.close();
});

test('filters of a persistent session: as many as a device may have, whatever one SUBSCRIBE asks for', async () => {
  const raw = await open('dev3');
  const many = Array.from({ length: limits.maxSubscriptions + 20 }, (_, n) => topicOf('dev3', String(n)));
  const granted = (await subscribe(raw, many)).filter((code) => code === 1);
  expect(granted).toHaveLength(limits.maxSubscriptions);
  await raw.close();
  const again = await open('dev3');
  expect(await subscribe(again, [topicOf('dev3', '0'), topicOf('dev3', 'one more')])).toEqual([1, 0x80]);
  await again.close();
});

describe('filters of sub-devices', () => {
  const TOPIC = topicOf('dev-sub1', 'get');
  const login = async (raw: RawMqtt): Promise<void> => {
    const topic = `/ext/session/${PRODUCT_KEY}/dev-gateway/combine/login`;
    const payload = JSON.stringify({ id: '1', params: signed('dev-sub1') });
    raw.send({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false });
    const reply = await raw.next('publish');
    expect([reply.topic, reply.payload.toString()]).toEqual([`${topic}_reply`, expect.stringContaining('"code":200')]);
  };
  const deliver = (qos: 0 | 1): unknown =>
    node.sessions.get(PRODUCT_KEY, 'dev-sub1')?.deliver({ topic: TOPIC, payload: 'x', qos }, true);

  test('are granted after its login, and hold in the next connection once it has logged in again', async () => {
    const first = await open('dev-gateway');
    expect(await subscribe(first, [TOPIC])).toEqual([0x80]);
    await login(first);
    expect(deliver(0)).toBe('not subscribed');
    expect(await subscribe(first, [TOPIC, topicOf('dev-sub2', 'get')])).toEqual([1, 0x80]);
    expect(deliver(1)).toBeUndefined();
    expect((await first.next('publish')).topic).toBe(TOPIC);
    await first.close();

    const second = await open('dev-gateway');
    expect(node.sessions.get(PRODUCT_KEY, 'dev-sub1')).toBeUndefined();
    // What it had not acknowledged is for whoever speaks for the sub-device now: the reply to its login comes first.
    await login(second);
    expect(deliver(0)).toBeUndefined();
    expect((await second.next('publish')).topic).toBe(TOPIC);
    await second.close();
  });
});

test('a filter has 128 bytes at most, and a longer one says so in the log of the device', async () => {
  const raw = await open('dev4');
  const of = (bytes: number): string => topicOf('dev4', '').padEnd(bytes, 'x');
  expect(await subscribe(raw, [of(128), of(129)])).toEqual([1, 0x80]);
  expect(node.activities).toContainEqual(
    expect.objectContaining({ kind: 'refuseSubscribe', text: expect.stringMatching(/longer than 128 bytes/) }),
  );
  await raw.close();
});

test('too many filters at once end the connection, and the log says why', async () => {
  const raw = await open('dev5');
  const many = Array.from({ length: limits.maxFiltersAtOnce + 1 }, (_, n) => ({ topic: `a${n}`, qos: 1 as const }));
  raw.send({ cmd: 'subscribe', messageId: 9, subscriptions: many });
  await raw.closed;
  expect(node.activities).toContainEqual(
    expect.objectContaining({
      kind: 'disconnect',
      deviceName: 'dev5',
      text: expect.stringMatching(/SUBSCRIBE of more than 500 filters/),
    }),
  );
});
