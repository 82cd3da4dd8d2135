import { PROTOCOL_CODE } from '@alink/contract';
import { Option, type Command } from 'commander';
import { withExample } from '../example';
import type { Io } from '../io';
import { parseLimit } from '../parse-options';
import { inSession, type Session } from '../session';
import { isoOfSeconds } from '../time-text';
import { autoRegisters, deviceTypes, productStatuses, registrations, wordOf } from '../wire-words';
import { addProductChangeCommands, autoRegisterOption, validationOption } from './product-change';
import { productKeyOf, type ProductInfo } from './product-key';
import { addProductModelCommands, countsOf, readModel } from './product-model';

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
      .addOption(
        new Option('--device-type <type>', 'what its devices are').choices(Object.keys(deviceTypes)).default('device'),
      )
      .addOption(autoRegisterOption().default('off'))
      .addOption(validationOption())
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
          out.record({
            ...rowOf(info),
            dynamicRegistration: wordOf(registrations, info.autoRegister),
            description: info.desc?.value,
            tags: Object.keys(info.tags).length > 0 ? info.tags : undefined,
            productSecret: showSecret ? info.secret : undefined,
          });
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

  addProductChangeCommands(product, io);
  addProductModelCommands(product, io);
};

const createProduct = async (
  { products, out, io }: Session,
  { name, deviceType, autoRegister, validation, secret, tsl }: CreateOptions,
  productKey?: string,
): Promise<void> => {
  // Read before anything is created: a bad file must not leave half a product.
  const model = tsl === undefined ? undefined : await readModel(io, tsl);
  const productName = name ?? productKey;
  const { productID } = await products.productInfoCreate({
    productID: productKey,
    productName: productName ?? 'product',
    deviceType: deviceTypes[deviceType],
    autoRegister: autoRegisters[autoRegister],
    authMode: AUTH_MODE_SECRET,
    protocolCode: PROTOCOL_CODE,
    protocolConf: validation ? { validation } : {},
    secret,
  });
  // The platform makes the key up, and a product must have a name before that.
  if (productName === undefined) await products.productInfoUpdate({ productID, productName: productID });
  if (model) await products.productSchemaTslImport({ productID, tsl: model.text });
  const created = await products.productInfoRead({ productID });
  out.record({ ...rowOf(created), productSecret: created.secret, ...(model && countsOf(model.model)) });
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
