/** Where the time comes from; tests give their own. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Milliseconds since the process began. Nobody sets it, so that no limit is lifted or prolonged with the time of day. */
export const monotonicClock: Clock = { now: () => performance.now() };
