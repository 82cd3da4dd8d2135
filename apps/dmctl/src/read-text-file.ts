import { textOf } from '@alink/operator/words';
import { CliError, ExitCode } from './exit-code';
import type { Io } from './io';

/** Bytes of a file that the command line names. @throws {CliError} when it cannot be read */
export const readBytes = async (io: Io, file: string): Promise<Uint8Array> => {
  try {
    return await io.readFile(file);
  } catch (error) {
    throw new CliError(ExitCode.usage, `cannot read ${file}: ${(error as Error).message}`);
  }
};

/** Text of a file that the command line names. @throws {OperatorError} when it cannot be read, or is no text */
export const readTextFile = async (io: Io, file: string, instead?: string): Promise<string> =>
  textOf(file, await readBytes(io, file), instead);
