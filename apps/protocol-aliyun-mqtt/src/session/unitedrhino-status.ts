/**
 * Beginnings and ends of sessions for unitedrhino's dm: its own members alone, and its words. It orders them by their
 * times, so nodes order their sessions of one device by the same: several nodes need clocks that agree (NTP).
 */
import { randomInt } from 'node:crypto';
import { encodeEnvelope, subjects, type StatusChange } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import type { Epoch } from './epoch';
import { isTakeOver } from './session';
import type { StatusTeller } from './status-teller';

/** Its dm takes every end for the device's, but for one of this reason: the device has a later session. */
const TAKEN_OVER = 'takenover';
/** Places in a millisecond, drawn by lot: two nodes take two logins of one millisecond for two. */
const LOTS = 1000;

export class UnitedrhinoStatus implements StatusTeller {
  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  async tell(status: StatusChange, id: string): Promise<Epoch> {
    const { username, timestamp, addr, clientID, action, productID, deviceName } = status;
    const reason = isTakeOver(status.reason) ? TAKEN_OVER : status.reason;
    const told: StatusChange = { username, timestamp, addr, clientID, reason, action, productID, deviceName };
    const subject = action === 'connected' ? subjects.connected : subjects.disconnected;
    await this.bus.publishHeard(subject, encodeEnvelope(JSON.stringify(told), this.clock.now()), id);
    return { stream: 0, sequence: timestamp * LOTS + randomInt(LOTS) };
  }
}
