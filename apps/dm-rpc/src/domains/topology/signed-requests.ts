/**
 * What a gateway device publishes to attach a sub-device, and to log it in: signed, since nobody computes an HMAC by hand.
 * Sources: Alibaba Cloud IoT documentation, "Manage topological relationships" and "Sub-device sessions".
 */
import { clientIdContent, sign, type DeviceIdentity, type SignMethod } from '@alink/signing';

/** A message, where it goes, and where its reply comes. */
export interface SignedRequest {
  readonly topic: string;
  readonly payload: string;
  readonly replyTopic: string;
}

export interface SubDeviceSigner extends DeviceIdentity {
  readonly deviceSecret: string;
  readonly signMethod: SignMethod;
  /** Unix milliseconds. */
  readonly now: number;
}

/** As devices name the HMAC in these messages: `hmacSha256`. */
const methodName = (method: SignMethod): string => `hmac${method[4]!.toUpperCase()}${method.slice(5)}`;

const signed = ({ productKey, deviceName, deviceSecret, signMethod, now }: SubDeviceSigner) => {
  const clientId = `${productKey}.${deviceName}`;
  const timestamp = String(now);
  const content = clientIdContent(clientId, { productKey, deviceName }, timestamp);
  return { productKey, deviceName, clientId, timestamp, sign: sign(signMethod, deviceSecret, content).toUpperCase() };
};

/** Attaches the sub-device to the gateway device. */
export const attachRequest = (gateway: DeviceIdentity, subDevice: SubDeviceSigner): SignedRequest => {
  const topic = `/sys/${gateway.productKey}/${gateway.deviceName}/thing/topo/add`;
  const params = [{ ...signed(subDevice), signmethod: methodName(subDevice.signMethod) }];
  const payload = JSON.stringify({ id: '1', version: '1.0', params, method: 'thing.topo.add' });
  return { topic, payload, replyTopic: `${topic}_reply` };
};

/** Logs the sub-device in: from then on it speaks through the connection of the gateway device. */
export const loginRequest = (gateway: DeviceIdentity, subDevice: SubDeviceSigner): SignedRequest => {
  const topic = `/ext/session/${gateway.productKey}/${gateway.deviceName}/combine/login`;
  const params = { ...signed(subDevice), signMethod: methodName(subDevice.signMethod), cleanSession: 'true' };
  return { topic, payload: JSON.stringify({ id: '1', params }), replyTopic: `${topic}_reply` };
};
