import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from './patience';

/**
 * Calls `check` again and again until it neither throws nor rejects, and gives what it returned. After `timeoutMs`
 * (default {@link PATIENCE_MS}) it throws what `check` threw last. Use it where something happens soon, but nobody says when.
 */
export const eventually = async <T>(
  check: () => T | Promise<T>,
  { timeoutMs = PATIENCE_MS, intervalMs = 20 }: { timeoutMs?: number; intervalMs?: number } = {},
): Promise<T> => {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(intervalMs);
    }
  }
};
