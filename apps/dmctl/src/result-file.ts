import type { ResultStore } from '@alink/operator/devices';
import { CliError, ExitCode } from './exit-code';
import type { Io } from './io';

const NOTHING = new Uint8Array();

/** A file of results; it comes into being with the first of them. */
export const resultFile = (io: Io, path: string): ResultStore => ({
  name: path,
  read: () =>
    io.readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return NOTHING;
      throw new CliError(ExitCode.usage, `cannot read ${path}: ${error.message}`);
    }),
  append: (text) =>
    io.appendText(path, text).catch((error: Error) => {
      throw new CliError(ExitCode.usage, `cannot write ${path}: ${error.message}`);
    }),
});
