import type { Environment } from '@alink/runtime';

/** Everything outside the program: the process in `main.ts`, a recorder in specs. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Environment;
  /** From this call on, Ctrl-C aborts the signal instead of ending the process. */
  readonly onInterrupt: () => AbortSignal;
  /** Text of a file; `-` is standard input. */
  readonly readText: (path: string) => Promise<string>;
  /** Unix milliseconds. */
  readonly now: () => number;
}
