/** Which devices are attached to a gateway device, and what attaching, detaching and replacing them comes to. */
import { allPages } from '../all-pages';
import { inParts } from '../at-once';
import { OperatorError } from '../operator-error';
import type { Platform } from '../platform';

/** A device by its names on the platform. */
export interface NamedDevice {
  readonly productID: string;
  readonly deviceName: string;
}

type Services = Pick<Platform, 'devices'>;
export type DeviceInfo = Awaited<ReturnType<Platform['devices']['deviceInfoRead']>>;

const keyOf = ({ productID, deviceName }: NamedDevice): string => `${productID}/${deviceName}`;
const nameOf = ({ productID, deviceName }: NamedDevice): NamedDevice => ({ productID, deviceName });

/** The sub-devices of a gateway device, all of them. @throws {RpcError} for a gateway device that does not exist */
export const subDevicesOf = async ({ devices }: Services, gateway: NamedDevice): Promise<NamedDevice[]> => {
  await devices.deviceInfoRead(gateway);
  return allPages('id', (page) => devices.deviceGatewayIndex({ gateway, page }));
};

/** How many those are. */
export const countSubDevices = async ({ devices }: Services, gateway: NamedDevice): Promise<number> =>
  Number((await devices.deviceGatewayIndex({ gateway, page: { page: 1, size: 1 } })).total);

/** What became of a device that was to be attached. */
export interface Attached extends NamedDevice {
  /** `elsewhere`: it stays with the gateway device that it is attached to. */
  readonly result: 'attached' | 'attached before' | 'elsewhere';
  /** That gateway device. */
  readonly gateway?: NamedDevice;
}

/**
 * Attaches devices to a gateway device: all that are attached to none.
 * @returns what became of each, in their order
 * @throws {RpcError} where one cannot be attached; then none of its part is
 */
export const attachSubDevices = async (
  { devices }: Services,
  gateway: NamedDevice,
  list: readonly NamedDevice[],
): Promise<Attached[]> => {
  const attached: Attached[] = [];
  for (const part of inParts(list)) {
    const before = await gatewaysOf({ devices }, part);
    await devices.deviceGatewayMultiCreate({ gateway, list: part });
    for (const device of part) {
      const other = before.get(keyOf(device));
      const isOwn = other && keyOf(other) === keyOf(gateway);
      if (!other) attached.push({ ...device, result: 'attached' });
      else attached.push({ ...device, result: isOwn ? 'attached before' : 'elsewhere', gateway: other });
    }
  }
  return attached;
};

/** What these devices are attached to, by `productID/deviceName`; those that are attached to none are not there. */
const gatewaysOf = async ({ devices }: Services, list: readonly NamedDevice[]): Promise<Map<string, NamedDevice>> => {
  const gateways = new Map<string, NamedDevice>();
  // Names of one product are found much faster than devices by both their names.
  for (const productID of new Set(list.map((device) => device.productID))) {
    const deviceNames = list.filter((device) => device.productID === productID).map(({ deviceName }) => deviceName);
    const page = { page: 1, size: deviceNames.length };
    const found = await devices.deviceInfoIndex({ productID, deviceNames, withGateway: true, page });
    for (const info of found.list) if (info.Gateway) gateways.set(keyOf(info), nameOf(info.Gateway));
  }
  return gateways;
};

/** Detaches devices from a gateway device: all of a part of thousands, or none of it. */
export const detachSubDevices = async (
  { devices }: Services,
  gateway: NamedDevice,
  list: readonly NamedDevice[],
): Promise<void> => {
  for (const part of inParts(list)) await devices.deviceGatewayMultiDelete({ gateway, list: part });
};

/** What replacing the sub-devices of a gateway device changes. */
export interface Replacement {
  readonly added: readonly NamedDevice[];
  /** Those of them that leave another gateway device. */
  readonly taken: readonly Taken[];
  readonly removed: readonly NamedDevice[];
}

/** A device that one gateway device takes from another. */
export interface Taken extends NamedDevice {
  readonly from: NamedDevice;
}

/** What there is to change until a gateway device has exactly these. */
export const planSubDevices = async (
  platform: Services,
  gateway: NamedDevice,
  list: readonly NamedDevice[],
): Promise<Replacement> => {
  const before = await subDevicesOf(platform, gateway);
  const [had, wanted] = [new Set(before.map(keyOf)), new Set(list.map(keyOf))];
  const added = list.filter((device) => !had.has(keyOf(device)));
  const removed = before.filter((device) => !wanted.has(keyOf(device)));
  return { added, taken: await takenOf(platform, added), removed };
};

/** Which of these devices, none of them the gateway device's own, are attached to another one. */
const takenOf = async (platform: Services, list: readonly NamedDevice[]): Promise<Taken[]> => {
  const taken: Taken[] = [];
  for (const part of inParts(list)) {
    const gateways = await gatewaysOf(platform, part);
    for (const device of part) {
      const from = gateways.get(keyOf(device));
      if (from) taken.push({ ...device, from });
    }
  }
  return taken;
};

/** Rows in one call at most: of a gateway device that has more nobody has heard. */
const MOST = 10_000;

/** Gives a gateway device exactly these. Such as another one had are its own then. */
export const replaceSubDevices = async (
  { devices }: Services,
  gateway: NamedDevice,
  list: readonly NamedDevice[],
): Promise<void> => {
  if (list.length > MOST) throw new OperatorError('unusable', `a gateway device has at most ${MOST} sub-devices`);
  await devices.deviceGatewayMultiUpdate({ gateway, list: [...list] });
};
