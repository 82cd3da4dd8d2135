/** Where it is told that sessions begin and end, and what orders the sessions of a device. */
import { encodeEnvelope, subjects, type StatusChange } from '@alink/contract';
import type { Bus } from '@alink/bus';
import { Turns, type Clock } from '@alink/runtime';
import type { Epoch } from './epoch';
import type { Session } from './session';

export interface StatusTeller {
  /**
   * Whether the end of a gateway device's session is taken for that of the sub-devices that went through it; else each is
   * told by itself, before that of the gateway device.
   */
  readonly takesFollowers: boolean;
  /** Whether sessions stand in the order in which they are told; else in that in which they began. */
  readonly ordersAsTold: boolean;

  /**
   * Resolves once it is known to have been taken.
   * @param id the same at every try: what is told twice counts once, where that can be
   * @param session that has begun or ended
   * @returns its place among all that was told
   */
  tell(status: StatusChange, id: string, session: Session): Promise<Epoch>;
}

/** Where our dm takes it from, and where others hear it. */
const subjectsOf = ({ action }: StatusChange) =>
  action === 'connected'
    ? { kept: subjects.sessionBegan, told: subjects.connected }
    : { kept: subjects.sessionEnded, told: subjects.disconnected };

/**
 * Messages that wait for the stream at once: a gateway device may bring thousands of devices in one turn, and what devices report
 * needs room there as well.
 */
const AT_ONCE = 1000;

/** To our dm, by the stream: the order is the stream's, not that of any clock. Whoever else listens hears a copy. */
export class StreamStatus implements StatusTeller {
  readonly takesFollowers = true;
  readonly ordersAsTold = true;
  private readonly turns = new Turns({ atOnce: AT_ONCE });

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  async tell(status: StatusChange, id: string): Promise<Epoch> {
    const { kept, told } = subjectsOf(status);
    const data = JSON.stringify(status);
    const publish = () => this.bus.publishKept(kept, encodeEnvelope(data, this.clock.now()), id);
    const sequence = await this.turns.take(publish);
    this.bus.publish(told, encodeEnvelope(data, this.clock.now(), { kept: true }));
    return { stream: await this.bus.streamCreatedMs(), sequence };
  }
}
