/**
 * Beginnings and ends of sessions for unitedrhino's dm: its own members alone, and its words. It takes them in the order in
 * which they come, and every end for the device's own, so what a later session has overtaken must not be told as it was.
 * Nodes order their sessions of one device by their clocks, as that dm does: several nodes need clocks that agree (NTP).
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeEnvelope, subjects, type StatusChange } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import type { Epoch } from './epoch';
import { isTakeOver } from './end-cause';
import type { Session } from './session';
import type { SessionTable } from './session-table';
import type { StatusTeller } from './status-teller';

/** The reason of an end that leaves the device online: it has a later session. */
const TAKEN_OVER = 'takenover';
/**
 * Milliseconds for which an end is held back. Its dm works on an end and the next beginning at the same time: of a device
 * that is back at once, either may be the last that it writes.
 */
const HOLD_MS = 1000;
/** Places in a millisecond, drawn by lot: two nodes take two logins of one millisecond for two. */
const LOTS = 1000;

export class UnitedrhinoStatus implements StatusTeller {
  /**
   * Its dm takes those offline that are attached to a gateway device which goes, unless the product of that wants it otherwise;
   * and none where a gateway device is back at once, which was never away then, while its sub-devices have to log in again.
   */
  readonly takesFollowers = false;
  readonly ordersAsTold = false;

  private readonly begun = new WeakMap<Session, Epoch>();

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly sessions: Pick<SessionTable, 'get' | 'hasLaterLogin'>,
  ) {}

  async tell(status: StatusChange, id: string, session: Session): Promise<Epoch> {
    const epoch = this.epochOf(session, status.timestamp);
    await this.told[status.action](status, id, session, epoch);
    return epoch;
  }

  private readonly told = {
    connected: async (status: StatusChange, id: string, session: Session, epoch: Epoch): Promise<void> => {
      // Told after a later one, it would be the last word on a device that may have left since.
      if (session.state !== 'ended' || !this.hasLater(session, epoch)) await this.publish(status, id);
    },
    disconnected: async (status: StatusChange, id: string, session: Session, epoch: Epoch): Promise<void> => {
      if (!isTakeOver(status.reason)) await sleep(HOLD_MS);
      const isOvertaken = isTakeOver(status.reason) || this.hasLater(session, epoch);
      await this.publish(isOvertaken ? { ...status, reason: TAKEN_OVER } : status, id);
    },
  };

  /** @param beginning unix milliseconds */
  private epochOf(session: Session, beginning: number): Epoch {
    let epoch = this.begun.get(session);
    if (!epoch) this.begun.set(session, (epoch = { stream: 0, sequence: beginning * LOTS + randomInt(LOTS) }));
    return epoch;
  }

  private hasLater(session: Session, epoch: Epoch): boolean {
    const { productKey, deviceName } = session;
    const held = this.sessions.get(productKey, deviceName);
    return held ? held !== session : this.sessions.hasLaterLogin(productKey, deviceName, epoch);
  }

  private async publish(status: StatusChange, id: string): Promise<void> {
    const { username, timestamp, addr, clientID, reason, action, productID, deviceName } = status;
    const told: StatusChange = { username, timestamp, addr, clientID, reason, action, productID, deviceName };
    const subject = action === 'connected' ? subjects.connected : subjects.disconnected;
    await this.bus.publishHeard(subject, encodeEnvelope(JSON.stringify(told), this.clock.now()), id);
  }
}
