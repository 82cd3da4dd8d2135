/** Bytes that a command line sends, and bytes that it shows. */
import { CliError, ExitCode } from './exit-code';
import type { Io } from './io';
import { readBytes } from './read-text-file';

/** What is to be sent: the text, or the bytes of a file. @throws {CliError} where both are given */
export const payloadOf = async (io: Io, text: string | undefined, file: string | undefined): Promise<Buffer> => {
  if (file === undefined) return Buffer.from(text ?? '');
  if (text !== undefined) throw new CliError(ExitCode.usage, 'give the payload, or --file, not both');
  return Buffer.from(await readBytes(io, file));
};

/** Bytes as text; undefined where they are none. */
export const textOfBytes = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
