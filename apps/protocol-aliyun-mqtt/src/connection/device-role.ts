/** A device's connection, from the moment that it is admitted until it ends. */
import type { Subscription as BusSubscription } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import { maySubscribe } from '@alink/alink';
import type { Push } from '../connect/verdict';
import type { Downlink } from '../downlink/downlink';
import type { UplinkMeter } from '../guard/uplink-rate';
import type { Activity, Journal } from '../journal';
import { limits } from '../limits';
import type { FilterChange, Publish } from '../link/endpoint';
import type { Ending, Link } from '../link/link';
import type { Presence } from '../session/presence';
import type { Session } from '../session/session';
import type { SessionTable } from '../session/session-table';
import type { Uplink } from '../uplink/uplink';
import type { Role } from './role';

export interface DeviceRoleOptions {
  readonly sessions: SessionTable;
  readonly presence: Presence;
  readonly uplink: Uplink;
  readonly downlink: Downlink;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Called once a session is online, for example to end older ones elsewhere. */
  readonly onOnline: (session: Session) => void;
}

export class DeviceRole implements Role {
  private downs: BusSubscription | undefined;

  constructor(
    private readonly link: Link,
    private readonly session: Session,
    private readonly rate: UplinkMeter,
    private readonly push: Push | undefined,
    private readonly options: DeviceRoleOptions,
  ) {}

  /** The device takes commands, and dm hears of it. */
  opened(): void {
    const { session, push, options } = this;
    if (session.state !== 'opening') return;
    session.online(options.clock.now());
    if (push) session.deliver({ ...push, qos: 0 });
    this.downs = options.downlink.listen(session);
    void options.presence.connected(session);
    options.onOnline(session);
    this.note({ kind: 'connect', text: `from ${session.options.address}` });
  }

  published(publish: Publish): Promise<void> {
    const { session } = this;
    if (this.rate.admits((text) => this.note({ kind: 'drop', code: 429, text }))) {
      return this.options.uplink.publish(session, publish);
    }
    return session.inOrder(Promise.resolve());
  }

  subscribing(filter: string): boolean {
    const { productKey, deviceName } = this.session;
    const held = this.link.filters;
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

  filtersChanged({ subscribed, unsubscribed }: FilterChange): void {
    this.session.noteSubscribed(subscribed);
    this.session.noteUnsubscribed(unsubscribed);
  }

  acknowledged(): void {
    this.session.noteAcknowledged();
  }

  closed(ending: Ending): void {
    const { session, options } = this;
    if (session.state === 'ended') return;
    const wasOnline = session.state === 'online';
    this.downs?.unsubscribe();
    session.endReason ??= inWords(ending);
    session.ended();
    options.sessions.remove(session);
    if (!wasOnline) return;
    options.presence.disconnected(session);
    this.note({ kind: 'disconnect', text: session.endReason });
  }

  private note(activity: Omit<Activity, 'productKey' | 'productID' | 'deviceName'>): void {
    const { productKey, productID, deviceName } = this.session;
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
