/**
 * What a device asks that its message alone does not answer: somebody who holds the state does. One kind of question is
 * one member here; the kinds in `kinds/` make it, whoever answers it gives a {@link Reply}.
 */
import type { Json } from '@alink/thing-model';

/** A tag of a device ("Alibaba Cloud IoT documentation, 'Device tags'"). */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

export type Question =
  /** What time is it? Answered by whoever has a clock, with {@link TimeAnswer}. */
  | { readonly kind: 'time' }
  | { readonly kind: 'tags.update'; readonly tags: readonly Tag[] }
  /** Answered with the tags that exist, as `Tag[]`. */
  | { readonly kind: 'tags.get'; readonly keys: readonly string[] }
  | { readonly kind: 'tags.delete'; readonly keys: readonly string[] };

export type QuestionKind = Question['kind'];

/** Data of the reply to `time`, in Unix milliseconds. */
export interface TimeAnswer {
  /** When the question arrived. */
  readonly receivedAt: number;
  /** When the answer leaves. */
  readonly sentAt: number;
}

/** What is answered to a question. */
export interface Reply {
  /** 200, or the Alink code that says why not. */
  readonly code: number;
  /** The code's own words where absent. */
  readonly message?: string;
  readonly data?: Json;
}
