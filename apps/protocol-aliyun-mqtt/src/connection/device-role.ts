/** A device's connection, from the moment that it is admitted until it ends: for itself and for the sub-devices behind it. */
import { parseTopic, stripQuery, type DeviceTopic } from '@alink/topic';
import type { Push } from '../connect/verdict';
import type { UplinkMeter } from '../guard/uplink-rate';
import { limits } from '../limits';
import type { FilterChange, Publish } from '../link/endpoint';
import type { Ending } from '../link/link';
import type { LinkSessions } from '../session/link-sessions';
import type { Session } from '../session/session';
import type { SessionLife } from '../session/session-life';
import type { Known, Uplink } from '../uplink/uplink';
import type { Role } from './role';
import type { Strays } from './strays';
import { Subscriptions, type SubscriptionsOptions } from './subscriptions';

export interface DeviceRoleOptions extends SubscriptionsOptions {
  readonly life: SessionLife;
  readonly uplink: Uplink;
  readonly strays: Strays;
  /** The meter of a device's publishes. */
  readonly meterOf: (device: string) => UplinkMeter;
}

export class DeviceRole implements Role {
  private readonly subscriptions: Subscriptions;
  private readonly meters = new WeakMap<Session, UplinkMeter>();

  constructor(
    private readonly sessions: LinkSessions,
    private readonly push: Push | undefined,
    private readonly options: DeviceRoleOptions,
  ) {
    this.subscriptions = new Subscriptions(sessions, options);
  }

  opened(): void {
    this.options.life.online(this.sessions.owner, this.push);
  }

  published(publish: Publish): Promise<void> {
    const { owner } = this.sessions;
    // Most of what comes, and nothing else begins like this.
    if (publish.topic.startsWith(owner.sysPrefix)) return this.take(owner, publish);
    const parsed = parseTopic(stripQuery(publish.topic));
    if (!parsed || parsed.scope === 'broadcast') return this.take(owner, publish, { parsed });
    // The platform asks a gateway device about a sub-device, and that one answers, whether the sub-device is online or not.
    if (isAboutSubDevice(parsed)) return this.take(owner, publish, { parsed, named: parsed });
    const session = this.sessions.of(parsed.productKey, parsed.deviceName);
    if (!session) return this.admits(owner) ? this.drop(publish, parsed) : owner.inOrder(Promise.resolve());
    if (session !== owner || !isSubDeviceLogin(parsed)) return this.take(session, publish, { parsed });
    // Logins of sub-devices have a limit of their own, and what is none cannot be told by its topic.
    return this.options.uplink.publish(owner, publish, { parsed, admits: () => this.admits(owner) });
  }

  subscribing(filter: string, isOld: boolean): boolean {
    return this.subscriptions.grant(filter, isOld);
  }

  /** What waited for a sub-device is for whoever speaks for it now, and that is nobody yet. */
  resending(topic: string): boolean {
    const named = parseTopic(topic);
    if (!named || named.scope === 'broadcast') return true;
    return this.sessions.of(named.productKey, named.deviceName) !== undefined;
  }

  filtersChanged(change: FilterChange): void {
    this.subscriptions.changed(change);
  }

  acknowledged(): void {
    this.sessions.acknowledged();
  }

  closed(ending: Ending): void {
    this.sessions.closed(inWords(ending));
  }

  /** Passes a publish on, unless it is one too many of the device. */
  private take(session: Session, publish: Publish, known?: Known): Promise<void> {
    return this.admits(session)
      ? this.options.uplink.publish(session, publish, known)
      : session.inOrder(Promise.resolve());
  }

  /** Counts a publish of the device. @returns whether it may pass */
  private admits(session: Session): boolean {
    return this.meterOf(session).admits((text) => this.noteDrop(session, text));
  }

  private drop(publish: Publish, named: DeviceTopic): Promise<void> {
    const { strays, uplink } = this.options;
    // Refused by closing the connection, whoever it is for.
    if (publish.payload.length > limits.maxPayloadBytes) return uplink.publish(this.sessions.owner, publish);
    strays.drop(this.sessions, publish.topic, named);
    return this.sessions.inOrder(Promise.resolve());
  }

  private meterOf(session: Session): UplinkMeter {
    const known = this.meters.get(session);
    if (known) return known;
    const meter = this.options.meterOf(session.key);
    this.meters.set(session, meter);
    return meter;
  }

  private noteDrop({ productKey, productID, deviceName }: Session, text: string): void {
    this.options.journal.note({ productKey, productID, deviceName, kind: 'drop', code: 429, text });
  }
}

/** Topics of sub-devices' logins ("Alibaba Cloud IoT documentation, 'Sub-device sessions'"). */
const LOGINS: ReadonlySet<string> = new Set(['session/combine/login', 'session/combine/batch_login']);

const isSubDeviceLogin = ({ scope, path }: DeviceTopic): boolean => scope === 'ext' && LOGINS.has(path);

/** Answers to what a gateway device is told on topics of a sub-device ("Alibaba Cloud IoT documentation, 'Device life cycle'"). */
const ABOUT_SUB_DEVICES: ReadonlySet<string> = new Set([
  'thing/disable_reply',
  'thing/enable_reply',
  'thing/delete_reply',
]);

const isAboutSubDevice = ({ scope, path, rrpcId }: DeviceTopic): boolean =>
  scope === 'sys' && rrpcId === undefined && ABOUT_SUB_DEVICES.has(path);

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
