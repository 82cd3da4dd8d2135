import type { Logger } from './logger';

/** Something that is stopped once. */
export interface StoppablePart {
  readonly name: string;
  stop(): Promise<void>;
  /** Milliseconds that its stop may take before the next part's turn (default 10 s). */
  readonly stopTimeoutMs?: number;
}

/** Something that is started once and stopped once. */
export interface Part extends StoppablePart {
  start(): Promise<unknown>;
}

export interface Running {
  /** Stops everything in reverse order; idempotent, never rejects: what goes wrong is logged. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts the parts one after the other.
 * @throws {Error} when a part does not start: what already ran has been stopped; the message names the part, the
 *   cause is its error
 */
export const startAll = async (parts: readonly Part[], log: Logger): Promise<Running> => {
  const started: Part[] = [];
  for (const part of parts) {
    try {
      await part.start();
      started.push(part);
      log.debug({ part: part.name }, 'started');
    } catch (error) {
      await stopAll(started, log);
      throw new Error(`${part.name} did not start: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
  let stopping: Promise<void> | undefined;
  return { stop: () => (stopping ??= stopAll(started, log)) };
};

/** Stops them, the last one first; what goes wrong is logged. */
export const stopAll = async (started: readonly StoppablePart[], log: Logger): Promise<void> => {
  for (const part of [...started].reverse()) {
    try {
      await within(part.stop(), part.stopTimeoutMs ?? STOP_TIMEOUT_MS);
      log.debug({ part: part.name }, 'stopped');
    } catch (error) {
      log.error({ part: part.name, err: error }, 'did not stop cleanly');
    }
  }
};

/** The promise's outcome, or a rejection after so many milliseconds. */
const within = async (promise: Promise<void>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${ms} ms`)), ms);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
