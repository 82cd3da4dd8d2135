/**
 * Whether the server still answers. A server that hangs keeps its connections: the client notices only minutes later, and
 * what it is asked meanwhile looks like a question that nobody has answered.
 */
import type { NatsConnection } from 'nats';

export class Pulse {
  private isUnderWay = false;
  /** Whether somebody wants to know of a moment after the ping that is under way was sent. */
  private isWantedAgain = false;
  /** Milliseconds of the monotonic clock at which the ping was sent that was answered last. */
  private answered = -Infinity;

  constructor(private readonly connection: Pick<NatsConnection, 'flush'>) {}

  /** Sends a ping; while one is under way, the next follows it. */
  feel(): void {
    if (this.isUnderWay) {
      this.isWantedAgain = true;
      return;
    }
    this.isUnderWay = true;
    const sentAt = performance.now();
    this.connection
      .flush()
      .then(() => void (this.answered = sentAt))
      // The connection is closed: nothing is answered any more.
      .catch(() => undefined)
      .finally(() => {
        this.isUnderWay = false;
        if (!this.isWantedAgain) return;
        this.isWantedAgain = false;
        this.feel();
      });
  }

  /** Whether a ping was answered that was sent at that moment of the monotonic clock or later. */
  hasBeatSince(moment: number): boolean {
    return this.answered >= moment;
  }
}
