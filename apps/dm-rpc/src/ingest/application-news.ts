/** Tells applications of devices, after it is kept. */
import type { Bus } from '@alink/bus';
import { encodeEnvelope, type ApplicationMessage } from '@alink/contract';

export class ApplicationNews {
  constructor(
    private readonly bus: Bus,
    /** Unix milliseconds. */
    private readonly now: () => number,
  ) {}

  tell(messages: readonly ApplicationMessage[]): void {
    for (const { subject, data } of messages) this.bus.publish(subject, encodeEnvelope(data, this.now()));
  }
}
