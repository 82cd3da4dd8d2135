/** What happens at the beginning and the end of every session, whatever link it stands on: who hears of it, and in which order. */
import type { Subscription } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import type { Push } from '../connect/verdict';
import type { Journal } from '../journal';
import type { DeviceChanges } from './device-changes';
import type { OtherNodes } from './other-nodes';
import type { Presence } from './presence';
import { takeOver } from './end-cause';
import type { Session } from './session';
import type { SessionTable } from './session-table';

export interface SessionLifeOptions {
  readonly sessions: SessionTable;
  readonly changes: DeviceChanges;
  readonly presence: Presence;
  readonly others: OtherNodes;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Takes the commands of a session until it is unsubscribed. */
  readonly listen: (session: Session) => Subscription;
}

export class SessionLife {
  private readonly commands = new WeakMap<Session, Subscription>();
  /** Sub-devices that have logged in before the CONNACK of their gateway device was known to be sent. */
  private readonly early = new WeakMap<Session, Session[]>();

  constructor(private readonly options: SessionLifeOptions) {}

  /**
   * Ends the device's session here. Another login may have begun one meanwhile, and is the older one then.
   * @param by who takes its place, for people
   */
  async vacate(productKey: string, deviceName: string, by: string): Promise<void> {
    const { sessions } = this.options;
    const reason = takeOver(by);
    let old = sessions.get(productKey, deviceName);
    while (old) {
      await old.end(reason);
      old = sessions.get(productKey, deviceName);
    }
  }

  /**
   * The device is let in. From here on another login finds this session, and changes do.
   * @param heard changes heard of when its login began
   */
  begin(session: Session, heard: number): void {
    const { sessions, changes } = this.options;
    // Two logins may have found the place vacant in the same turn.
    void sessions.get(session.productKey, session.deviceName)?.end(takeOver('the same device logged in again'));
    sessions.add(session);
    changes.began(session, heard);
  }

  /** The device knows that it is in: it takes commands, dm hears of it, and older sessions elsewhere end. */
  online(session: Session, push?: Push): void {
    const { clock, presence, others, listen } = this.options;
    const { state, via } = session;
    if (state !== 'opening') return;
    if (via?.state === 'opening') return this.waitFor(via, session);
    session.online(clock.now());
    if (push) session.deliver({ ...push, qos: 0 });
    this.commands.set(session, listen(session));
    void presence.connected(session);
    void others.tell(session);
    this.note(session, 'connect', origin(session));
    for (const subDevice of this.early.get(session) ?? []) this.online(subDevice);
  }

  /** Dm takes a sub-device for online through a session that it knows of. */
  private waitFor(gateway: Session, subDevice: Session): void {
    const waiting = this.early.get(gateway) ?? [];
    waiting.push(subDevice);
    this.early.set(gateway, waiting);
  }

  /** It has ended, and `followers` with it. */
  ended(session: Session, followers: readonly Session[]): void {
    const all = [session, ...followers];
    for (const ended of all) {
      this.commands.get(ended)?.unsubscribe();
      this.options.sessions.remove(ended);
    }
    const known = all.filter(({ hasBegun }) => hasBegun);
    if (!session.hasBegun) return;
    this.options.presence.disconnected(session, known.slice(1));
    for (const ended of known) this.note(ended, 'disconnect', ended.endReason ?? '');
  }

  private note({ productKey, productID, deviceName }: Session, kind: 'connect' | 'disconnect', text: string): void {
    this.options.journal.note({ kind, productKey, productID, deviceName, text });
  }
}

const origin = ({ via, options: { address } }: Session): string =>
  via ? `through its gateway device ${via.deviceName} of ${via.productKey}` : `from ${address}`;
