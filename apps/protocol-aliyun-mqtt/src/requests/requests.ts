/**
 * Who answers what the node cannot read out of a message: itself, the dm behind it, or both together for what gateway devices
 * ask about their sub-devices.
 */
import type { Question, Reply } from '@alink/alink';
import type { Logger } from '@alink/runtime';
import { NotServedByDm } from '../directory/records';
import type { Session } from '../session/session';

/** The device that asks. */
export interface Asker {
  readonly productID: string;
  readonly deviceName: string;
}

/** Answers questions of some kind. */
export interface Answerer {
  /** Rejects when nobody could be asked. */
  ask(question: Question, of: Asker): Promise<Reply>;
}

/** A reply, with what is to be done once it is written to the device. */
export interface Answered extends Reply {
  readonly written?: () => void;
}

/** Answers what only the session says that asks. */
export interface SessionAnswerer {
  knows(question: Question): boolean;
  ask(question: Question, of: Session): Promise<Answered>;
}

export interface RequestsOptions {
  readonly local: Answerer & { knows(question: Question): boolean };
  /** What gateway devices ask about their sub-devices. */
  readonly gateways: SessionAnswerer;
  /** Our dm, or unitedrhino's. */
  readonly dm: Answerer;
  /** Whether a device may ask that now; it counts. */
  readonly rate: { admits(question: Question, of: Asker): boolean };
  readonly log: Logger;
}

/** "service error" ("Alibaba Cloud IoT documentation, 'Error codes for devices'"). */
const UNAVAILABLE: Reply = { code: 500 };
/** "topic or method outside Alink" (the same): whoever asks need not ask again. */
const NOT_SERVED = 6831;
/** "too many requests" (the same). */
const TOO_MANY: Reply = { code: 429 };

export class Requests {
  constructor(private readonly options: RequestsOptions) {}

  /** Never rejects: a device whose question nobody can answer is told so. */
  async ask(question: Question, of: Session): Promise<Answered> {
    if (!this.options.rate.admits(question, of)) return TOO_MANY;
    try {
      return await this.answererOf(question).ask(question, of);
    } catch (error) {
      if (error instanceof NotServedByDm) return { code: NOT_SERVED, message: error.message };
      const { productID, deviceName } = of;
      this.options.log.warn({ err: error, productID, deviceName, kind: question.kind }, 'a question was not answered');
      return UNAVAILABLE;
    }
  }

  private answererOf(question: Question): Answerer | SessionAnswerer {
    const { local, gateways, dm } = this.options;
    return [local, gateways].find((one) => one.knows(question)) ?? dm;
  }
}
