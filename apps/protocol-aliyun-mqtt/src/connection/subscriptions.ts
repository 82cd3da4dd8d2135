/**
 * What the client of a device's link may subscribe: filters of the device itself, and of each sub-device that has a session
 * on the link. Each device has rights, a number of filters and a log of its own.
 */
import { maySubscribe } from '@alink/alink';
import type { DeviceIdentity } from '@alink/signing';
import { parseTopic, type DeviceTopic } from '@alink/topic';
import type { DeviceDirectory } from '../directory/device-directory';
import type { Journal } from '../journal';
import { limits } from '../limits';
import type { FilterChange } from '../link/endpoint';
import type { DeviceFilters } from '../session/device-filters';
import type { LinkSessions } from '../session/link-sessions';
import { sessionKey, type Session } from '../session/session';
import { grants } from '../session/topic-access';

export interface SubscriptionsOptions {
  readonly directory: Pick<DeviceDirectory, 'productOf'>;
  readonly journal: Journal;
}

export class Subscriptions {
  private readonly held: DeviceFilters;

  constructor(
    private readonly sessions: LinkSessions,
    private readonly options: SubscriptionsOptions,
  ) {
    this.held = sessions.filters;
  }

  /**
   * Whether the client may have a filter.
   * @param isOld of before this connection
   */
  grant(filter: string, isOld: boolean): boolean {
    const named = parseTopic(filter);
    const session = this.sessionFor(named);
    if (!session && isOld) return this.keepForLater(named!, filter);
    const cause = session ? this.causeAgainst(session, filter, named) : causeWithoutSession(named!, filter);
    const allowed = cause === undefined;
    if (allowed) this.held.add(this.keyFor(named), filter);
    const { productKey, productID, deviceName } = session ?? this.sessions.owner;
    this.options.journal.note({
      kind: allowed ? 'subscribe' : 'refuseSubscribe',
      productKey,
      productID,
      deviceName,
      topic: filter.slice(0, 200),
      code: allowed ? 200 : 403,
      text: allowed ? 'subscribed' : `subscribe refused: ${cause}`,
    });
    return allowed;
  }

  /** A SUBSCRIBE or UNSUBSCRIBE is carried out. */
  changed(change: FilterChange): void {
    for (const filter of change.subscribed) this.held.add(this.keyFor(parseTopic(filter)), filter);
    for (const filter of change.unsubscribed) this.held.delete(this.keyFor(parseTopic(filter)), filter);
    this.sessions.filtersChanged(change);
  }

  /** Whose filter it is; undefined where that device has no session here. What names nobody is the owner's. */
  private sessionFor(named: DeviceTopic | undefined): Session | undefined {
    const { owner } = this.sessions;
    if (!named) return owner;
    const { scope, productKey, deviceName } = named;
    if (scope !== 'broadcast') return this.sessions.of(productKey, deviceName);
    return productKey === owner.productKey ? owner : this.sessions.ofProduct(productKey);
  }

  /** What a filter counts for: the device that it names, of a broadcast the product. */
  private keyFor(named: DeviceTopic | undefined): string {
    const { owner } = this.sessions;
    if (!named || (named.scope === 'broadcast' && named.productKey === owner.productKey)) return owner.key;
    return sessionKey(named.productKey, named.deviceName);
  }

  /**
   * A filter of before this connection names a sub-device that has not logged in again: its client does not subscribe it
   * once more, and nothing comes of it until then.
   */
  private keepForLater(named: DeviceTopic, filter: string): boolean {
    const device = this.keyFor(named);
    if (!maySubscribe(named, filter).granted || this.causeOfNumber(device, filter)) return false;
    this.held.add(device, filter);
    return true;
  }

  /** Why a device may not have that filter, and what to do; undefined where it may. */
  private causeAgainst(session: Session, filter: string, named: DeviceTopic | undefined): string | undefined {
    const { productKey, deviceName, options } = session;
    const verdict = maySubscribe(session, filter);
    if (!verdict.granted) return `${verdict.reason}; ${USE_OWN}`;
    if (!grants(this.options.directory.productOf(productKey, options.product), filter)) {
      return 'its product defines no such custom topic to subscribe; define it (dmctl topic create), or use one that is defined';
    }
    const maxBytes = maxFilterBytes(productKey, deviceName);
    if (Buffer.byteLength(filter) > maxBytes) return `longer than ${maxBytes} bytes; use a shorter topic`;
    return this.causeOfNumber(this.keyFor(named), filter);
  }

  /** Why there may not be another filter; undefined where there may, or it is none. */
  private causeOfNumber(device: string, filter: string): string | undefined {
    const { held } = this;
    const { maxSubscriptions, maxSubscriptionsOfLink } = limits;
    if (held.has(device, filter)) return undefined;
    if (held.count(device) >= maxSubscriptions) return `more than ${maxSubscriptions} subscriptions; unsubscribe some`;
    return held.total < maxSubscriptionsOfLink
      ? undefined
      : `more than ${maxSubscriptionsOfLink} subscriptions over one connection; unsubscribe those of sub-devices that are gone`;
  }
}

const USE_OWN = "use topics with the device's own ProductKey and DeviceName";

const causeWithoutSession = (named: DeviceTopic, filter: string): string => {
  const verdict = maySubscribe(named, filter);
  if (!verdict.granted) return `${verdict.reason}; ${USE_OWN}`;
  return `${inShort(named)} has no session on this connection; let it log in first (combine/login), or ${USE_OWN}`;
};

/** Names as a client has sent them, for a log. */
const inShort = ({ productKey, deviceName }: DeviceIdentity): string =>
  JSON.stringify(`${productKey.slice(0, 64)}/${deviceName.slice(0, 64)}`).slice(1, -1);

/** Characters of the longest ProductKey and DeviceName that Alibaba gives out. */
const USUAL_NAMES = 11 + 32;

/** Names may be longer here than Alibaba's are; what follows them has as much room as there. */
const maxFilterBytes = (productKey: string, deviceName: string): number =>
  limits.maxFilterBytes + Math.max(0, productKey.length + deviceName.length - USUAL_NAMES);
