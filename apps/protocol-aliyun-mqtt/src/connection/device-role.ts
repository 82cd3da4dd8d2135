/** A device's connection, from the moment that it is admitted until it ends. */
import { maySubscribe } from '@alink/alink';
import type { Push } from '../connect/verdict';
import type { UplinkMeter } from '../guard/uplink-rate';
import type { Activity, Journal } from '../journal';
import { limits } from '../limits';
import type { FilterChange, Publish } from '../link/endpoint';
import type { Ending } from '../link/link';
import type { LinkSessions } from '../session/link-sessions';
import type { SessionLife } from '../session/session-life';
import type { Uplink } from '../uplink/uplink';
import type { Role } from './role';

export interface DeviceRoleOptions {
  readonly life: SessionLife;
  readonly uplink: Uplink;
  readonly journal: Journal;
}

export class DeviceRole implements Role {
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
    const { link, owner } = this.sessions;
    const { productKey, deviceName } = owner;
    const held = link.filters;
    const verdict = maySubscribe({ productKey, deviceName }, filter);
    const tooMany = held.length >= limits.maxSubscriptions && !held.includes(filter);
    const allowed = verdict.granted && !tooMany;
    const cause = tooMany
      ? `more than ${limits.maxSubscriptions} subscriptions; unsubscribe some`
      : `${verdict.granted ? '' : verdict.reason}; use topics with the device's own ProductKey and DeviceName`;
    this.note({
      kind: allowed ? 'subscribe' : 'refuseSubscribe',
      topic: filter.slice(0, 200),
      code: allowed ? 200 : 403,
      text: allowed ? 'subscribed' : `subscribe refused: ${cause}`,
    });
    return allowed;
  }

  filtersChanged(change: FilterChange): void {
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
