/**
 * Whether the server still answers. A server that hangs keeps its connections: the client notices only minutes later, and
 * what it is asked meanwhile looks like a question that nobody has answered.
 */
import type { NatsConnection } from 'nats';

export class Pulse {
  private beat: Promise<void> | undefined;
  /** Milliseconds of the monotonic clock at which the ping was sent that was answered last. */
  private answered = -Infinity;

  constructor(private readonly connection: Pick<NatsConnection, 'flush'>) {}

  /** Sends a ping, unless one is under way. */
  feel(): void {
    if (this.beat) return;
    const sentAt = performance.now();
    this.beat = this.connection
      .flush()
      .then(() => void (this.answered = sentAt))
      // The connection is closed: nothing is answered any more.
      .catch(() => undefined)
      .finally(() => (this.beat = undefined));
  }

  /** Whether a ping was answered that was sent at that moment of the monotonic clock or later. */
  hasBeatSince(moment: number): boolean {
    return this.answered >= moment;
  }
}
