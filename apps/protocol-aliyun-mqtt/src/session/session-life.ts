/** What happens at the beginning and the end of every session, whatever link it stands on: who hears of it, and in which order. */
import type { Subscription } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import type { Push } from '../connect/verdict';
import type { Journal } from '../journal';
import type { DeviceChanges } from './device-changes';
import type { OtherNodes } from './other-nodes';
import type { Presence } from './presence';
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

  constructor(private readonly options: SessionLifeOptions) {}

  /**
   * The device is let in. From here on another login finds this session, and changes do.
   * @param heard changes heard of when its login began
   */
  begin(session: Session, heard: number): void {
    this.options.sessions.add(session);
    this.options.changes.began(session, heard);
  }

  /** The device knows that it is in: it takes commands, dm hears of it, and older sessions elsewhere end. */
  online(session: Session, push?: Push): void {
    const { clock, presence, others, listen } = this.options;
    if (session.state !== 'opening') return;
    session.online(clock.now());
    if (push) session.deliver({ ...push, qos: 0 });
    this.commands.set(session, listen(session));
    void presence.connected(session);
    void others.tell(session);
    this.note(session, 'connect', `from ${session.options.address}`);
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
