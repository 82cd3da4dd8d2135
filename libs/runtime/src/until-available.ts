import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger';
import { StartError } from './start-error';

export interface UntilAvailableOptions {
  /** Milliseconds after which it gives up. */
  readonly timeoutMs: number;
  readonly log: Logger;
  /** Ends the waiting early: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Milliseconds between two tries. */
const PAUSE_MS = 500;

const NO_ANSWER = new Error('no answer');

/**
 * Tries until what an app needs is there, so that it may start before its neighbours do. Why it is not there is logged
 * whenever that changes.
 * @param what in words, for the log and the error: `PostgreSQL`
 * @throws {StartError} with the last try's words, when `timeoutMs` have passed; the try's own, at once, when it is one
 */
export const untilAvailable = async <T>(
  what: string,
  attempt: () => Promise<T>,
  { timeoutMs, log, signal }: UntilAvailableOptions,
): Promise<T> => {
  const end = performance.now() + timeoutMs;
  let told = '';
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await giveUpAt(end, attempt(), signal);
    } catch (error) {
      signal?.throwIfAborted();
      // Waiting does not mend a file that cannot be read.
      if (error instanceof StartError) throw error;
      // A try that time cut short knows less than the one before it.
      const words = error === NO_ANSWER && told ? told : firstLine(error);
      if (performance.now() + PAUSE_MS > end) {
        const seconds = Math.round(timeoutMs / 1000);
        throw new StartError(`${what} was not available within ${seconds} s: ${words}`, { cause: error });
      }
      if (words !== told) log.warn({ err: error, what }, 'not available yet, trying again');
      told = words;
    }
    await sleep(PAUSE_MS, undefined, { signal });
  }
};

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/** The promise's outcome, or a rejection when the time or the signal comes first. */
const giveUpAt = async <T>(end: number, promise: Promise<T>, signal?: AbortSignal): Promise<T> => {
  const done = new AbortController();
  const ended = signal ? AbortSignal.any([done.signal, signal]) : done.signal;
  const late = sleep(Math.max(0, end - performance.now()), undefined, { signal: ended }).then(() => {
    throw NO_ANSWER;
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    done.abort();
  }
};
