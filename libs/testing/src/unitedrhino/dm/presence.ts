/** Who is online: 1 online, 2 offline (unitedrhino, things: deviceOnlineMultiFix, which all ways of it lead to). */
import type { Applications } from './applications';
import type { Notices } from './notices';
import type { Device, DeviceRef, DmState } from './state';

export const ONLINE = 1;
export const OFFLINE = 2;

/** Ends of a connection that another one of the same device has taken the place of: the device stays online. */
const TAKEN_OVER = ['takeovered', 'takenover', 'discard', 'discarded'];

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
    if (was === ONLINE) await this.told(device, OFFLINE, timestamp);
    device.isOnline = OFFLINE;
    device.status = OFFLINE + 1;
    device.lastOffline = Date.now();
    await this.notices.deviceStale(device);
  }

  private async told(device: Device, status: number, timestamp: number): Promise<void> {
    this.state.dataOf(device).statuses.push({ status, timestamp });
    await this.applications.status(device, status, timestamp);
  }
}
