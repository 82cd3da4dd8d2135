import {
  countsOf,
  lackedBy,
  productKeyOf,
  thingModelOf,
  tslFilesOf,
  type ModelInFiles,
} from '@alink/operator/products';
import { someOf } from '@alink/operator/words';
import { exportModel, exportTsl, importReadableParts } from '@alink/thing-model';
import { Option, type Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { readModel, writeModel } from '../model-files';
import type { Session } from '../session';

/** The thing model of a product, in and out. */
export const addProductModelCommands = (product: Command, io: Io): void => {
  withExample(
    product
      .command('import-tsl')
      .description('replace the thing model, from Alibaba TSL JSON or the platform’s model JSON')
      .argument('<productKey>')
      .argument('<files...>', 'one JSON, the JSON of each module, or a zip of them; - for standard input')
      .option('--replace', 'also where the files lack what the product has')
      .action(inSession(io, importModel)),
    'product import-tsl aliyun_test_01 model.json',
    'product import-tsl aliyun_test_01 model.json motor.json',
    'product import-tsl aliyun_test_01 tsl.zip --replace',
  );

  withExample(
    product
      .command('export-tsl')
      .description('print the thing model as Alibaba TSL JSON, or write its files')
      .argument('<productKey>')
      .addOption(
        new Option('--format <format>', 'Alibaba TSL, or the platform’s model JSON')
          .choices(['tsl', 'model'])
          .default('tsl'),
      )
      .option('--out <path>', 'new zip, or new folder: a JSON for each module, as Alibaba exports them')
      .action(inSession(io, exportDocument)),
    'product export-tsl aliyun_test_01 > model.json',
    'product export-tsl aliyun_test_01 --out tsl.zip',
  );
};

const importModel = async (
  session: Session,
  { replace = false }: { replace?: boolean },
  productID: string,
  paths: string[],
): Promise<void> => {
  const { products, out, io } = session;
  const read = await readModel(io, paths);
  noteEmptyModules(session, read);
  if (!replace) {
    const { tsl } = await products.productSchemaTslRead({ productID });
    if (tsl) refuseLoss(productID, lackedBy(read.model, importReadableParts(tsl).model));
  }
  await products.productSchemaTslImport({ productID, tsl: read.documentOf(productID) });
  const counts = countsOf(read.model);
  out.done(
    { productKey: productID, ...counts },
    `${productID} has ${counts.properties} properties, ${counts.events} events and ${counts.services} services`,
  );
};

/** Identifiers in one message. */
const MAX_NAMED = 20;

/** @throws {CliError} when an import would delete definitions: the file of one module must not end all others in silence */
const refuseLoss = (productID: string, lost: readonly string[]): void => {
  if (lost.length === 0) return;
  throw new CliError(
    ExitCode.usage,
    `this would delete from ${productID} what the files lack: ${someOf(lost, MAX_NAMED)}`,
    { hint: '--replace does it. Modules of one model are imported together: all files, or their zip.' },
  );
};

export const noteEmptyModules = ({ out }: Session, { emptyModules }: ModelInFiles): void => {
  if (emptyModules.length > 0) out.note(`without definitions, not kept: ${emptyModules.join(', ')}`);
};

const exportDocument = async (
  session: Session,
  { format, out: path }: { format: string; out?: string },
  productID: string,
): Promise<void> => {
  const { io, out } = session;
  const model = await thingModelOf(session, productID);
  const productKey = productKeyOf(await session.products.productInfoRead({ productID }));
  if (path === undefined) {
    return out.document(format === 'tsl' ? exportTsl(model, productKey) : exportModel(model, productID));
  }
  const { files, leftOut } = tslFilesOf(model, productKey);
  const inOurs = [{ name: 'model.json', document: exportModel(model, productID) }];
  const names = await writeModel(io, path, format === 'tsl' ? files : inOurs);
  if (format === 'tsl' && leftOut.length > 0) out.note(`left out, as TSL has no such services: ${leftOut.join(', ')}`);
  out.done({ productKey: productID, out: path, files: names }, `wrote ${names.join(', ')} to ${path}`);
};
