import type { Clock } from '@alink/runtime';

/** Milliseconds since the process began. Nobody sets it, so that no limit is lifted or prolonged with the time of day. */
export const monotonicClock: Clock = { now: () => performance.now() };
