/** A session that began or ended, as it stands in the stream. */
import type { StatusChange } from '@alink/contract';
import { parseClientId } from '@alink/signing';
import type { DeviceCore } from '../device-core';
import { nameOf, type DevicePresence } from '../presence/presence-rows';
import type { Via } from '../presence/presence-state';
import { isObject, isText } from '../wire/shape';
import { MAX_NAME, MAX_TOPIC, textOf, deviceTime } from './fit';
import type { Place } from './place';

export interface Presence extends DevicePresence {
  readonly kind: 'presence';
}

/** The token that a session began with, by what the device sent: a deviceToken's clientId, or an iotToken's iotId. */
const tokenUsed = (rawClientID: string, username: string): { tokenID?: string } => {
  const { authType, securemode, clientId } = parseClientId(rawClientID);
  if (authType === 'connwl') return { tokenID: clientId };
  return securemode === '-1' ? { tokenID: username } : {};
};

/** A whole number, or undefined. */
const whole = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined);

/** The session of the gateway device that it goes through. */
const viaOf = ({ via }: StatusChange): Via | null => {
  if (!isObject(via) || !isText(via.productID) || !isText(via.deviceName)) return null;
  const device = { productID: textOf(via.productID, MAX_NAME), deviceName: textOf(via.deviceName, MAX_NAME) };
  const [stream, epoch] = [whole(via.stream), whole(via.epoch)];
  return { gateway: nameOf(device), session: stream === undefined || epoch === undefined ? null : { stream, epoch } };
};

/** The device that a foreign node names by its clientID alone: `<productID>&<deviceName>`. */
const deviceOf = ({ productID, deviceName, clientID }: Partial<StatusChange>): DeviceCore => {
  if (isText(productID) && isText(deviceName) && deviceName !== '') return { productID, deviceName };
  const names = isText(clientID) ? clientID.split('&') : [];
  if (names.length !== 2 || names.includes('')) throw new TypeError('status names no device');
  return { productID: names[0]!, deviceName: names[1]! };
};

/** Reasons of brokers for the end of a session that another one of the same device has replaced. */
const REPLACED = ['takeovered', 'takenover', 'discard', 'discarded'];

/**
 * @param data of the envelope
 * @returns undefined for what changes nothing: a foreign node does not say which session has ended, and tells of one that
 * was replaced after it has told of the one that replaced it
 * @throws {SyntaxError | TypeError} on what is none
 */
export const readStatus = (data: string, { stream, sequence }: Place): Presence | undefined => {
  const status = JSON.parse(data) as StatusChange;
  const { productID, deviceName } = deviceOf(status);
  const timestamp = deviceTime(status.timestamp || undefined, Date.now());
  const key = { stream, epoch: sequence };
  const device = { kind: 'presence', productID, deviceName } as const;
  if (status.action === 'connected') {
    const address = textOf(status.addr, MAX_NAME);
    const clientId = textOf(status.rawClientID, MAX_TOPIC);
    const node = textOf(status.node ?? status.gateway, MAX_NAME) || null;
    return {
      ...device,
      ...tokenUsed(clientId, textOf(status.username, MAX_NAME)),
      event: { kind: 'connected', key, timestamp, address, clientId, node, via: viaOf(status) },
    };
  }
  const epoch = typeof status.epoch === 'number' ? status.epoch : undefined;
  const reason = textOf(status.reason, MAX_TOPIC);
  if (epoch === undefined && REPLACED.includes(reason)) return undefined;
  return { ...device, event: { kind: 'disconnected', key, timestamp, epoch, stream: whole(status.stream), reason } };
};
