/** Who is online: 1 online, 2 offline (unitedrhino, things: deviceOnlineMultiFix, which all ways of it lead to). */
import { RhinoError } from '../wire/rhino-error';
import type { Applications } from './applications';
import type { Notices } from './notices';
import { DeviceType, type Device, type DeviceRef, type DmState } from './state';

export const ONLINE = 1;
export const OFFLINE = 2;

/** `subDeviceOnlineHandle` of a product of gateway devices whose sub-devices stay as they are. */
const INDEPENDENT = 2;

/** Ends of a connection that another one of the same device has taken the place of: the device stays online. */
const TAKEN_OVER = ['takeovered', 'takenover', 'discard', 'discarded'];

/**
 * Whether it can be commanded. What is a sub-device by its product must be attached; whether its gateway device is online
 * is not looked at (it looks at the sub-device in its stead).
 * @throws {RhinoError} 2000003, 100009
 */
export const requireOnline = (state: DmState, { productID, deviceName }: DeviceRef): void => {
  const device = state.device({ productID, deviceName });
  const product = state.products.get(productID);
  if (!device || !product) throw new RhinoError(100009);
  if (device.isOnline !== ONLINE) throw new RhinoError(2000003);
  if (product.deviceType === DeviceType.subDevice && !state.gatewayOf(device)) {
    throw new RhinoError(100009, [], '未查询到:子设备未绑定网关');
  }
};

export interface PresenceChange {
  readonly device: DeviceRef;
  readonly isOnline: boolean;
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly reason?: string;
  readonly address?: string;
}

export class Presence {
  constructor(
    private readonly state: DmState,
    private readonly notices: Notices,
    private readonly applications: Applications,
  ) {}

  /** In the order in which it hears of them: it compares no times, and knows no sessions. Unknown devices are passed over. */
  async take(changes: readonly PresenceChange[]): Promise<void> {
    for (const change of changes) {
      const device = this.state.device(change.device);
      if (!device) continue;
      if (change.isOnline) await this.online(device, change);
      else if (!TAKEN_OVER.includes(change.reason ?? '')) await this.offline(device, change);
    }
  }

  /** A gateway device takes its sub-devices along: only where they are attached to it, and as its product wants it. */
  private followersOf({ productID, deviceName }: Device): DeviceRef[] {
    const product = this.state.products.get(productID);
    const isFollowed = product?.deviceType === DeviceType.gateway && product.subDeviceOnlineHandle !== INDEPENDENT;
    return isFollowed ? this.state.subDevicesOf({ productID, deviceName }) : [];
  }

  private async online(device: Device, { timestamp, address = '' }: PresenceChange): Promise<void> {
    const was = device.isOnline;
    device.isOnline = ONLINE;
    device.status = ONLINE + 1;
    device.lastLogin = timestamp;
    device.lastIp = address;
    if (device.firstLogin === 0) device.firstLogin = timestamp;
    // At each connect, whether anything else has changed or not.
    await this.notices.deviceStale(device);
    if (was !== ONLINE) await this.told(device, ONLINE, timestamp);
  }

  private async offline(device: Device, { timestamp }: PresenceChange): Promise<void> {
    const was = device.isOnline;
    const followers = this.followersOf(device);
    // It tells of the gateway device once more for each of them, and of each by itself then.
    for (let told = 0; told < followers.length; told++) await this.told(device, OFFLINE, timestamp);
    if (was === ONLINE) await this.told(device, OFFLINE, timestamp);
    device.isOnline = OFFLINE;
    device.status = OFFLINE + 1;
    device.lastOffline = Date.now();
    await this.notices.deviceStale(device);
    await this.take(followers.map((follower) => ({ device: follower, isOnline: false, timestamp: Date.now() })));
  }

  private async told(device: Device, status: number, timestamp: number): Promise<void> {
    this.state.dataOf(device).statuses.push({ status, timestamp });
    await this.applications.status(device, status, timestamp);
  }
}
