/**
 * A device's connection, from admission to the end.
 *
 * - `opening`: admitted, CONNACK not sent yet
 * - `online`: CONNACK sent; takes commands, and dm knows of it
 * - `ended`: closed for a reason; nothing is sent any more
 *
 * opening → online → ended, or opening → ended when the client goes before its CONNACK.
 */
import { filterMatches } from '@alink/topic';
import type { StillGood } from '../connect/verdict';
import type { DeviceEntry, ProductEntry } from '../directory/records';
import { limits } from '../limits';
import type { Link, Message, Unsent } from '../link/link';

/** Why a message was not written to the device. */
export type Undelivered = Unsent | 'not subscribed' | 'unsubscribed';

export interface SessionOptions {
  readonly link: Link;
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

export class Session {
  state: 'opening' | 'online' | 'ended' = 'opening';
  /** Unix milliseconds at which it went online; 0 before. */
  onlineSinceMs = 0;
  /** Why it ended; the first cause told wins. */
  endReason: string | undefined;
  /** What {@link inOrder} has returned last. */
  private latest: Promise<unknown> = Promise.resolve();
  /** Filters that the device has unsubscribed: system topics below them are no longer pushed. */
  private readonly unsubscribed = new Set<string>();
  private unacked = 0;
  private readonly finished: Promise<void>;
  private finish: () => void = () => undefined;

  readonly productKey: string;
  readonly productID: string;
  readonly deviceName: string;
  /** `/sys/{productKey}/{deviceName}/` */
  readonly sysPrefix: string;

  constructor(readonly options: SessionOptions) {
    ({ productKey: this.productKey, productID: this.productID, deviceName: this.deviceName } = options.device);
    this.sysPrefix = `/sys/${this.productKey}/${this.deviceName}/`;
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  /** `{productKey}&{deviceName}`: what the broker keeps its MQTT session under. */
  get key(): string {
    return sessionKey(this.productKey, this.deviceName);
  }

  /** Cuts the connection. @returns once it is gone */
  end(reason: string): Promise<void> {
    this.endReason ??= reason;
    void this.options.link.end(reason);
    return this.finished;
  }

  /** The CONNACK is sent. */
  online(now: number): void {
    this.state = 'online';
    this.onlineSinceMs = now;
  }

  /** The broker says that the connection is gone. */
  ended(): void {
    this.state = 'ended';
    this.finish();
  }

  /**
   * Settles as the work does, but after everything that was given before: PUBACKs go out in the order of the PUBLISHes
   * [MQTT-4.6.0-2].
   */
  inOrder<T>(work: Promise<T>): Promise<T> {
    const answer = Promise.allSettled([this.latest, work]).then(() => work);
    this.latest = answer;
    return answer;
  }

  noteSubscribed(filters: readonly string[]): void {
    for (const filter of filters) this.unsubscribed.delete(filter);
  }

  noteUnsubscribed(filters: readonly string[]): void {
    // Bounded like subscriptions: a device that unsubscribes thousands of filters is not remembered all of them.
    for (const filter of filters) {
      if (this.unsubscribed.size < limits.maxSubscriptions) this.unsubscribed.add(filter);
    }
  }

  /** A PUBACK for something that was really under way. */
  noteAcknowledged(): void {
    this.unacked = Math.max(0, this.unacked - 1);
  }

  /**
   * Writes a message to the device once, whatever it has subscribed. System topics need no SUBSCRIBE ("Alibaba Cloud IoT
   * documentation, 'Automatic topic subscription'"), custom ones do.
   * @returns why it was not written, or undefined
   */
  deliver(message: Message, needsSubscription = false): Undelivered | undefined {
    const { link } = this.options;
    const { topic, qos } = message;
    // A device may be answered while opening: the broker takes its publishes a moment before it says that the CONNACK is
    // sent. Commands come later, see Connections.
    if (this.state === 'ended' || link.isClosed) return 'offline';
    if (needsSubscription && !link.holds(topic)) return 'not subscribed';
    if (!needsSubscription && this.hasUnsubscribed(topic)) return 'unsubscribed';
    if (qos === 1 && this.unacked >= limits.maxUnackedDownlinks) return 'device takes nothing';
    const unsent = link.send(message);
    if (qos === 1 && !unsent) this.unacked += 1;
    return unsent;
  }

  private hasUnsubscribed(topic: string): boolean {
    if (this.unsubscribed.size === 0 || this.options.link.holds(topic)) return false;
    for (const filter of this.unsubscribed) if (filterMatches(filter, topic)) return true;
    return false;
  }
}

/** DeviceNames hold no `&`, so the key is unambiguous. */
export const sessionKey = (productKey: string, deviceName: string): string => `${productKey}&${deviceName}`;
