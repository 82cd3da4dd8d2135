/** The sub-devices that a gateway device names in what it asks, and what it proves of them. */
import { DEVICE_NAME_RULE, type DeviceIdentity } from '@alink/signing';
import type { JsonObject } from '@alink/thing-model';
import { alinkCodes } from './codes';
import { isRecord } from './envelope';
import { isProblem, wrongParameter, type Problem } from './problem';
import { readList } from './read-list';

/** Why names are refused: those of no session, of no device, of no product; that no device may have; that are the asker's own. */
type Misnomer = 520 | 6100 | 6250 | 6280 | 6402;

/** Says why a device cannot be meant; undefined where it can. */
export type NameCheck = (named: DeviceIdentity) => Misnomer | undefined;

const steps: Readonly<Record<Misnomer, string>> = {
  520: 'Log out a sub-device that is logged in.',
  6100: 'Name a device that there is by its "productKey" and "deviceName".',
  6250: 'Send the ProductKey of a product that there is as "productKey".',
  6280: `Make "deviceName" of ${DEVICE_NAME_RULE}.`,
  6402: 'Name other devices: a gateway device is no sub-device of its own.',
};

/** What somebody may once have called a device or a product. It stands in topics, in keys and in replies. */
const NAME = /^[\p{L}\p{N}_:.@-]{1,64}$/u;

/** For devices that must be there already. @param missing what a device is that nobody can know */
export const known =
  (missing: 520 | 6100): NameCheck =>
  ({ productKey, deviceName }) =>
    NAME.test(productKey) && NAME.test(deviceName) ? undefined : missing;

/** For devices that may be made. What whoever makes them calls no name is refused there: not all platforms have one rule. */
export const possible: NameCheck = ({ productKey, deviceName }) => {
  if (!NAME.test(productKey)) return 6250;
  return NAME.test(deviceName) ? undefined : 6280;
};

/** The same, where the device that asks cannot be meant. */
export const besides =
  (self: DeviceIdentity, check: NameCheck): NameCheck =>
  (named) =>
    named.productKey === self.productKey && named.deviceName === self.deviceName ? 6402 : check(named);

/** A list of devices in a message. */
export interface DeviceList {
  /** The member that holds the list. */
  readonly name: string;
  readonly max: number;
  readonly check: NameCheck;
}

const readIdentity = (item: unknown, place: number, check: NameCheck): DeviceIdentity | Problem => {
  const { productKey, deviceName } = isRecord(item) ? item : {};
  if (typeof productKey !== 'string' || typeof deviceName !== 'string') {
    return wrongParameter(`item ${place} names no device`, 'Send "productKey" and "deviceName" in each item.');
  }
  const code = check({ productKey, deviceName });
  return code
    ? { code, message: alinkCodes[code], detail: `item ${place}`, step: steps[code] }
    : { productKey, deviceName };
};

const keyOf = ({ productKey, deviceName }: DeviceIdentity): string => `${productKey}/${deviceName}`;

const noItems = ({ name }: DeviceList): Problem =>
  wrongParameter(`${name} is empty`, 'Name at least one device by its "productKey" and "deviceName".');

/** The devices that a list names; one that it names twice counts once. */
export const readDevices = (list: unknown, form: DeviceList): DeviceIdentity[] | Problem => {
  const devices = readList(list, { ...form, read: (item, place) => readIdentity(item, place, form.check) });
  if (isProblem(devices)) return devices;
  return devices.length > 0 ? [...new Map(devices.map((device) => [keyOf(device), device])).values()] : noItems(form);
};

/** Reads what an item proves of the device that it names. */
export type ReadProof<Proof> = (item: Readonly<Record<string, unknown>>, place: number) => Proof | Problem;

/** The devices that a list names, each with what proves it. Of two proofs for one device nobody could say which counts. */
export const readProvenDevices = <Proof extends { readonly sign: string }>(
  list: unknown,
  form: DeviceList,
  readProof: ReadProof<Proof>,
): (DeviceIdentity & Proof)[] | Problem => {
  const seen = new Set<string>();
  const read = (item: unknown, place: number): (DeviceIdentity & Proof) | Problem => {
    const identity = readIdentity(item, place, form.check);
    if (isProblem(identity)) return identity;
    const key = keyOf(identity);
    if (seen.has(key)) return wrongParameter(`item ${place} names a device again`, 'Name each device once.');
    seen.add(key);
    const proof = readProof(item as Readonly<Record<string, unknown>>, place);
    return isProblem(proof) ? proof : { ...identity, ...proof };
  };
  const devices = readList(list, { ...form, read });
  return isProblem(devices) || devices.length > 0 ? devices : noItems(form);
};

/** The names that stand in a list of devices, in the order in which documents have them, and nothing else of the devices. */
export const namesIn = (list: unknown): JsonObject[] =>
  (Array.isArray(list) ? (list as readonly DeviceIdentity[]) : []).map(({ productKey, deviceName }) => ({
    productKey,
    deviceName,
  }));
