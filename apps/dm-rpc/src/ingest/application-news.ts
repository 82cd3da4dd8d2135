/**
 * Tells applications of devices, after it is kept. The platform itself tells them: unitedrhino's services take the tenant of
 * a message from its user context.
 */
import type { Bus } from '@alink/bus';
import { encodeEnvelope, type ApplicationMessage } from '@alink/contract';
import { ROOT_USER } from '@alink/rpc';

export class ApplicationNews {
  constructor(
    private readonly bus: Bus,
    /** Unix milliseconds. */
    private readonly now: () => number,
  ) {}

  tell(messages: readonly ApplicationMessage[]): void {
    for (const { subject, data } of messages) {
      this.bus.publish(subject, encodeEnvelope(data, this.now(), { user: ROOT_USER }));
    }
  }
}
