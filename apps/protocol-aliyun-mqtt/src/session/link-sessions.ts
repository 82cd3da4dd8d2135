/**
 * The sessions on one link: that of its owner, whose CONNECT it was, and those of sub-devices that have logged in through
 * it. What they share stands here: the order of answers, and how much may be under way to the client.
 */
import { sessionError, type SessionErrorCode } from '@alink/alink';
import { newAlinkId } from '@alink/contract';
import type { DeviceIdentity } from '@alink/signing';
import { parseTopic } from '@alink/topic';
import type { FilterChange } from '../link/endpoint';
import type { Link, Message, Unsent } from '../link/link';
import { Unacknowledged } from './unacknowledged';
import { DeviceFilters } from './device-filters';
import type { EndCause } from './end-cause';
import { Session, sessionKey, type SessionOptions, type SharedLink } from './session';

/** Told once a session has ended, with those that ended because it did. */
export type OnEnd = (session: Session, followers: readonly Session[]) => void;

export class LinkSessions implements SharedLink {
  readonly owner: Session;
  /** Filters that the client holds, those of before this connection included. */
  readonly filters = new DeviceFilters();
  /** Told how many devices have a session on the link, whenever that changes. */
  onDevices: (devices: number) => void = () => undefined;
  private readonly subDevices = new Map<string, Session>();
  /** What ended sessions of whose beginning the client has not heard yet. */
  private readonly early = new Map<Session, SessionErrorCode>();
  private readonly byProduct = new Map<string, Set<Session>>();
  /** What {@link inOrder} has returned last. */
  private latest: Promise<unknown> = Promise.resolve();
  private readonly unacked = new Unacknowledged();

  constructor(
    readonly link: Link,
    owner: SessionOptions,
    private readonly onEnd: OnEnd,
  ) {
    this.owner = new Session(owner, this);
  }

  open(subDevice: SessionOptions): Session {
    const session = new Session(subDevice, this, this.owner);
    this.subDevices.set(session.key, session);
    const { productKey } = session;
    this.byProduct.set(productKey, (this.byProduct.get(productKey) ?? new Set()).add(session));
    this.onDevices(this.devices);
    return session;
  }

  get devices(): number {
    return 1 + this.subDevices.size;
  }

  /** The session of a device on this link. */
  of(productKey: string, deviceName: string): Session | undefined {
    const { owner } = this;
    if (owner.productKey === productKey && owner.deviceName === deviceName) return owner;
    return this.subDevices.get(sessionKey(productKey, deviceName));
  }

  subDevice({ productKey, deviceName }: DeviceIdentity): Session | undefined {
    return this.subDevices.get(sessionKey(productKey, deviceName));
  }

  /** The session of some sub-device of a product. */
  ofProduct(productKey: string): Session | undefined {
    return this.byProduct.get(productKey)?.values().next().value;
  }

  /** The client's filters are others now; each matters to the device that it names. */
  filtersChanged({ subscribed, unsubscribed }: FilterChange): void {
    for (const filter of subscribed) this.namedIn(filter)?.noteSubscribed(filter);
    for (const filter of unsubscribed) this.namedIn(filter)?.noteUnsubscribed(filter);
  }

  /** A PUBACK for something that was really under way. */
  acknowledged(): void {
    this.unacked.remove();
  }

  /** The link is gone, and every session on it. */
  closed(reason: string): void {
    const { owner } = this;
    if (owner.state === 'ended') return;
    owner.ended(reason);
    const followers = [...this.subDevices.values()];
    for (const follower of followers) follower.ended(`its gateway device is gone: ${owner.endReason}`);
    this.subDevices.clear();
    this.byProduct.clear();
    this.onEnd(owner, followers);
  }

  get isClosed(): boolean {
    return this.link.isClosed;
  }

  holds(topic: string): boolean {
    return this.link.holds(topic);
  }

  mayHaveForgotten(device: string): boolean {
    return !this.link.login.clean && this.filters.count(device) === 0;
  }

  send(message: Message): Unsent | undefined {
    const mustBeAcknowledged = message.qos === 1;
    const { length } = message.payload;
    if (mustBeAcknowledged && !this.unacked.hasRoom(length, this.devices)) return 'device takes nothing';
    const unsent = this.link.send(message);
    if (mustBeAcknowledged && !unsent) this.unacked.add(length);
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
    this.forget(session);
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

  private forget(session: Session): void {
    const { productKey } = session;
    const alike = this.byProduct.get(productKey);
    alike?.delete(session);
    if (alike?.size === 0) this.byProduct.delete(productKey);
    if (this.subDevices.get(session.key) === session) this.subDevices.delete(session.key);
    this.onDevices(this.devices);
  }

  /** The session that a filter is about: the owner's where it names no device, or itself. */
  private namedIn(filter: string): Session | undefined {
    const named = this.subDevices.size > 0 ? parseTopic(filter) : undefined;
    return named && named.scope !== 'broadcast' ? this.of(named.productKey, named.deviceName) : this.owner;
  }
}
