/** Where it is told that sessions begin and end, and what orders the sessions of a device. */
import { encodeEnvelope, subjects, type StatusChange } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import type { Epoch } from './epoch';
import type { Session } from './session';

export interface StatusTeller {
  /**
   * Resolves once it is known to have been taken.
   * @param id the same at every try: what is told twice counts once, where that can be
   * @param session that has begun or ended
   * @returns its place among all that was told
   */
  tell(status: StatusChange, id: string, session: Session): Promise<Epoch>;
}

const subjectOf = ({ action }: StatusChange): string =>
  action === 'connected' ? subjects.connected : subjects.disconnected;

/** To our dm, by the stream: the order is the stream's, not that of any clock. */
export class StreamStatus implements StatusTeller {
  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  async tell(status: StatusChange, id: string): Promise<Epoch> {
    const message = encodeEnvelope(JSON.stringify(status), this.clock.now());
    const sequence = await this.bus.publishKept(subjectOf(status), message, id);
    return { stream: await this.bus.streamCreatedMs(), sequence };
  }
}
