import { parseTriples, type TripleColumn, type TripleLine } from '@alink/operator/devices';
import { CliError, ExitCode } from './exit-code';
import type { Io } from './io';

/**
 * Reads a CSV of devices that the command line names.
 * @param required columns that its header must name
 * @param most devices that it may have
 * @throws {OperatorError} when it cannot be read, is no such CSV, or has more devices than that
 */
export const readTriples = async (
  io: Io,
  path: string,
  required: readonly TripleColumn[],
  most?: number,
): Promise<TripleLine[]> => {
  const bytes = await io.readFile(path).catch((error: Error) => {
    throw new CliError(ExitCode.usage, `cannot use ${path}: ${error.message}`);
  });
  return parseTriples(path, bytes, required, most);
};
