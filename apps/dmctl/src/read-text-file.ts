import { decodeText, TextError } from '@alink/text';
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

/**
 * Text of bytes.
 * @param file where they come from, for people
 * @param instead what to do where they are a workbook: what to export in its place
 * @throws {CliError} when they are no text
 */
export const textOf = (file: string, bytes: Uint8Array, instead?: string): string => {
  try {
    return decodeText(bytes);
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    throw new CliError(ExitCode.usage, `cannot use ${file}: it ${error.message}`, {
      hint: error.isWorkbook ? instead : undefined,
    });
  }
};

/** Text of a file that the command line names. @throws {CliError} when it cannot be read, or is no text */
export const readTextFile = async (io: Io, file: string, instead?: string): Promise<string> =>
  textOf(file, await readBytes(io, file), instead);
