/**
 * The sessions on one link: that of its owner, whose CONNECT it was, and those of sub-devices that have logged in through
 * it. What they share stands here: the order of answers, and how much may be under way to the client.
 */
import { sessionError, type SessionErrorCode } from '@alink/alink';
import { newAlinkId } from '@alink/contract';
import type { DeviceIdentity } from '@alink/signing';
import { parseTopic } from '@alink/topic';
import { limits } from '../limits';
import type { FilterChange } from '../link/endpoint';
import type { Link, Message, Unsent } from '../link/link';
import { Session, sessionKey, type EndCause, type SessionOptions, type SharedLink } from './session';

/** Told once a session has ended, with those that ended because it did. */
export type OnEnd = (session: Session, followers: readonly Session[]) => void;

export class LinkSessions implements SharedLink {
  readonly owner: Session;
  private readonly subDevices = new Map<string, Session>();
  /** What ended sessions of whose beginning the client has not heard yet. */
  private readonly early = new Map<Session, SessionErrorCode>();
  /** What {@link inOrder} has returned last. */
  private latest: Promise<unknown> = Promise.resolve();
  /** Messages of QoS 1 that the client has not acknowledged. */
  private unacked = 0;

  constructor(
    readonly link: Link,
    owner: SessionOptions,
    private readonly onEnd: OnEnd,
  ) {
    this.owner = new Session(owner, this);
  }

  get subDeviceCount(): number {
    return this.subDevices.size;
  }

  open(subDevice: SessionOptions): Session {
    const session = new Session(subDevice, this, this.owner);
    this.subDevices.set(session.key, session);
    return session;
  }

  of(productKey: string, deviceName: string): Session | undefined {
    const { owner } = this;
    if (owner.productKey === productKey && owner.deviceName === deviceName) return owner;
    return this.subDevices.get(sessionKey(productKey, deviceName));
  }

  /** The client's filters are others now; each matters to the device that it names. */
  filtersChanged({ subscribed, unsubscribed }: FilterChange): void {
    for (const filter of subscribed) this.namedIn(filter).noteSubscribed(filter);
    for (const filter of unsubscribed) this.namedIn(filter).noteUnsubscribed(filter);
  }

  /** A PUBACK for something that was really under way. */
  acknowledged(): void {
    this.unacked = Math.max(0, this.unacked - 1);
  }

  /** The link is gone, and every session on it. */
  closed(reason: string): void {
    const { owner } = this;
    if (owner.state === 'ended') return;
    owner.ended(reason);
    const followers = [...this.subDevices.values()];
    for (const follower of followers) follower.ended(`its gateway device is gone: ${owner.endReason}`);
    this.subDevices.clear();
    this.onEnd(owner, followers);
  }

  get isClosed(): boolean {
    return this.link.isClosed;
  }

  holds(topic: string): boolean {
    return this.link.holds(topic);
  }

  send(message: Message): Unsent | undefined {
    const mustBeAcknowledged = message.qos === 1;
    if (mustBeAcknowledged && this.unacked >= limits.maxUnackedDownlinks) return 'device takes nothing';
    const unsent = this.link.send(message);
    if (mustBeAcknowledged && !unsent) this.unacked += 1;
    return unsent;
  }

  inOrder<T>(work: Promise<T>): Promise<T> {
    const answer = Promise.allSettled([this.latest, work]).then(() => work);
    this.latest = answer;
    return answer;
  }

  /** The owner's end is the link's; a sub-device leaves the others where they are. */
  end(session: Session, { text, code }: EndCause): void {
    if (session === this.owner) return void this.link.end(text);
    const { state } = session;
    if (state === 'ended') return;
    session.ended(text);
    this.subDevices.delete(session.key);
    this.onEnd(session, []);
    if (code === undefined) return;
    // Told before the reply to its login, it would be taken for something about an earlier session.
    if (state === 'opening') this.early.set(session, code);
    else this.tellError(session, code);
  }

  welcomed(subDevice: Session): void {
    const code = this.early.get(subDevice);
    this.early.delete(subDevice);
    if (code !== undefined) this.tellError(subDevice, code);
  }

  /** Tells the owner, whose client speaks for that device, what is wrong with its session. */
  tellError(subDevice: DeviceIdentity, code: SessionErrorCode): void {
    this.owner.deliver({ ...sessionError(this.owner, subDevice, code, newAlinkId()), qos: 0 });
  }

  private namedIn(filter: string): Session {
    const named = this.subDevices.size > 0 ? parseTopic(filter) : undefined;
    return (named && this.of(named.productKey, named.deviceName)) ?? this.owner;
  }
}
