import { Option, type Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import type { Io } from '../io';
import { parseTag } from '../parse-options';
import { inSession, type Session } from '../session';
import { changedTags, type TagChanges } from '../tags';
import { autoRegisters, productStatuses, validations } from '../wire-words';

interface UpdateOptions extends TagChanges {
  readonly name?: string;
  readonly autoRegister?: keyof typeof autoRegisters;
  readonly validation?: string;
}

export const autoRegisterOption = (): Option =>
  new Option('--auto-register <mode>', 'registration with the ProductSecret').choices(Object.keys(autoRegisters));

export const validationOption = (): Option =>
  new Option('--validation <mode>', 'of values against the thing model').choices(validations);

/** What changes a product: published, switched, given another secret. */
export const addProductChangeCommands = (product: Command, io: Io): void => {
  withExample(
    product
      .command('update')
      .description('change a product')
      .argument('<productKey>')
      .option('--name <name>', 'display name')
      .addOption(autoRegisterOption())
      .addOption(validationOption())
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

const updateProduct = async (
  { products, admin, out }: Session,
  { name, autoRegister, validation, tag, untag }: UpdateOptions,
  productID: string,
): Promise<void> => {
  const changesTags = tag !== undefined || untag !== undefined;
  const changesMore = name || autoRegister || validation;
  if (!changesMore && !changesTags) {
    throw new CliError(ExitCode.usage, 'nothing to change: --name, --auto-register, --validation, --tag or --untag');
  }
  // The platform takes all tags, and all parameters of the protocol, at once.
  const before = await products.productInfoRead({ productID });
  const tags = changesTags ? changedTags(before.tags, { tag, untag }) : {};
  const leavesNone = changesTags && Object.keys(tags).length === 0;
  // That there are none is said in a call of its own.
  if (leavesNone) await admin.setProductTags({ productID, tags });
  if (!leavesNone || changesMore) {
    await products.productInfoUpdate({
      productID,
      productName: name,
      autoRegister: autoRegister && autoRegisters[autoRegister],
      ...(validation && { protocolConf: { ...before.protocolConf, validation } }),
      tags,
    });
  }
  out.done({ updated: productID }, `updated product ${productID}`);
};
