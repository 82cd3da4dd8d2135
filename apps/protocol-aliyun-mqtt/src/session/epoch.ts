/** The order of sessions: a device's later session is that whose beginning stands later in the stream. */

/** When a session began: position of its `connected` message in the stream. */
export interface Epoch {
  /** When that stream was made, unix milliseconds: one that is made anew counts from 1 again. */
  readonly stream: number;
  readonly sequence: number;
}

export const isLater = (one: Epoch, other: Epoch): boolean =>
  one.stream === other.stream ? one.sequence > other.sequence : one.stream > other.stream;
