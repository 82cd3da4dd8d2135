/** Sub-devices in messages of gateway devices behind foreign nodes (unitedrhino's public source, package `msgGateway`). */
import type { Json } from '@alink/contract';
import type { DeviceCore } from '../../device-core';
import { requireDevices } from '../../domains/groups/members';
import type { SignedDevice } from '../../domains/topology/signed-devices';
import { badParameter } from '../../wire/errors';
import { isListOf, isObject, isText } from '../../wire/shape';
import type { ForeignMessage } from './uplink';

/** One of them, as it comes. */
interface Named extends DeviceCore {
  readonly deviceAlias?: unknown;
  readonly signature?: unknown;
  readonly random?: unknown;
  /** Seconds. */
  readonly timestamp?: unknown;
  readonly signMethod?: unknown;
}

const isNamed = (value: unknown): boolean =>
  isObject(value) && isText((value as Partial<Named>).productID) && isText((value as Partial<Named>).deviceName);

const listIn = ({ members }: ForeignMessage): readonly Named[] => {
  const { payload } = members;
  const { devices } = (isObject(payload) ? payload : {}) as { devices?: unknown };
  if (!isListOf(isNamed)(devices))
    throw badParameter('payload.devices', 'must be a list of {"productID", "deviceName"}');
  return devices as readonly Named[];
};

/** @throws {RpcError} 100006 for what is no list of devices, and for names that cannot be */
export const devicesIn = (message: ForeignMessage): DeviceCore[] =>
  requireDevices('payload.devices', listIn(message).map(coreOf));

/** Digits of a whole number; its struct has no room for others. */
const digits = (value: unknown): string => (Number.isSafeInteger(value) ? String(value) : '0');
const text = (value: unknown): string => (isText(value) ? value : '');

/** With what each is signed with. @throws {RpcError} 100006 where one has no signature */
export const signedDevicesIn = (message: ForeignMessage): SignedDevice[] =>
  listIn(message).map((device) => {
    const { productID, deviceName } = device;
    const [signature, signMethod] = [text(device.signature), text(device.signMethod)];
    if (signature === '' || signMethod === '') throw badParameter('payload.devices', `${deviceName} is not signed`);
    const sign = { signature, signMethod, random: digits(device.random), timestamp: digits(device.timestamp) };
    return { productID, deviceName, deviceAlias: text(device.deviceAlias), sign };
  });

const coreOf = ({ productID, deviceName }: DeviceCore): DeviceCore => ({ productID, deviceName });

/** What one of them is told. */
export interface ToldDevice extends DeviceCore {
  readonly deviceSecret?: string;
  readonly code?: number;
  readonly msg?: string;
}

/** As its struct writes them: the alias is never left out, the list is where it is empty. */
export const payloadOf = (devices: readonly ToldDevice[]): Json =>
  devices.length === 0
    ? {}
    : {
        devices: devices.map(({ productID, deviceName, deviceSecret, code, msg }) => ({
          productID,
          deviceName,
          deviceAlias: '',
          ...(deviceSecret !== undefined && { deviceSecret }),
          ...(code !== undefined && { code }),
          ...(msg !== undefined && { msg }),
        })),
      };
