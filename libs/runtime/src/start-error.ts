/**
 * A start that failed for a reason the operator can mend. The message is one line that says all there is to say, so
 * `runMain` prints it without a stack.
 */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}

/** The first StartError in the chain of causes, if there is one. */
export const findStartError = (thrown: unknown): StartError | undefined => {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (error instanceof StartError) return error;
  }
  return undefined;
};

/**
 * What to throw when a server could not listen: for a port that is taken or forbidden, a {@link StartError} that names
 * the port and the variable that moves it; any other error as it is.
 */
export const portTaken = (error: unknown, port: number, variable: string): unknown => {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const says = (name: string) => code === name || String(message).includes(name);
  if (says('EADDRINUSE')) {
    return new StartError(`port ${port} is already in use; set ${variable} to a free one`, { cause: error });
  }
  if (says('EACCES')) {
    return new StartError(`port ${port} may not be opened by this user; set ${variable} to one above 1023`, {
      cause: error,
    });
  }
  return error;
};
