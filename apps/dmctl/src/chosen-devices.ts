/** Many devices of a product, chosen by name, by a file or by a filter. */
import { filteredNames, MAX_LINES_IN_PARTS, type DeviceFilter } from '@alink/operator/devices';
import { productKeyOf } from '@alink/operator/products';
import type { Command } from 'commander';
import { addFilterOptions } from './device-filter';
import { CliError, ExitCode } from './exit-code';
import type { Session } from './session';
import { readTriples } from './triples-file';

export interface Choice extends DeviceFilter {
  readonly from?: string;
  /** File of results. */
  readonly result?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
}

/** @param has whether the command names its product itself, and whether it can go on with an earlier run */
export const addChoiceOptions = (
  command: Command,
  has: { readonly withProduct?: boolean; readonly withResult?: boolean } = {},
): Command => {
  const { withProduct = true, withResult = true } = has;
  if (withProduct) command.argument('<productKey>');
  addFilterOptions(
    command
      .argument('[deviceNames...]')
      .option('--from <file>', 'CSV with a header that names deviceName; - for standard input'),
  );
  if (withResult) {
    command.option('--result <file>', 'what became of each; one that is there from an earlier run is gone on with');
  }
  return command
    .option('--all', 'all devices of the product')
    .option('--yes', 'do it; without it, what a file or a filter chooses is only counted');
};

/**
 * DeviceNames, each once, in the order given.
 * @throws {CliError} when nothing is chosen, or in more than one way
 */
export const chooseDevices = async (
  session: Session,
  productID: string,
  named: readonly string[],
  { from, all, online, status, name, tag }: Choice,
): Promise<string[]> => {
  const filtered = online !== undefined || status !== undefined || name !== undefined || tag !== undefined;
  const ways = [named.length > 0, from !== undefined, filtered, all].filter(Boolean).length;
  if (ways !== 1) {
    throw new CliError(
      ExitCode.usage,
      'which devices: DeviceNames, --from, --all, or --online, --status, --name, --tag',
    );
  }
  if (named.length > 0) return [...new Set(named)];
  if (from !== undefined) return namesInFile(session, productID, from);
  return filteredNames(session, productID, { online, status, name, tag });
};

const namesInFile = async (session: Session, productID: string, file: string): Promise<string[]> => {
  const lines = await readTriples(session.io, file, ['deviceName'], MAX_LINES_IN_PARTS);
  const productKey = productKeyOf(await session.products.productInfoRead({ productID }));
  for (const { line, productKey: given } of lines) {
    if (given !== '' && given !== productKey) {
      throw new CliError(ExitCode.usage, `cannot use ${file}: line ${line} is of another product, ${given}`);
    }
  }
  return [...new Set(lines.map(({ deviceName }) => deviceName))];
};
