/**
 * Gathers what one turn of the event loop has to send. The NATS client writes to its socket after every callback: with
 * hundreds of devices a turn, that would be hundreds of system calls where one does.
 */
export class Outbox {
  private readonly sends: (() => void)[] = [];
  private planned: NodeJS.Immediate | undefined;

  /** Sends at the end of this turn, in the order of the calls. `send` must not throw. */
  add(send: () => void): void {
    this.sends.push(send);
    this.planned ??= setImmediate(() => this.drain());
  }

  /** Sends what waits, now. */
  drain(): void {
    clearImmediate(this.planned);
    this.planned = undefined;
    for (const send of this.sends.splice(0)) send();
  }
}
