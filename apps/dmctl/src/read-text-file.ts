import { CliError, ExitCode } from './exit-code';
import type { Io } from './io';

/** Text of a file that the command line names. @throws {CliError} when it cannot be read */
export const readTextFile = async (io: Io, file: string): Promise<string> => {
  try {
    return await io.readText(file);
  } catch (error) {
    throw new CliError(ExitCode.usage, `cannot read ${file}: ${(error as Error).message}`);
  }
};
