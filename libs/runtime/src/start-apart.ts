import { stopAll, type Running, type StoppablePart } from './lifecycle';
import type { Logger } from './logger';
import { untilAvailable } from './until-available';

/** What an app uses that runs elsewhere: databases, brokers, registries. */
export interface Outside {
  /** Milliseconds that the start waits for each. */
  readonly timeoutMs: number;
  /**
   * Tries until it succeeds, so that the app may start before its neighbours.
   * @param what in words, for the log and the error: `PostgreSQL`
   * @throws {StartError} in one line, after `timeoutMs`
   */
  available<T>(what: string, attempt: () => Promise<T>): Promise<T>;
  /** Is closed when the app has stopped, or its start fails: the last one first. */
  own<T extends { close(): Promise<void> }>(what: string, resource: T): T;
}

export interface ApartOptions {
  readonly config: { readonly STARTUP_TIMEOUT_S: number };
  readonly log: Logger;
  /** Ends the waiting early. */
  readonly signal: AbortSignal;
}

/**
 * Starts an app as a process of its own, on parts that run elsewhere.
 * @throws what `start` throws; what it owned is closed again
 */
export const startApart = async (
  { config, log, signal }: ApartOptions,
  start: (outside: Outside) => Promise<Running>,
): Promise<Running> => {
  const timeoutMs = config.STARTUP_TIMEOUT_S * 1000;
  const owned: StoppablePart[] = [];
  const outside: Outside = {
    timeoutMs,
    available: (what, attempt) => untilAvailable(what, attempt, { timeoutMs, log, signal }),
    own: (name, resource) => {
      owned.push({ name, stop: () => resource.close() });
      return resource;
    },
  };
  try {
    const app = await start(outside);
    return {
      stop: async () => {
        await app.stop();
        await stopAll(owned, log);
      },
    };
  } catch (error) {
    await stopAll(owned, log);
    throw error;
  }
};
