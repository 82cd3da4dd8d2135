/** Ends JavaScript that does not end by itself. */
import { createContext, Script } from 'node:vm';

const context: { run?: () => void } = createContext({});
const call = new Script('run()');

/**
 * Runs a function to its end, or stops it, in the middle of a loop or a regular expression, after `milliseconds`.
 * @returns whether it came to its end
 * @throws what the function throws
 */
export const endsWithin = (milliseconds: number, run: () => void): boolean => {
  context.run = run;
  try {
    call.runInContext(context, { timeout: milliseconds });
    return true;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  }
};
