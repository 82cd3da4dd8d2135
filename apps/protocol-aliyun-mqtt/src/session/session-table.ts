/** The devices that this node holds, and the ClientIDs of the latest logins, here and elsewhere. */
import { LRUCache } from 'lru-cache';
import { isLater, type Epoch } from './epoch';
import { sessionKey, type Session } from './session';

/** Logins remembered after their session has ended: enough for every device that a node of this size can hold. */
const MAX_LOGINS = 200_000;

interface Login {
  readonly rawClientId: string;
  /** Its place among the device's logins; undefined when it has none, `pending` while it is not known yet. */
  readonly epoch: Epoch | 'pending' | undefined;
}

export class SessionTable {
  private readonly sessions = new Map<string, Session>();
  private readonly logins = new LRUCache<string, Login>({ max: MAX_LOGINS });

  get size(): number {
    return this.sessions.size;
  }

  get(productKey: string, deviceName: string): Session | undefined {
    return this.sessions.get(sessionKey(productKey, deviceName));
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.sessions.values();
  }

  /** The newer session of a device takes the place; the caller has ended the older one. */
  add(session: Session): void {
    this.sessions.set(session.key, session);
    this.noteLogin(session.productKey, session.deviceName, session.options.rawClientId);
  }

  /** The device has logged in, here or on another node. */
  noteLogin(productKey: string, deviceName: string, rawClientId: string, epoch?: Epoch): void {
    this.logins.set(sessionKey(productKey, deviceName), { rawClientId, epoch });
  }

  /** What is known of the place of a login here. */
  noteEpoch({ key, options: { rawClientId } }: Session, epoch: Login['epoch']): void {
    if (this.logins.get(key)?.rawClientId === rawClientId) this.logins.set(key, { rawClientId, epoch });
  }

  /** Whether the remembered login is later than another one. One whose place is not known yet will have a later place. */
  hasLaterLogin(productKey: string, deviceName: string, other: Epoch): boolean {
    const epoch = this.logins.get(sessionKey(productKey, deviceName))?.epoch;
    return epoch === 'pending' || (epoch !== undefined && isLater(epoch, other));
  }

  /** What dm knows of the device's latest login counts again. */
  forgetLogin(productKey: string, deviceName: string): void {
    this.logins.delete(sessionKey(productKey, deviceName));
  }

  /** Logins elsewhere may have been missed: only those of the devices here are known for sure. */
  forgetLoginsElsewhere(): void {
    for (const key of [...this.logins.keys()]) if (!this.sessions.has(key)) this.logins.delete(key);
  }

  /** Takes a session out, unless a newer one has its place. */
  remove(session: Session): void {
    if (this.sessions.get(session.key) === session) this.sessions.delete(session.key);
  }

  /** ClientID of the latest successful login, as far as this node has heard. */
  latestLogin(productKey: string, deviceName: string): string | undefined {
    return this.logins.get(sessionKey(productKey, deviceName))?.rawClientId;
  }
}
