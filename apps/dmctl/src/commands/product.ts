import { PROTOCOL_CODE } from '@alink/contract';
import { exportModel, exportTsl, importThingModel, type ThingModel } from '@alink/thing-model';
import { Option, type Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import type { Io } from '../io';
import { parseLimit } from '../parse-options';
import { inSession, type Session } from '../session';
import { isoOfSeconds } from '../time-text';
import { autoRegisters, deviceTypes, productStatuses, wordOf } from '../wire-words';

/** Authentication by secret. */
const AUTH_MODE_SECRET = 2;

interface CreateOptions {
  readonly name?: string;
  readonly deviceType: keyof typeof deviceTypes;
  readonly autoRegister: keyof typeof autoRegisters;
  readonly validation?: string;
  readonly secret?: string;
  readonly tsl?: string;
}

export const addProductCommands = (program: Command, io: Io): void => {
  const product = program.command('product').description('products and their thing models');

  withExample(
    product
      .command('create')
      .description('create a product')
      .argument('[productKey]', 'made up by the platform when left out')
      .option('--name <name>', 'display name (the ProductKey when left out)')
      .addOption(choice('--device-type <type>', 'what its devices are', deviceTypes, 'device'))
      .addOption(choice('--auto-register <mode>', 'registration with the ProductSecret', autoRegisters, 'off'))
      .addOption(
        new Option('--validation <mode>', 'of values against the thing model').choices(['weak', 'strong', 'none']),
      )
      .option('--secret <secret>', 'ProductSecret (made up when left out)')
      .option('--tsl <file>', 'thing model, - for standard input')
      .action(inSession(io, createProduct)),
    'product create aliyun_test_01 --name thermometer --auto-register create --tsl model.json',
  );

  withExample(
    product
      .command('list')
      .description('list products')
      .option('--name <text>', 'only names that contain this')
      .option('--limit <n>', 'most rows', parseLimit, 100)
      .action(
        inSession(io, async ({ products, out }, { name, limit }: { name?: string; limit: number }) => {
          const { list, total } = await products.productInfoIndex({
            productName: name,
            page: { page: 1, size: limit },
          });
          out.rows(
            list.map(rowOf),
            ['productKey', 'name', 'deviceType', 'autoRegister', 'status', 'created'],
            'no products',
          );
          if (Number(total) > list.length) out.note(`${list.length} of ${total}; --limit shows more`);
        }),
      ),
    'product list --json',
  );

  withExample(
    product
      .command('show')
      .description('show one product')
      .argument('<productKey>')
      .option('--show-secret', 'also its ProductSecret')
      .action(
        inSession(io, async ({ products, out }, { showSecret }: { showSecret?: boolean }, productID: string) => {
          const info = await products.productInfoRead({ productID });
          out.record({ ...rowOf(info), productSecret: showSecret ? info.secret : undefined });
        }),
      ),
    'product show aliyun_test_01 --show-secret',
  );

  withExample(
    product
      .command('delete')
      .description('delete a product that has no devices')
      .argument('<productKey>')
      .action(
        inSession(io, async ({ products, out }, _options, productID: string) => {
          await products.productInfoDelete({ productID });
          out.done({ deleted: productID }, `deleted product ${productID}`);
        }),
      ),
    'product delete aliyun_test_01',
  );

  withExample(
    product
      .command('import-tsl')
      .description('replace the thing model, from Alibaba TSL JSON or the platform’s model JSON')
      .argument('<productKey>')
      .argument('<file>', '- for standard input')
      .action(
        inSession(io, async ({ products, out }, _options, productID: string, file: string) => {
          const { text, model } = await readModel(io, file);
          await products.productSchemaTslImport({ productID, tsl: text });
          const counts = countsOf(model);
          out.done(
            { productKey: productID, ...counts },
            `${productID} has ${counts.properties} properties, ${counts.events} events and ${counts.services} services`,
          );
        }),
      ),
    'product import-tsl aliyun_test_01 model.json',
  );

  withExample(
    product
      .command('export-tsl')
      .description('print the thing model as Alibaba TSL JSON')
      .argument('<productKey>')
      .addOption(
        new Option('--format <format>', 'Alibaba TSL, or the platform’s model JSON')
          .choices(['tsl', 'model'])
          .default('tsl'),
      )
      .action(
        inSession(io, async (session, { format }: { format: string }, productID: string) => {
          const model = await thingModelOf(session, productID);
          const info = await session.products.productInfoRead({ productID });
          session.out.document(format === 'tsl' ? exportTsl(model, productKeyOf(info)) : exportModel(model, productID));
        }),
      ),
    'product export-tsl aliyun_test_01 > model.json',
  );
};

const choice = (flags: string, text: string, words: Readonly<Record<string, number>>, fallback: string): Option =>
  new Option(flags, text).choices(Object.keys(words)).default(fallback);

const createProduct = async (
  { products, out, io }: Session,
  { name, deviceType, autoRegister, validation, secret, tsl }: CreateOptions,
  productKey?: string,
): Promise<void> => {
  // Read before anything is created: a bad file must not leave half a product.
  const model = tsl === undefined ? undefined : await readModel(io, tsl);
  const { productID } = await products.productInfoCreate({
    productID: productKey,
    productName: name ?? productKey,
    deviceType: deviceTypes[deviceType],
    autoRegister: autoRegisters[autoRegister],
    authMode: AUTH_MODE_SECRET,
    protocolCode: PROTOCOL_CODE,
    protocolConf: validation ? { validation } : {},
    secret,
  });
  if (model) await products.productSchemaTslImport({ productID, tsl: model.text });
  const created = await products.productInfoRead({ productID });
  out.record({ ...rowOf(created), productSecret: created.secret, ...(model && countsOf(model.model)) });
};

type ProductInfo = Awaited<ReturnType<Session['products']['productInfoRead']>>;

/** The key under which devices know a product; it may differ from ours. */
export const productKeyOf = ({ productID, protocolConf }: ProductInfo): string => protocolConf.productID || productID;

/** The thing model of a product; an empty one where it has none. */
export const thingModelOf = async ({ products }: Session, productID: string): Promise<ThingModel> => {
  const { tsl } = await products.productSchemaTslRead({ productID });
  return importThingModel(tsl || { properties: [] }).model;
};

const rowOf = (info: ProductInfo) => ({
  productKey: info.productID,
  ...(productKeyOf(info) !== info.productID && { externalKey: productKeyOf(info) }),
  name: info.productName,
  deviceType: wordOf(deviceTypes, info.deviceType),
  autoRegister: wordOf({ ...autoRegisters, 'create and bind': 4 }, info.autoRegister),
  validation: info.protocolConf.validation || 'weak',
  status: wordOf(productStatuses, info.status),
  created: isoOfSeconds(info.createdTime),
});

const readModel = async (io: Io, file: string): Promise<{ text: string; model: ThingModel }> => {
  let text: string;
  try {
    text = await io.readText(file);
  } catch (error) {
    throw new CliError(ExitCode.usage, `cannot read ${file}: ${(error as Error).message}`);
  }
  return { text, model: importThingModel(text).model };
};

const countsOf = ({ properties, events, services }: ThingModel) => ({
  properties: properties.length,
  events: events.length,
  services: services.length,
});
