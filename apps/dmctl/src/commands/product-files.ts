import type { Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { readTextFile } from '../read-text-file';
import type { Session } from '../session';

/** Whole products, in and out. */
export const addProductFileCommands = (product: Command, io: Io): void => {
  withExample(
    product
      .command('export')
      .description('write products with their thing models and ProductSecrets into a file')
      .argument('[productKeys...]', 'all where none is named')
      .requiredOption('--out <file>', 'new file, which you alone may read')
      .action(inSession(io, exportProducts)),
    'product export --out products.json',
  );

  withExample(
    product
      .command('import')
      .description('create the products of a file; those that are there stay as they are')
      .argument('<file>', 'what "product export", or 联犀, has written; - for standard input')
      .option('--dry-run', 'say what would be done, and do nothing')
      .action(inSession(io, importProducts)),
    'product import products.json --dry-run',
    'product import products.json',
  );
};

const exportProducts = async (
  { products, out, io }: Session,
  { out: path }: { out: string },
  productIDs: string[],
): Promise<void> => {
  const { products: text } = await products.productInfoMultiExport({ productIDs });
  const count = (JSON.parse(text) as unknown[]).length;
  const { stream } = await io.createPrivateFile(path).catch((error: Error) => {
    throw new CliError(ExitCode.usage, `cannot write ${path}: ${error.message}`);
  });
  await new Promise<void>((resolve, reject) => {
    stream.once('error', reject);
    stream.end(`${text}\n`, resolve);
  });
  out.done({ file: path, products: count }, `wrote ${count} products to ${path}`);
};

const importProducts = async (
  { catalog, out, io }: Session,
  { dryRun = false }: { dryRun?: boolean },
  file: string,
): Promise<void> => {
  const { results } = await catalog.importProducts({ products: await readTextFile(io, file), dryRun });
  const count = (wanted: string) => results.filter(({ result }) => result === wanted).length;
  const rows = results.map(({ productID, productName, result, reason, definitions }) => ({
    productKey: productID || undefined,
    name: productName,
    result,
    reason: reason || undefined,
    definitions: Number(definitions),
  }));
  const [created, refused] = [count('created'), count('refused')];
  if (!out.json) out.rows(rows, ['productKey', 'name', 'result', 'reason', 'definitions'], 'no products');
  const sentence = dryRun
    ? `would create ${created} of ${rows.length} products`
    : `created ${created} of ${rows.length} products`;
  out.done({ dryRun, created, there: count('exists'), refused, products: rows }, sentence);
  if (refused > 0) throw new CliError(ExitCode.refused, `${refused} of ${rows.length} products refused`);
};
