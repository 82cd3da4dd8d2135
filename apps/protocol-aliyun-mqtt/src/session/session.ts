/**
 * One device on a link, from its admission to its end: the device whose connection it is, or a sub-device that has logged
 * in through that one.
 *
 * - `opening`: admitted, CONNACK not sent yet
 * - `online`: CONNACK sent; takes commands, and dm knows of it
 * - `ended`: over for a reason; nothing is sent any more
 *
 * opening → online → ended, or opening → ended when the client goes before its CONNACK.
 */
import { parseClientId, type DeviceIdentity } from '@alink/signing';
import { filterMatches, parseTopic } from '@alink/topic';
import type { StillGood } from '../connect/verdict';
import type { DeviceEntry, ProductEntry } from '../directory/records';
import { limits } from '../limits';
import type { Link, Message, Unsent } from '../link/link';
import type { EndCause } from './end-cause';

/** Why a message was not written to the device. */
export type Undelivered = Unsent | 'not subscribed' | 'unsubscribed';

/** What has logged in. */
export interface SessionOptions {
  readonly product: ProductEntry;
  readonly device: DeviceEntry;
  /** Whether its credentials would still let it in. */
  readonly stillGood: StillGood;
  /** ClientID as sent, whole. */
  readonly rawClientId: string;
  readonly username: string;
  readonly address: string;
  /** Bitmap `ext` of the ClientID: bit 0 asks for RRPC with the full topic. */
  readonly ext: number;
}

/** A link as the sessions on it use it, which share it. */
export interface SharedLink extends Pick<Link, 'isClosed' | 'holds' | 'send'> {
  /**
   * Whether the client relies on a session that outlives connections (clean session 0), of which no filter of the device
   * with that key is known here: a node that was started anew has forgotten what was subscribed before.
   */
  mayHaveForgotten(device: string): boolean;
  /** Settles as the work does, but after everything that was given before. */
  inOrder<T>(work: Promise<T>): Promise<T>;
  /** Ends a session, with what depends on it. */
  end(session: Session, cause: EndCause): void;
  /** The session of a sub-device that has logged in through the owner of the link. */
  subDevice(identity: DeviceIdentity): Session | undefined;
  /** Devices that have a session on the link, its owner included. */
  readonly devices: number;
  /** A sub-device has logged in. The caller has ended its older session. */
  open(subDevice: SessionOptions): Session;
  /** The reply to that login is written. */
  welcomed(subDevice: Session): void;
}

export class Session {
  state: 'opening' | 'online' | 'ended' = 'opening';
  /** Unix milliseconds at which it went online; 0 before. */
  onlineSinceMs = 0;
  /** Why it ended; the first cause told wins. */
  endReason: string | undefined;
  /** Filters that the device has unsubscribed: system topics below them are no longer pushed. */
  private readonly unsubscribed = new Set<string>();
  private readonly finished: Promise<void>;
  private finish: () => void = () => undefined;

  readonly productKey: string;
  readonly productID: string;
  readonly deviceName: string;
  /** `/sys/{productKey}/{deviceName}/` */
  readonly sysPrefix: string;
  /** Whether it is to hear every reply: so says its own login, or that of its gateway device. */
  private readonly takesEveryReply: boolean;

  /** @param via the session of its gateway device, whose link it is; absent where it has a connection of its own */
  constructor(
    readonly options: SessionOptions,
    readonly link: SharedLink,
    readonly via?: Session,
  ) {
    ({ productKey: this.productKey, productID: this.productID, deviceName: this.deviceName } = options.device);
    this.takesEveryReply = asksForEveryReply(this.options.rawClientId) || (via?.takesEveryReply ?? false);
    this.sysPrefix = `/sys/${this.productKey}/${this.deviceName}/`;
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  /** `{productKey}&{deviceName}`: what the broker keeps its MQTT session under. */
  get key(): string {
    return sessionKey(this.productKey, this.deviceName);
  }

  /** Bitmap `ext` of its own login and of its gateway device's: one client reads what either asks for. */
  get ext(): number {
    return this.options.ext | (this.via?.ext ?? 0);
  }

  /** The session of a sub-device that has logged in through this one; a sub-device has none itself. */
  subDevice(identity: DeviceIdentity): Session | undefined {
    return this.via ? undefined : this.link.subDevice(identity);
  }

  /** Whether it has ever been online. */
  get hasBegun(): boolean {
    return this.onlineSinceMs !== 0;
  }

  /** Cuts the device off: its connection, where that is its own. @returns once it has ended */
  end(cause: EndCause): Promise<void> {
    this.endReason ??= cause.text;
    this.link.end(this, cause);
    return this.finished;
  }

  /** It may be sent commands: its CONNACK, or the reply to its login, is written. */
  online(now: number): void {
    this.state = 'online';
    this.onlineSinceMs = now;
  }

  /** It is over. */
  ended(reason: string): void {
    this.endReason ??= reason;
    this.state = 'ended';
    this.finish();
  }

  /**
   * Settles as the work on a publish does, but after the work on all earlier ones of the link: PUBACKs go out in the
   * order of the PUBLISHes [MQTT-4.6.0-2].
   */
  inOrder<T>(work: Promise<T>): Promise<T> {
    return this.link.inOrder(work);
  }

  noteSubscribed(filter: string): void {
    this.unsubscribed.delete(filter);
  }

  noteUnsubscribed(filter: string): void {
    // What it may not subscribe could not be undone: programs that tidy up before they begin unsubscribe "#".
    if (/[+#]/.test(filter) && !this.isNamedIn(filter)) return;
    // Bounded like subscriptions: a device that unsubscribes thousands of filters is not remembered all of them.
    if (this.unsubscribed.size < limits.maxSubscriptions) this.unsubscribed.add(filter);
  }

  private isNamedIn(filter: string): boolean {
    const topic = parseTopic(filter);
    return topic?.productKey === this.productKey && topic.deviceName === this.deviceName;
  }

  /**
   * Whether it is to hear replies on that topic. An SDK that subscribes nothing says `_ss=1`; whoever reads replies else
   * has subscribed them, and a program that has not may take each PUBLISH for a command. But with clean session 0 that may
   * have been on a connection to an earlier run of a node: "once subscribed, valid for ever" ("Alibaba Cloud IoT
   * documentation, 'Topics'"), so MQTT.js 3, which the official Node SDK uses, never sends a SUBSCRIBE for the same filter
   * twice (`subscribe` and `_resubscribe` in its `lib/client.js`), whatever the CONNACK says of the session.
   */
  wantsReplyOn(topic: string): boolean {
    const { link } = this;
    return this.takesEveryReply || link.holds(topic) || link.mayHaveForgotten(this.key);
  }

  /**
   * Writes a message to the device once, whatever it has subscribed. What the platform asks and tells needs no SUBSCRIBE
   * ("Alibaba Cloud IoT documentation, 'Automatic topic subscription'"), custom topics do; of replies see {@link wantsReplyOn}.
   * @returns why it was not written, or undefined
   */
  deliver(message: Message, needsSubscription = false): Undelivered | undefined {
    const { link } = this;
    const { topic } = message;
    // A device may be answered while opening: the broker takes its publishes a moment before it says that the CONNACK is
    // sent. Commands come later, see SessionLife.
    if (this.state === 'ended' || link.isClosed) return 'offline';
    if (needsSubscription && !link.holds(topic)) return 'not subscribed';
    if (!needsSubscription && this.hasUnsubscribed(topic)) return 'unsubscribed';
    return link.send(message);
  }

  /** Whether the client of its link has subscribed a filter that selects the topic. */
  holds(topic: string): boolean {
    return this.link.holds(topic);
  }

  /** Whether synchronous calls on a custom topic reach it that has subscribed that topic alone: so does `_ss=1`. */
  takesCallsOn(topic: string): boolean {
    return this.takesEveryReply && this.link.holds(topic);
  }

  private hasUnsubscribed(topic: string): boolean {
    if (this.unsubscribed.size === 0 || this.link.holds(topic)) return false;
    for (const filter of this.unsubscribed) if (filterMatches(filter, topic)) return true;
    return false;
  }
}

/** `_ss=1` of the Link SDKs for C 3.1 and 4.x and for Python: system topics without a SUBSCRIBE. */
const asksForEveryReply = (rawClientId: string): boolean => parseClientId(rawClientId).params.get('_ss') === '1';

/** DeviceNames hold no `&`, so the key is unambiguous. */
export const sessionKey = (productKey: string, deviceName: string): string => `${productKey}&${deviceName}`;

/** Whether a device is one of the sub-devices of a gateway device. */
export const isAttached = (
  { gateway }: Pick<DeviceEntry, 'gateway'>,
  { productID, deviceName }: Pick<Session, 'productID' | 'deviceName'>,
): boolean => gateway?.productID === productID && gateway.deviceName === deviceName;
