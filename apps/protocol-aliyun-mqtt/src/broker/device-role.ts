/** A device's connection, from the moment that it is admitted until it ends. */
import type { Client, PublishPacket, Subscription } from 'aedes';
import type { Subscription as BusSubscription } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import { maySubscribe } from '@alink/alink';
import type { Push } from '../connect/verdict';
import type { Downlink } from '../downlink/downlink';
import type { UplinkMeter } from '../guard/uplink-rate';
import type { Activity, Journal } from '../journal';
import { limits } from '../limits';
import type { Presence } from '../session/presence';
import type { Session } from '../session/session';
import type { SessionTable } from '../session/session-table';
import type { Answer, Uplink } from '../uplink/uplink';
import { filtersOf, saidDisconnect } from './device-broker';
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
    private readonly client: Client,
    readonly session: Session,
    private readonly rate: UplinkMeter,
    private readonly push: Push | undefined,
    private readonly options: DeviceRoleOptions,
  ) {}

  /** The device takes commands, and dm hears of it. */
  ready(): void {
    const { session, push, options } = this;
    if (session.state !== 'opening') return;
    session.online(options.clock.now());
    if (push) session.deliver({ ...push, qos: 0 });
    this.downs = options.downlink.listen(session);
    void options.presence.connected(session);
    options.onOnline(session);
    this.note({ kind: 'connect', text: `from ${session.options.address}` });
  }

  publish(packet: PublishPacket, done: Answer): void {
    const { session } = this;
    if (this.rate.admits((text) => this.note({ kind: 'drop', code: 429, text }))) {
      return this.options.uplink.publish(session, packet, done);
    }
    return session.inOrder(Promise.resolve(), () => done());
  }

  grant(subscription: Subscription): Subscription | null {
    const { productKey, deviceName } = this.session;
    const { topic } = subscription;
    const held = filtersOf(this.client);
    const verdict = maySubscribe({ productKey, deviceName }, topic);
    const tooMany = held.length >= limits.maxSubscriptions && !held.includes(topic);
    const allowed = verdict.granted && !tooMany;
    const cause = tooMany
      ? `more than ${limits.maxSubscriptions} subscriptions; unsubscribe some`
      : `${verdict.granted ? '' : verdict.reason}; use topics with the device's own ProductKey and DeviceName`;
    this.note({
      kind: allowed ? 'subscribe' : 'refuseSubscribe',
      topic: topic.slice(0, 200),
      code: allowed ? 200 : 403,
      text: allowed ? 'subscribed' : `subscribe refused: ${cause}`,
    });
    return allowed ? subscription : null;
  }

  acknowledged(known: boolean): void {
    // A persistent session's store knows what was under way; a clean one has none, so every PUBACK is believed.
    if (known || this.client.clean) this.session.noteAcknowledged();
  }

  /** Why the connection is about to end; the first cause told is the one that counts. */
  because(reason: string): void {
    this.session.endReason ??= reason;
  }

  /** The connection has ended; idempotent. */
  gone(): void {
    const { client, session, options } = this;
    if (session.state === 'ended') return;
    const wasOnline = session.state === 'online';
    this.downs?.unsubscribe();
    if (saidDisconnect(client)) this.because('the device disconnected');
    session.ended();
    options.sessions.remove(session);
    if (!wasOnline) return;
    options.presence.disconnected(session);
    this.note({ kind: 'disconnect', text: session.endReason ?? 'connection closed' });
  }

  private note(activity: Omit<Activity, 'productKey' | 'productID' | 'deviceName'>): void {
    const { productKey, productID, deviceName } = this.session;
    this.options.journal.note({ productKey, productID, deviceName, ...activity });
  }
}
