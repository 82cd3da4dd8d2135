import { AutoRegister } from '@alink/contract/enumerations';
import { countsOf, createProduct, productKeyOf, type NewProduct, type ProductInfo } from '@alink/operator/products';
import {
  authentications,
  autoRegisters,
  deviceTypes,
  isoOfSeconds,
  netTypes,
  productStatuses,
  registrations,
  wordOf,
} from '@alink/operator/words';
import { Option, type Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { collect, parseLimit, parsePage, parseTag } from '../parse-options';
import type { Session } from '../session';
import {
  addProductChangeCommands,
  autoRegisterOption,
  logLevelOption,
  netTypeOption,
  validationOption,
} from './product-change';
import { readModel } from '../model-files';
import { addProductFileCommands } from './product-files';
import { addProductModelCommands, noteEmptyModules } from './product-model';

interface CreateOptions extends Omit<NewProduct, 'productKey' | 'tags' | 'productSecret'> {
  readonly tag?: Record<string, string>;
  readonly secret?: string;
  readonly tsl: readonly string[];
}

interface ListOptions {
  readonly name?: string;
  readonly tag?: Record<string, string>;
  readonly limit: number;
  readonly page: number;
}

type DeviceCount = Awaited<ReturnType<Session['admin']['deviceCounts']>>['list'][number];

export const addProductCommands = (product: Command, io: Io): void => {
  withExample(
    product
      .command('create')
      .description('create a product')
      .argument('[productKey]', 'made up by the platform when left out')
      .option('--name <name>', 'display name (the ProductKey when left out)')
      .addOption(
        new Option('--device-type <type>', 'what its devices are').choices(Object.keys(deviceTypes)).default('device'),
      )
      .option('--description <text>', 'what it is')
      .addOption(netTypeOption())
      .option('--tag <key=value>', 'a tag; may be given again', parseTag)
      .addOption(autoRegisterOption().default('off'))
      .addOption(validationOption())
      .addOption(logLevelOption())
      .option('--secret <secret>', 'ProductSecret (made up when left out)')
      .option('--tsl <file>', 'thing model, - for standard input; may be given again, for each module', collect, [])
      .action(inSession(io, create)),
    'product create aliyun_test_01 --name thermometer --auto-register create --tsl model.json',
  );

  withExample(
    product
      .command('list')
      .description('list products')
      .option('--name <text>', 'only names that contain this')
      .option('--tag <key=value>', 'only those with this tag; several must all be there', parseTag)
      .option('--limit <n>', 'rows of a page', parseLimit, 100)
      .option('--page <n>', 'from 1', parsePage, 1)
      .action(inSession(io, listProducts)),
    'product list --json',
    'product list --name thermo --tag line=2 --page 2',
  );

  withExample(
    product
      .command('show')
      .description('show one product')
      .argument('<productKey>')
      .option('--show-secret', 'also its ProductSecret')
      .action(
        inSession(io, async ({ products, admin, out }, { showSecret }: { showSecret?: boolean }, productID: string) => {
          const info = await products.productInfoRead({ productID });
          const { list } = await admin.deviceCounts({ productIDs: [productID] });
          out.record({
            ...rowOf(info, list),
            dynamicRegistration: wordOf(registrations, info.autoRegister),
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
          // To the platform one that does not exist is deleted already; people want to hear of the slip.
          await products.productInfoRead({ productID });
          await products.productInfoDelete({ productID });
          out.done({ deleted: productID }, `deleted product ${productID}`);
        }),
      ),
    'product delete aliyun_test_01',
  );

  addProductChangeCommands(product, io);
  addProductModelCommands(product, io);
  addProductFileCommands(product, io);
};

const listProducts = async (
  { products, admin, out }: Session,
  { name, tag, limit, page }: ListOptions,
): Promise<void> => {
  const { list, total } = await products.productInfoIndex({
    productName: name,
    tags: tag,
    page: { page, size: limit },
  });
  const productIDs = list.map(({ productID }) => productID);
  const counts = list.length > 0 ? (await admin.deviceCounts({ productIDs })).list : [];
  const rows = list.map((info) => rowOf(info, counts));
  out.rows(
    rows,
    ['productKey', 'name', 'deviceType', 'netType', 'autoRegister', 'status', 'devices', 'created'],
    'no products',
  );
  out.pageNote({ page, size: limit, shown: list.length, total: Number(total) });
};

const create = async (
  session: Session,
  { tag: tags, secret: productSecret, tsl, ...product }: CreateOptions,
  productKey?: string,
): Promise<void> => {
  const { products, out, io } = session;
  // Read before anything is created: a bad file must not leave half a product.
  const model = tsl.length > 0 ? await readModel(io, tsl) : undefined;
  if (model) noteEmptyModules(session, model);
  const productID = await createProduct(session, { ...product, productKey, tags, productSecret });
  if (model) await products.productSchemaTslImport({ productID, tsl: model.documentOf(productID) });
  const created = await products.productInfoRead({ productID });
  out.record({ ...rowOf(created), productSecret: created.secret, ...(model && countsOf(model.model)) });
};

/** Of a product that is not classified; 0 with a dm.rpc that is older. */
const NO_CATEGORY = ['0', '2'];

/** @param counts of devices; without, the row has none */
const rowOf = (info: ProductInfo, counts: readonly DeviceCount[] = []) => {
  const count = counts.find(({ productID }) => productID === info.productID);
  return {
    productKey: info.productID,
    ...(productKeyOf(info) !== info.productID && { externalKey: productKeyOf(info) }),
    name: info.productName,
    deviceType: wordOf(deviceTypes, info.deviceType),
    netType: wordOf(netTypes, info.netType),
    authentication: wordOf(authentications, info.authMode),
    category: NO_CATEGORY.includes(info.categoryID) ? 'custom' : info.categoryID,
    autoRegister: wordOf({ ...autoRegisters, 'create and bind': AutoRegister.createAndBind }, info.autoRegister),
    validation: info.protocolConf.validation || 'weak',
    logLevel: info.protocolConf.logLevel || undefined,
    status: wordOf(productStatuses, info.status),
    description: info.desc?.value || undefined,
    tags: Object.keys(info.tags).length > 0 ? info.tags : undefined,
    ...(count && {
      devices: Number(count.total),
      activatedDevices: Number(count.activated),
      onlineDevices: Number(count.online),
    }),
    created: isoOfSeconds(info.createdTime),
  };
};
