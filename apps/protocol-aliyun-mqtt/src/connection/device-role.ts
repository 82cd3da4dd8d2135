/** A device's connection, from the moment that it is admitted until it ends. */
import { maySubscribe } from '@alink/alink';
import type { Push } from '../connect/verdict';
import type { DeviceDirectory } from '../directory/device-directory';
import type { UplinkMeter } from '../guard/uplink-rate';
import type { Activity, Journal } from '../journal';
import { limits } from '../limits';
import type { FilterChange, Publish } from '../link/endpoint';
import type { Ending } from '../link/link';
import type { LinkSessions } from '../session/link-sessions';
import type { SessionLife } from '../session/session-life';
import { grants } from '../session/topic-access';
import type { Uplink } from '../uplink/uplink';
import type { Role } from './role';

export interface DeviceRoleOptions {
  readonly life: SessionLife;
  readonly uplink: Uplink;
  readonly directory: Pick<DeviceDirectory, 'productOf'>;
  readonly journal: Journal;
}

export class DeviceRole implements Role {
  /** Filters that were granted and are not held yet. */
  private readonly granting = new Set<string>();

  constructor(
    private readonly sessions: LinkSessions,
    private readonly rate: UplinkMeter,
    private readonly push: Push | undefined,
    private readonly options: DeviceRoleOptions,
  ) {}

  opened(): void {
    this.options.life.online(this.sessions.owner, this.push);
  }

  published(publish: Publish): Promise<void> {
    const { owner } = this.sessions;
    if (this.rate.admits((text) => this.note({ kind: 'drop', code: 429, text }))) {
      return this.options.uplink.publish(owner, publish);
    }
    return owner.inOrder(Promise.resolve());
  }

  subscribing(filter: string): boolean {
    const cause = this.causeAgainst(filter);
    const allowed = cause === undefined;
    if (allowed) this.granting.add(filter);
    this.note({
      kind: allowed ? 'subscribe' : 'refuseSubscribe',
      topic: filter.slice(0, 200),
      code: allowed ? 200 : 403,
      text: allowed ? 'subscribed' : `subscribe refused: ${cause}`,
    });
    return allowed;
  }

  /** Why it may not have that filter, and what to do; undefined where it may. */
  private causeAgainst(filter: string): string | undefined {
    const { link, owner } = this.sessions;
    const { productKey, deviceName } = owner;
    const verdict = maySubscribe({ productKey, deviceName }, filter);
    if (!verdict.granted) return `${verdict.reason}; use topics with the device's own ProductKey and DeviceName`;
    if (!grants(this.options.directory.productOf(productKey, owner.options.product), filter)) {
      return 'its product defines no such custom topic to subscribe; define it (dmctl topic create), or use one that is defined';
    }
    const maxBytes = maxFilterBytes(productKey, deviceName);
    if (Buffer.byteLength(filter) > maxBytes) return `longer than ${maxBytes} bytes; use a shorter topic`;
    const held = link.filters;
    if (held.includes(filter) || this.granting.has(filter)) return undefined;
    const count = held.length + [...this.granting].filter((one) => !held.includes(one)).length;
    return count < limits.maxSubscriptions
      ? undefined
      : `more than ${limits.maxSubscriptions} subscriptions; unsubscribe some`;
  }

  filtersChanged(change: FilterChange): void {
    this.granting.clear();
    this.sessions.filtersChanged(change);
  }

  acknowledged(): void {
    this.sessions.acknowledged();
  }

  closed(ending: Ending): void {
    this.sessions.closed(inWords(ending));
  }

  private note(activity: Omit<Activity, 'productKey' | 'productID' | 'deviceName'>): void {
    const { productKey, productID, deviceName } = this.sessions.owner;
    this.options.journal.note({ productKey, productID, deviceName, ...activity });
  }
}

/** Characters of the longest ProductKey and DeviceName that Alibaba gives out. */
const USUAL_NAMES = 11 + 32;

/** Names may be longer here than Alibaba's are; what follows them has as much room as there. */
const maxFilterBytes = (productKey: string, deviceName: string): number =>
  limits.maxFilterBytes + Math.max(0, productKey.length + deviceName.length - USUAL_NAMES);

/** How a link ended, for the person who looks after the device. */
const inWords = (ending: Ending): string => {
  switch (ending.how) {
    case 'ended':
      return ending.why;
    case 'disconnected':
      return 'the device disconnected';
    case 'silent':
      return (
        'keepalive timeout: nothing came from the device for 1.5 times its keepalive; ' +
        'let it send PINGREQ in time, or check its network'
      );
    case 'failed':
      return ending.error.message;
    case 'lost':
      return 'connection closed';
  }
};
