/** How a domain answers what devices ask: a table of kinds in its `request.ts`. */
import type { Question, QuestionKind, Reply } from '@alink/alink';
import type { DeviceCore } from '../device-core';
import type { Shape } from '../wire/shape';

/** A question, and who asks it. */
export interface Asked<Q extends Question = Question> {
  readonly device: DeviceCore;
  readonly question: Q;
}

/** Answers questions of one kind. */
export interface Answerer<Q extends Question> {
  /** What a question must have; one that has not is answered with 460. */
  readonly needs: Shape;
  /** What is answered where it fails; absent: 500. */
  readonly failed?: Reply;
  /** Many at once, each of another device; the replies are in the order of the questions. */
  answer(asked: readonly Asked<Q>[]): Promise<readonly Reply[]>;
}

/** What is answered to a device that there is not, or no more. */
export const NO_DEVICE: Reply = { code: 6100 };
/** What is answered to a device that an operator has disabled. */
export const DISABLED: Reply = { code: 6204 };

export type Answerers = { readonly [K in QuestionKind]?: Answerer<Extract<Question, { readonly kind: K }>> };
