/** What a device says: message after message, each when it is due, and again where the connection was lost under it. */
import { Agenda, type Due, type Stream } from '../messages/agenda';
import { compose, type Message, type Speaker } from '../messages/compose';
import type { Outgoing } from './port';
import type { Reply } from './reply';
import type { Tally } from './tally';
import { UnderWay, type Pending } from './under-way';

export interface SpeechOptions {
  readonly speaker: Speaker;
  readonly streams: readonly Stream[];
  /** See {@link Agenda}. */
  readonly jitter: number;
  /** Messages in all; without it there is no end. */
  readonly count?: number;
  /** Messages that may wait for their replies at once. */
  readonly window: number;
  /** Whether what came due while it could not speak is left out; else it is made up for. */
  readonly skipsMissed: boolean;
  /** Whether the server forgets its session with the connection. */
  readonly clean: boolean;
}

/** The time that a Link SDK for C 4.x waits for a reply. */
const REPLY_TIMEOUT_MS = 10_000;

export class Speech {
  private readonly agenda: Agenda;
  private readonly underWay = new UnderWay();
  private readonly again: Pending[] = [];
  private next: Due | undefined;
  private composed = 0;
  /** What the agenda counts from: when it spoke for the first time. */
  private begun: number | undefined;
  private stopped = false;

  constructor(
    private readonly options: SpeechOptions,
    private readonly publish: (message: Outgoing) => void,
    private readonly tally: Tally,
  ) {
    const { speaker, streams, jitter } = options;
    this.agenda = new Agenda({ streams, jitter, seed: speaker.seed, deviceName: speaker.device.deviceName });
    this.next = this.takeDue();
  }

  /** Whether it ever spoke. */
  get hasBegun(): boolean {
    return this.begun !== undefined;
  }

  /** Whether all is said that there was to say, and answered. */
  get isOver(): boolean {
    const hasEnd = this.stopped || this.options.count !== undefined;
    return hasEnd && !this.next && this.underWay.size === 0 && this.again.length === 0;
  }

  /** The device is online: what was lost with its connection is sent again. */
  begin(now: number): void {
    if (this.begun === undefined) this.begun = now;
    else if (this.options.skipsMissed)
      while (this.next && this.next.atMs < now - this.begun) this.next = this.takeDue();
    for (const { message, messageId } of this.again.splice(0)) {
      this.send(now, message, messageId, !this.options.clean);
      this.tally.sentAgain += 1;
    }
  }

  /** Says what is due. @returns whether it said anything */
  speak(now: number): boolean {
    this.tally.unanswered += this.underWay.takeBefore(now - REPLY_TIMEOUT_MS).length;
    let spoke = false;
    for (; this.canSpeak && this.next!.atMs <= now - this.begun!; this.next = this.takeDue()) {
      this.composed += 1;
      this.tally.sentOf(this.next!.kind);
      const message = compose(this.options.speaker, this.next!, this.composed);
      this.send(now, message, message.qos === 1 ? this.underWay.nextMessageId() : undefined, false);
      spoke = true;
    }
    return spoke;
  }

  /** When there is something to do again, if no reply comes before. */
  get dueAt(): number {
    const oldest = this.underWay.oldestSentAt;
    return Math.min(
      this.canSpeak ? this.begun! + this.next!.atMs : Infinity,
      oldest === undefined ? Infinity : oldest + REPLY_TIMEOUT_MS + 1,
    );
  }

  acknowledged(messageId: number): void {
    this.underWay.acknowledge(messageId);
  }

  /** A reply has come. */
  replied(now: number, { of, code, message }: Reply): void {
    const pending = 'id' in of ? this.underWay.take(of.id) : this.underWay.takeOldest(of.kind);
    if (pending) this.tally.answeredOf(pending.message.kind, code, message, now - pending.sentAt);
  }

  /** The connection is gone. */
  breakOff(): void {
    const { again, lost } = this.underWay.breakOff();
    this.again.push(...again);
    this.tally.unanswered += lost;
  }

  /** Nothing new is said. */
  stop(): void {
    this.stopped = true;
    this.next = undefined;
  }

  /** No reply is waited for any more. */
  giveUp(): void {
    this.stop();
    this.tally.unanswered += this.underWay.size + this.again.length;
    this.underWay.breakOff();
    this.again.length = 0;
  }

  private get canSpeak(): boolean {
    return this.next !== undefined && this.underWay.size < this.options.window;
  }

  private takeDue(): Due | undefined {
    const { count = Infinity } = this.options;
    // The one that is taken counts already.
    return this.stopped || this.composed >= count ? undefined : this.agenda.take();
  }

  private send(now: number, message: Message, messageId: number | undefined, again: boolean): void {
    const { topic, payload, id } = message;
    this.underWay.add(id, { message, sentAt: now, messageId, acknowledged: false });
    this.publish({ topic, payload, messageId, again });
  }
}
