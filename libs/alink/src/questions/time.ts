/** What time is it? Answered by whoever has a clock, with {@link TimeAnswer}. */
export interface TimeQuestion {
  readonly kind: 'time';
}

/** Data of the reply to `time`, in Unix milliseconds. */
export interface TimeAnswer {
  /** When the question arrived. */
  readonly receivedAt: number;
  /** When the answer leaves. */
  readonly sentAt: number;
}
