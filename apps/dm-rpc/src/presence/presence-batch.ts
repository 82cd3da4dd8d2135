/** What messages about many devices do to their states, one after another. Pure: whoever may be concerned is given. */
import type { DeviceCore } from '../device-core';
import { coreOf, nameOf, type DeviceChange, type DevicePresence, type LockedDevice } from './presence-rows';
import {
  applyPresence,
  endedSession,
  isNewer,
  type PresenceEvent,
  type PresenceState,
  type SessionKey,
  type Via,
} from './presence-state';

/** Of a device that nothing is known of. */
const NO_SESSION: SessionKey = { stream: 0, epoch: 0 };

export class PresenceBatch {
  /** Devices whose state is another one now. */
  readonly changed = new Set<LockedDevice>();
  /** Devices that went online or offline. */
  readonly changes: DeviceChange[] = [];
  /** Lines of the status log: the changes, and sessions that took over. */
  readonly log: DeviceChange[] = [];
  private readonly byName: ReadonlyMap<string, LockedDevice>;
  /** Devices with a session through a gateway device, by that gateway device. */
  private readonly followers = new Map<string, Set<LockedDevice>>();

  /** @param devices those that the messages name, their gateway devices, and all with sessions through those that end */
  constructor(devices: readonly LockedDevice[]) {
    this.byName = new Map(devices.map((device) => [nameOf(device), device]));
    for (const device of devices) this.follow(device);
  }

  /** Nothing happens to a device that is not there; but its followers go offline with it all the same. */
  apply(item: DevicePresence): void {
    const { event } = item;
    const device = this.byName.get(nameOf(item));
    const session = event.kind === 'disconnected' ? endedSession(event, device?.state ?? NO_SESSION) : undefined;
    if (device) this.applyTo(device, event);
    if (event.kind === 'disconnected') this.endFollowers(item, event, session);
    if (!device || (event.kind !== 'connected' && event.kind !== 'holds') || !event.via) return;
    const { key, timestamp, via } = event;
    if (!isOver(this.byName.get(via.gateway)?.state, via)) return;
    const reason = withGateway(coreOf(via.gateway).deviceName);
    const { gateway, session: through } = via;
    this.applyTo(device, { kind: 'viaEnded', gateway, key, session: through ?? undefined, timestamp, reason });
  }

  private endFollowers(
    gateway: DeviceCore,
    { key, timestamp, reason }: PresenceEvent & { kind: 'disconnected' },
    session: SessionKey | undefined,
  ): void {
    const name = nameOf(gateway);
    const why = withGateway(gateway.deviceName, reason);
    const end: PresenceEvent = { kind: 'viaEnded', gateway: name, key, session, timestamp, reason: why };
    for (const device of [...(this.followers.get(name) ?? [])]) this.applyTo(device, end);
  }

  private applyTo(device: LockedDevice, event: PresenceEvent): void {
    const before = device.state;
    const { state, change, takeover } = applyPresence(before, event);
    if (state === before) return;
    this.changed.add(device);
    device.state = state;
    if (state.via?.gateway !== before.via?.gateway) {
      if (before.via) this.followers.get(before.via.gateway)?.delete(device);
      this.follow(device);
    }
    const line = change ?? takeover;
    if (!line) return;
    const { id: deviceID, productID, deviceName } = device;
    const entry = { productID, deviceName, deviceID, ...line };
    this.log.push(entry);
    if (change) this.changes.push(entry);
  }

  private follow(device: LockedDevice): void {
    const gateway = device.state.via?.gateway;
    if (gateway === undefined) return;
    const others = this.followers.get(gateway);
    if (others) others.add(device);
    else this.followers.set(gateway, new Set([device]));
  }
}

const withGateway = (deviceName: string, reason = ''): string =>
  `with its gateway device ${deviceName}: ${reason || 'disconnected'}`;

/**
 * Whether the session of a gateway device has ended that another session goes through: messages of the two may be handled
 * in any order. One that was only given up may turn out to live.
 * @param gateway state of the gateway device; undefined where it is deleted, which ends its session
 */
export const isOver = (gateway: PresenceState | undefined, { session }: Via): boolean => {
  if (!gateway) return true;
  if (!session) return false;
  if (isNewer(gateway, session)) return true;
  return !isNewer(session, gateway) && !gateway.isOnline && gateway.node === null;
};
