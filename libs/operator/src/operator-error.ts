/** Who can do something about a failure. */
export type FailureKind =
  /** The platform or the device said no. */
  | 'refused'
  /** What was given cannot be used: an option, a field, a file, a setting. */
  | 'unusable'
  /** A service did not answer. */
  | 'unreachable';

/** A failure in words for people: one line, those of what there are several, and another one with what to do. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly details: {
      /** What the message sums up, one line each: a line break in one is foreign text, and no line. */
      readonly lines?: readonly string[];
      /** What to do about it. */
      readonly hint?: string;
      /** Code of the platform or the device. */
      readonly code?: number;
    } = {},
  ) {
    super(message);
  }
}
