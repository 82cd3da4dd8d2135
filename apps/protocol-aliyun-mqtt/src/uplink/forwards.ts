/**
 * Custom messages that go on to other devices, where a rule of the product says so. It happens once they are kept, at most
 * once, and whoever looks after the sender reads of what did not arrive. What a device is sent is no message of its own: a
 * rule makes no loop by itself, and two devices that answer each other's messages do so no faster than each may publish.
 */
import { forwardOf, type Forwarded } from '@alink/alink';
import type { Bus } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import type { DeviceTopic } from '@alink/topic';
import type { Forward, ProductEntry } from '../directory/records';
import { deliverElsewhere } from '../downlink/deliver-elsewhere';
import type { Session } from '../session/session';
import type { UplinkNotes } from './notes';

/** Messages that may be on their way to other nodes at once. */
const MAX_UNDER_WAY = 1000;

export interface ForwardsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly notes: UplinkNotes;
}

export class Forwards {
  private underWay = 0;

  constructor(private readonly options: ForwardsOptions) {}

  /** A message of a device is kept. Nobody waits for what becomes of it elsewhere. */
  take(session: Session, { forwards = [] }: ProductEntry, { scope, path, rrpcId }: DeviceTopic, payload: Buffer): void {
    if (scope !== 'custom' || rrpcId !== undefined) return;
    for (const rule of forwards) {
      const forwarded = forwardOf(rule, session, path);
      if (forwarded) void this.send(session, rule, forwarded, payload);
    }
  }

  private async send(session: Session, rule: Forward, to: Forwarded, body: Buffer): Promise<void> {
    const { bus, clock, notes } = this.options;
    const { topic, deviceName } = to;
    if (this.underWay >= MAX_UNDER_WAY) {
      return notes.dropped(session, topic, 429, 'too many messages are on their way to other devices', 'send fewer');
    }
    this.underWay += 1;
    const target = { productID: rule.targetProductID, deviceName };
    const explain = `forwarded from ${session.productKey}/${session.deviceName}`;
    const failure = await deliverElsewhere({ bus, clock }, { ...target, topic, body, explain });
    this.underWay -= 1;
    if (failure) notes.notForwarded(session, topic, failure);
  }
}
