/** A gateway device as a byte stream, and what its sub-devices say over it: see {@link RawDevice}. */
import type { DeviceIdentity } from '@alink/signing';
import type { RawDevice, RawReply } from './raw-device';

/** `/sys/{ProductKey}/{DeviceName}/{path}` of a sub-device. */
export const topicOf = ({ productKey, deviceName }: DeviceIdentity, path: string): string =>
  `/sys/${productKey}/${deviceName}/${path}`;

/** Sends a request and reads what comes down next, which must be its reply. @returns the text */
export const exchange = async (gateway: RawDevice, topic: string, payload: string, qos: 0 | 1 = 0): Promise<string> => {
  gateway.publish(topic, payload, qos);
  const reply = await gateway.next();
  expect(reply.topic).toBe(`${topic}_reply`);
  return reply.text;
};

/** Reads as many messages as there are topics; the platform sends them in no order that a device may count on. @returns them in the order of the topics */
export const nextOf = async (gateway: RawDevice, ...topics: readonly string[]): Promise<RawReply[]> => {
  const messages: RawReply[] = [];
  while (messages.length < topics.length) messages.push(await gateway.next());
  expect(messages.map(({ topic }) => topic).sort()).toEqual([...topics].sort());
  return topics.map((topic) => messages.find((message) => message.topic === topic)!);
};

/** A list of devices as it stands in params and data. */
export const listOf = (...devices: readonly DeviceIdentity[]): string => JSON.stringify(devices.map(namesOf));
/** One of them. */
export const nameOf = (device: DeviceIdentity): string => JSON.stringify(namesOf(device));
const namesOf = ({ productKey, deviceName }: DeviceIdentity) => ({ productKey, deviceName });

/** A reply, members in the order in which C SDKs search them. */
export const replyText = (id: string, method: string, data: string): string =>
  `{"id":"${id}","code":200,"message":"success","version":"1.0","method":"${method}","data":${data}}`;

/** What `/ext/error` says; the id is digits. */
export const errorText = (device: DeviceIdentity, code: number, message: string): RegExp =>
  new RegExp(`^\\{"id":"\\d{1,10}","code":${code},"message":"${message}","data":${nameOf(device)}\\}$`);
