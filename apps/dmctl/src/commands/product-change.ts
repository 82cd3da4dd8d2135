import { changeProduct, enableProduct, type ProductChange } from '@alink/operator/products';
import { autoRegisters, logLevels, netTypes, productStatuses, validations } from '@alink/operator/words';
import { Option, type Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseTag } from '../parse-options';
import type { Session } from '../session';

export const autoRegisterOption = (): Option =>
  new Option('--auto-register <mode>', 'registration with the ProductSecret').choices(Object.keys(autoRegisters));

export const validationOption = (): Option =>
  new Option('--validation <mode>', 'of values against the thing model').choices(validations);

export const logLevelOption = (): Option =>
  new Option('--log-level <level>', 'of devices: from info on, what they report stands in their logs').choices(
    Object.keys(logLevels),
  );

const remoteConfigOption = (): Option =>
  new Option('--remote-config <state>', 'whether its devices get configurations').choices(['on', 'off']);

export const netTypeOption = (): Option =>
  new Option('--net-type <type>', 'how its devices reach the network').choices(Object.keys(netTypes));

/** What changes a product: published, switched, given another secret. */
export const addProductChangeCommands = (product: Command, io: Io): void => {
  withExample(
    product
      .command('update')
      .description('change a product')
      .argument('<productKey>')
      .option('--name <name>', 'display name')
      .option('--description <text>', 'what it is; an empty one removes it')
      .addOption(netTypeOption())
      .addOption(autoRegisterOption())
      .addOption(validationOption())
      .addOption(logLevelOption())
      .addOption(remoteConfigOption())
      .option('--tag <key=value>', 'set a tag; the others stay; may be given again', parseTag)
      .option('--untag <key...>', 'remove tags')
      .action(inSession(io, updateProduct)),
    'product update aliyun_test_01 --auto-register existing --validation strong --tag line=2',
  );

  const addSwitch = (name: 'publish' | 'unpublish', status: number, description: string): void => {
    withExample(
      product
        .command(name)
        .description(description)
        .argument('<productKey>')
        .action(
          inSession(io, async ({ products, out }, _options, productID: string) => {
            await products.productInfoUpdate({ productID, status });
            out.done({ [`${name}ed`]: productID }, `${name}ed product ${productID}`);
          }),
        ),
      `product ${name} aliyun_test_01`,
    );
  };
  addSwitch(
    'publish',
    productStatuses.published,
    'protect a product: its thing model and ProductKey stay, and so does it',
  );
  addSwitch('unpublish', productStatuses.developing, 'let a product be changed and deleted again');

  withExample(
    product
      .command('disable')
      .description('refuse all devices of a product; live connections are cut')
      .argument('<productKey>')
      .action(
        inSession(io, async ({ products, out }, _options, productID: string) => {
          await products.productInfoUpdate({ productID, status: productStatuses.disabled });
          out.done({ disabled: productID }, `disabled product ${productID}`);
        }),
      ),
    'product disable aliyun_test_01',
  );

  withExample(
    product
      .command('enable')
      .description('let the devices of a disabled product connect again; publish it again if it was published')
      .argument('<productKey>')
      .action(inSession(io, enable)),
    'product enable aliyun_test_01',
  );

  withExample(
    product
      .command('rotate-secret')
      .description('give a product a new ProductSecret and print it; sessions made with the old one are cut')
      .argument('<productKey>')
      .option('--secret <secret>', 'the new one (made up when left out)')
      .action(
        inSession(io, async ({ admin, out }, options: { secret?: string }, productID: string) => {
          const { secret } = await admin.rotateProductSecret({ productID, secret: options.secret });
          out.record({ productKey: productID, productSecret: secret });
        }),
      ),
    'product rotate-secret aliyun_test_01',
  );
};

const enable = async ({ products, out }: Session, _options: unknown, productID: string): Promise<void> => {
  const wasDisabled = await enableProduct({ products }, productID);
  out.done(
    { enabled: productID },
    wasDisabled ? `enabled product ${productID}` : `product ${productID} is not disabled`,
  );
};

const updateProduct = async (session: Session, change: ProductChange, productID: string): Promise<void> => {
  if (Object.values(change).every((value) => value === undefined)) {
    throw new CliError(ExitCode.usage, 'nothing to change', { hint: '--help names the options.' });
  }
  await changeProduct(session, productID, change);
  session.out.done({ updated: productID }, `updated product ${productID}`);
};
