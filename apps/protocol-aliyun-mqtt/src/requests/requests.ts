/** Who answers what the node cannot read out of a message: itself, or the dm behind it. */
import type { Question, Reply } from '@alink/alink';
import type { Logger } from '@alink/runtime';
import { NotServedByDm } from '../directory/records';

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

export interface RequestsOptions {
  readonly local: Answerer & { knows(question: Question): boolean };
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

export class Requests implements Answerer {
  constructor(private readonly options: RequestsOptions) {}

  /** Never rejects: a device whose question nobody can answer is told so. */
  async ask(question: Question, of: Asker): Promise<Reply> {
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

  private answererOf(question: Question): Answerer {
    const { local, dm } = this.options;
    return local.knows(question) ? local : dm;
  }
}
