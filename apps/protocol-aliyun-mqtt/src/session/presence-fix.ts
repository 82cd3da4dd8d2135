/** Tells dm which devices are online here, and which are no more, whatever messages were lost. */
import type { Bus, Subscription } from '@alink/bus';
import { subjects } from '@alink/contract';
import type { Logger } from '@alink/runtime';
import type { GiveAccount, SessionAccount } from './accounts';
import type { Presence } from './presence';
import type { Session } from './session';
import type { SessionTable } from './session-table';
import type { UntoldEnd } from './untold-ends';

/** Sessions in one call. */
const BATCH = 1000;

const ended = ({ productID, deviceName, onlineSinceMs, place }: UntoldEnd): SessionAccount => ({
  ...{ productID, deviceName, onlineSinceMs, place },
  isOnline: false,
});

export class PresenceFix {
  private subscription: Subscription | undefined;

  constructor(
    private readonly giveAccount: GiveAccount,
    private readonly bus: Bus,
    private readonly sessions: SessionTable,
    private readonly presence: Presence,
    private readonly log: Logger,
  ) {}

  /** Gives its account whenever dm asks, and after the bus was away. */
  start(): void {
    this.subscription = this.bus.subscribe(subjects.statusFix, () => this.soon());
    this.bus.onReconnect(() => this.soon());
  }

  stop(): void {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
  }

  /** @throws {RpcError} when dm does not take it; what was not told is told the next time */
  async run(): Promise<void> {
    const { untold } = this.presence;
    const ends = untold.list(this.sessions);
    for (let from = 0; from < ends.length; from += BATCH) {
      await this.giveAccount(ends.slice(from, from + BATCH).map(ended));
    }
    const sessions = [...this.sessions];
    for (let from = 0; from < sessions.length; from += BATCH) {
      // As they are now: some have ended while dm took the others, and have told so.
      const held = sessions.slice(from, from + BATCH).filter(({ state }) => state === 'online');
      if (held.length > 0) await this.giveAccount(held.map((session) => this.online(session)));
    }
    untold.accounted(ends);
  }

  private online(session: Session): SessionAccount {
    const { productID, deviceName, onlineSinceMs, via } = session;
    const gateway = via && { productID: via.productID, deviceName: via.deviceName, place: this.presence.placeOf(via) };
    const place = this.presence.placeOf(session);
    return { productID, deviceName, onlineSinceMs, isOnline: true, place, ...(gateway && { via: gateway }) };
  }

  private soon(): void {
    if (!this.subscription) return;
    this.run().catch((error: unknown) => this.log.warn({ err: error }, 'dm.rpc did not take who is online here'));
  }
}
