/** Why a session is ended: for people, and for the gateway device of a sub-device. */
import type { SessionErrorCode } from '@alink/alink';

/** Why a session is ended. */
export interface EndCause {
  /** For people. */
  readonly text: string;
  /** What the gateway device of a sub-device is told; absent: nothing. */
  readonly code?: SessionErrorCode;
}

const TAKEN_OVER = 'taken over: ';

/** Why a session ends whose device has a later one. */
export const takeOver = (by: string): EndCause => ({ text: `${TAKEN_OVER}${by}`, code: 427 });

/** Whether a session ended for that reason. */
export const isTakeOver = (reason: string): boolean => reason.startsWith(TAKEN_OVER);
