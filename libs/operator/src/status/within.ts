/** Milliseconds that anything asked for the status has to answer: a tool for outages does not hang with what hangs. */
export const LOOK_MS = 2000;

/** @throws {Error} when there is no answer in time */
export const within = async <T>(promise: Promise<T>, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer of ${what} within ${LOOK_MS / 1000} s`)), LOOK_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
