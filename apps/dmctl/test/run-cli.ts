import { appendText, createFile, createFolder, createPrivateFile, listFolder, readFile } from '../src/files';
import { runDmctl } from '../src/program';
import type { Io } from '../src/io';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The time that commands see, in unix milliseconds. */
export const NOW = 1_778_593_700_000;

/** Runs a command line inside this process. */
export const runCli = async (args: readonly string[], over: Partial<Io> = {}): Promise<Ran> => {
  const written = { stdout: '', stderr: '' };
  const code = await runDmctl(args, {
    stdout: (text) => (written.stdout += text),
    stderr: (text) => (written.stderr += text),
    env: {},
    onInterrupt: () => new AbortController().signal,
    readFile,
    listFolder,
    appendText,
    createFile,
    createFolder,
    createPrivateFile,
    terminalColumns: () => undefined,
    now: () => NOW,
    ...over,
  });
  return { code, ...written };
};
