/** Calls at once: enough to hide the way there and back, few enough to leave the platform to others. */
const AT_ONCE = 16;

/** Works on items, a few at once, until there are no more or one throws; then nothing new is begun. @throws the first failure */
export const forEachAtOnce = async <T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> => {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done && !failed; next = queue.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
};

/** Devices that are sent together: what is told, and taken up again, in one step. */
const PART = 2000;

/** A list in parts. */
export const inParts = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / PART) }, (_, part) => items.slice(part * PART, (part + 1) * PART));
