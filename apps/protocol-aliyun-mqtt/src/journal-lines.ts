/**
 * Lines for the logs of devices, on their way to dm. What is told of an outage of the stream could not be read during it: so
 * a line that was not kept goes out again once lines are kept.
 */
import { randomUUID } from 'node:crypto';
import { encodeEnvelope, subjects, type HubLogEntry } from '@alink/contract';
import type { Bus } from '@alink/bus';
import { Turns, type Logger } from '@alink/runtime';

/** Lines that wait; later ones are lost, since the first ones of an outage say what it is. */
const MAX_WAITING = 1000;
/**
 * Lines that the stream has to keep at once, and lines that wait for their turn: with a gateway device thousands of devices come
 * and go in one turn, and what devices report needs room in the stream as well.
 */
const TURNS = { atOnce: 1000, maxWaiting: 50_000 };
const RETRY_MS = 5000;

interface Line {
  readonly text: string;
  /** The stream keeps it once, though it may be sent twice. */
  readonly id: string;
}

export class JournalLines {
  private readonly turns = new Turns(TURNS);
  private readonly waiting: Line[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isTrying = false;

  constructor(
    private readonly bus: Pick<Bus, 'publishKept'>,
    private readonly log: Logger,
  ) {}

  send(entry: HubLogEntry): void {
    const line = { text: encodeEnvelope(JSON.stringify(entry), entry.timestamp), id: randomUUID() };
    if (this.turns.isFull) return this.keepForLater(line, new Error('too many lines wait for the stream'));
    this.turns.take(() => this.publish(line)).catch((error: unknown) => this.keepForLater(line, error));
  }

  private async publish({ text, id }: Line): Promise<void> {
    await this.bus.publishKept(subjects.hubLog, text, id);
  }

  private keepForLater(line: Line, error: unknown): void {
    const hasRoom = this.waiting.length < MAX_WAITING;
    this.log.debug({ err: error }, `a line of a device log was not kept, and ${hasRoom ? 'waits' : 'is lost'}`);
    if (hasRoom) this.waiting.push(line);
    this.timer ??= setInterval(() => void this.retry(), RETRY_MS).unref();
  }

  /** Sends what waits, oldest first, until one is not kept. */
  private async retry(): Promise<void> {
    if (this.isTrying) return;
    this.isTrying = true;
    try {
      for (let line = this.waiting[0]; line; line = this.waiting[0]) {
        await this.publish(line);
        this.waiting.shift();
      }
      clearInterval(this.timer);
      this.timer = undefined;
    } catch {
      // Later, then.
    } finally {
      this.isTrying = false;
    }
  }
}
