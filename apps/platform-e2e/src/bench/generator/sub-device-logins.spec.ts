import { verifySubDevice, type SubDeviceSignature } from '@alink/signing';
import { parser } from 'mqtt-packet';
import { nameOf, secretOf } from '../devices';
import type { DeviceSocket } from './device-socket';
import { PacketType, type Found } from './packet-splitter';
import { exchange, loginMessages, logoutMessages } from './sub-device-logins';

interface Message {
  readonly topic: string;
  readonly id: string;
  readonly params: unknown;
}

const read = (bytes: Buffer): Message => {
  let message: Message | undefined;
  const mqtt = parser({ protocolVersion: 4 });
  mqtt.on('packet', (packet) => {
    if (packet.cmd !== 'publish') throw new Error(packet.cmd);
    const { id, params } = JSON.parse(packet.payload.toString()) as Omit<Message, 'topic'>;
    message = { topic: packet.topic, id, params };
  });
  mqtt.parse(bytes);
  return message!;
};

const behind = { gateway: 7, from: 350, to: 400 };
const path = (name: string): string => `/ext/session/bench_gateway/${nameOf(7)}/combine/${name}`;

test('each login is signed with the secret of its sub-device', () => {
  const messages = loginMessages(behind, 1).map(read);
  expect(messages.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, id) => String(id)));
  for (const [index, { topic, params }] of messages.entries()) {
    expect(topic).toBe(path('login'));
    expect(params).toMatchObject({ productKey: 'bench_sub', deviceName: nameOf(350 + index) });
    expect(verifySubDevice(params as SubDeviceSignature, secretOf(350 + index))).toBe(true);
  }
});

test('fifty are one message, more are several', () => {
  const lengths = (to: number): number[] =>
    loginMessages({ ...behind, to }).map(
      (bytes) => (read(bytes).params as { deviceList: unknown[] }).deviceList.length,
    );
  expect([lengths(400), lengths(460)]).toEqual([[50], [50, 50, 10]]);
  expect(read(logoutMessages(behind)[0]!)).toMatchObject({ topic: path('batch_logout') });
});

describe('an exchange', () => {
  /** Answers each message with a code. */
  const socketOf = (code: number): { socket: DeviceSocket; most: () => number } => {
    let underWay = 0;
    let most = 0;
    const socket = {
      onPacket: (_found: Found): void => undefined,
      write: (bytes: Buffer) => {
        most = Math.max(most, ++underWay);
        setImmediate(() => {
          underWay -= 1;
          const payload = Buffer.from(`\0\x01t{"id":"${read(bytes).id}","code":${code}}`);
          socket.onPacket({ type: PacketType.publish, bytes: payload, start: 0, body: 0, end: payload.length });
        });
      },
    };
    return { socket: socket as unknown as DeviceSocket, most: () => most };
  };

  test('has no more messages under way than it may, and ends with the last answer', async () => {
    const { socket, most } = socketOf(200);
    expect(await exchange(socket, loginMessages(behind, 1), 8)).toHaveLength(50);
    expect(most()).toBe(8);
  });

  test('fails with a refusal', async () => {
    await expect(exchange(socketOf(6401).socket, loginMessages(behind), 1)).rejects.toThrow('"code":6401');
  });
});
