/** A session that began or ended, as it stands in the stream. */
import type { StatusChange } from '@alink/contract';
import { parseClientId } from '@alink/signing';
import { nameOf, type DevicePresence } from '../presence/presence-rows';
import type { Via } from '../presence/presence-state';
import { isObject, isText } from '../wire/shape';
import { MAX_NAME, MAX_TOPIC, textOf, timeOr } from './fit';
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

/** The session of the gateway device that it goes through. */
const viaOf = ({ via }: StatusChange): Via | null => {
  if (!isObject(via) || !isText(via.productID) || !isText(via.deviceName)) return null;
  const device = { productID: textOf(via.productID, MAX_NAME), deviceName: textOf(via.deviceName, MAX_NAME) };
  return { gateway: nameOf(device), epoch: Number.isSafeInteger(via.epoch) ? via.epoch! : null };
};

/**
 * @param data of the envelope
 * @throws {SyntaxError | TypeError} on what is none
 */
export const readStatus = (data: string, { stream, sequence }: Place): Presence => {
  const status = JSON.parse(data) as StatusChange;
  const { productID, deviceName } = status;
  if (typeof productID !== 'string' || typeof deviceName !== 'string') throw new TypeError('status names no device');
  const timestamp = timeOr(status.timestamp, Date.now());
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
  return { ...device, event: { kind: 'disconnected', key, timestamp, epoch, reason } };
};
