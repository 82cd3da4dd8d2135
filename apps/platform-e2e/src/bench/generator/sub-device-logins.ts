/** Logins and logouts of sub-devices over the connection of their gateway device, as bytes that are made beforehand. */
import { sign, subDeviceContent, type DeviceIdentity } from '@alink/signing';
import { generate } from 'mqtt-packet';
import { nameOf, secretOf } from '../devices';
import { GATEWAYS, SUB_DEVICES } from '../gateways/gateway-devices';
import type { DeviceSocket } from './device-socket';
import { PacketType, type Found } from './packet-splitter';

/** Whose sub-devices: numbers of the gateway device, of the first, and the one after the last. */
export interface Behind {
  readonly gateway: number;
  readonly from: number;
  readonly to: number;
}

/** "Alibaba Cloud IoT documentation, 'Limits'": sub-devices in one message. */
const MOST_AT_ONCE = 50;

const namesOf = (n: number): DeviceIdentity => ({ productKey: SUB_DEVICES, deviceName: nameOf(n) });

const signedLogin = (n: number): object => {
  const names = namesOf(n);
  const signed = { ...names, clientId: `${SUB_DEVICES}&${names.deviceName}`, timestamp: '2524608000000' };
  const signature = sign('hmacsha256', secretOf(n), subDeviceContent(signed));
  return { ...signed, signMethod: 'hmacSha256', sign: signature, cleanSession: 'true' };
};

const topicOf = ({ gateway }: Behind, path: string): string =>
  `/ext/session/${GATEWAYS}/${nameOf(gateway)}/combine/${path}`;

const message = (behind: Behind, path: string, id: number, params: object): Buffer =>
  generate({
    cmd: 'publish',
    topic: topicOf(behind, path),
    payload: JSON.stringify({ id: String(id), params }),
    qos: 0,
    dup: false,
    retain: false,
  });

const numbersIn = ({ from, to }: Behind, atOnce: number): number[][] =>
  Array.from({ length: Math.ceil((to - from) / atOnce) }, (_, index) => {
    const first = from + index * atOnce;
    return Array.from({ length: Math.min(atOnce, to - first) }, (_, n) => first + n);
  });

/** Whose they are. */
export const gatewayOf = ({ gateway }: Behind): DeviceIdentity => ({
  productKey: GATEWAYS,
  deviceName: nameOf(gateway),
});

/** All of them. */
export const subDevicesOf = ({ from, to }: Behind): DeviceIdentity[] =>
  Array.from({ length: to - from }, (_, index) => namesOf(from + index));

/** What logs all of them in; the messages have the ids 0, 1, 2 .. */
export const loginMessages = (behind: Behind, atOnce = MOST_AT_ONCE): Buffer[] =>
  numbersIn(behind, atOnce).map((numbers, id) =>
    atOnce === 1
      ? message(behind, 'login', id, signedLogin(numbers[0]!))
      : message(behind, 'batch_login', id, { deviceList: numbers.map(signedLogin) }),
  );

/** What their gateway device hears of it. */
export const loginReplies = (behind: Behind): string[] =>
  ['login', 'batch_login', 'batch_logout'].map((path) => `${topicOf(behind, path)}_reply`);

/** What logs all of them out; the same. */
export const logoutMessages = (behind: Behind): Buffer[] =>
  numbersIn(behind, MOST_AT_ONCE).map((numbers, id) => message(behind, 'batch_logout', id, numbers.map(namesOf)));

/**
 * Sends all messages, so many of them at a time, until each is answered.
 * @returns milliseconds that each took
 * @throws when one is answered with another code than 200, or the connection closes
 */
export const exchange = (socket: DeviceSocket, messages: readonly Buffer[], window: number): Promise<number[]> =>
  new Promise((resolve, reject) => {
    const sentAt: number[] = [];
    const times: number[] = [];
    const sendNext = (): void => {
      if (sentAt.length === messages.length) return;
      socket.write(messages[sentAt.length]!);
      sentAt.push(performance.now());
    };
    socket.onClose = () => reject(new Error('the connection was closed while sub-devices logged in or out'));
    socket.onPacket = (packet) => {
      if (packet.type !== PacketType.publish) return;
      const { id, code, text } = readReply(packet);
      if (code !== 200) return reject(new Error(`a sub-device was answered ${text}`));
      times.push(performance.now() - sentAt[Number(id)]!);
      if (times.length === messages.length) resolve(times);
      else sendNext();
    };
    for (let n = 0; n < window; n++) sendNext();
  });

/** A reply at QoS 0. */
const readReply = ({ bytes, body, end }: Found): { id: string; code: number; text: string } => {
  const text = bytes.toString('utf8', body + 2 + bytes.readUInt16BE(body), end);
  const { id, code } = JSON.parse(text) as { id: string; code: number };
  return { id, code, text };
};
