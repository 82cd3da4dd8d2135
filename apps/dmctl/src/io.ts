import type { Writable } from 'node:stream';
import type { Environment } from '@alink/runtime';

/** Everything outside the program: the process in `main.ts`, a recorder in specs. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Environment;
  /** From this call on, Ctrl-C aborts the signal instead of ending the process. */
  readonly onInterrupt: () => AbortSignal;
  /** Bytes of a file; `-` is standard input. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** The files of a folder and of those in it, by their paths from there; undefined where it is a file. Hidden ones are none. */
  readonly listFolder: (path: string) => Promise<string[] | undefined>;
  /** Creates a file with these bytes. Fails when it exists. */
  readonly createFile: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Adds to a file, which comes into being, readable by its owner alone, where there is none. */
  readonly appendText: (path: string, text: string) => Promise<void>;
  /** Creates a folder. Fails when it exists. */
  readonly createFolder: (path: string) => Promise<void>;
  /** Creates a file that its owner alone may read. Fails when it exists. */
  readonly createPrivateFile: (path: string) => Promise<PrivateFile>;
  /** Columns of the terminal that standard error is; undefined where it is none. */
  readonly terminalColumns: () => number | undefined;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** A new file for secrets. */
export interface PrivateFile {
  readonly stream: Writable;
  /** Removes it: there was nothing to write. */
  readonly discard: () => Promise<void>;
}
