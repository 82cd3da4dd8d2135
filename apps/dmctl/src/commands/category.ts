import { YesNo } from '@alink/contract/enumerations';
import type { Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import type { Session } from '../session';
import { treeRows } from '../tree-rows';

type CategoryInfo = Awaited<ReturnType<Session['products']['productCategoryRead']>>;

interface CreateOptions {
  readonly parent?: string;
  readonly description?: string;
}
interface UpdateOptions {
  readonly name?: string;
  readonly description?: string;
}

/** Of products that are in no category. */
const NOT_CLASSIFIED = '2';

export const addCategoryCommands = (category: Command, io: Io): void => {
  withExample(
    category
      .command('tree')
      .description('show all categories, each below the one that it is in')
      .action(inSession(io, showTree)),
    'category tree',
  );

  withExample(
    category
      .command('create')
      .description('create a category')
      .argument('<name>')
      .option('--parent <category>', 'the one that it is in, by its name or id')
      .option('--description <text>', 'what it is')
      .action(inSession(io, createCategory)),
    'category create Lamps --parent Lights',
  );

  withExample(
    category
      .command('update')
      .description('change a category; what is not named stays')
      .argument('<category>', 'its name or id')
      .option('--name <name>', 'another name')
      .option('--description <text>', 'what it is; an empty one removes it')
      .action(inSession(io, updateCategory)),
    'category update Lamps --name "Desk lamps"',
  );

  withExample(
    category
      .command('delete')
      .description('delete a category; its products stay, and are in none then')
      .argument('<category>', 'its name or id')
      .option('--yes', 'also with the categories below it')
      .action(inSession(io, deleteCategory)),
    'category delete Lamps',
  );

  withExample(
    category
      .command('put')
      .description('put products into a category')
      .argument('<category>', 'its name or id; 2 takes them out of theirs')
      .argument('<productKeys...>')
      .action(inSession(io, putProducts)),
    'category put Lamps aliyun_test_01 lamp',
  );

  withExample(
    category
      .command('define')
      .description('say which common definitions all products of a category have; without any, none')
      .argument('<category>', 'its name or id')
      .argument('[identifiers...]')
      .action(inSession(io, defineCategory)),
    'category define Lamps brightness color',
  );
};

/**
 * The category that people mean: by its name, which is the only one, else by its id.
 * @throws {CliError} when there is none
 */
const findCategory = async ({ products }: Session, named: string): Promise<CategoryInfo> => {
  const { list } = await products.productCategoryIndex({ name: named });
  const found = list.find(({ name }) => name === named);
  if (found) return found;
  if (/^\d{1,18}$/.test(named)) return products.productCategoryRead({ id: named });
  throw new CliError(ExitCode.refused, `there is no category ${named}`);
};

const rowOf = ({ id, name, desc, deviceCount }: CategoryInfo) => ({
  id,
  name,
  description: desc?.value || undefined,
  devices: Number(deviceCount),
});

const showTree = async ({ products, out }: Session): Promise<void> => {
  const { children } = await products.productCategoryRead({ id: '1', withChildren: true });
  const columnsOf = ({ id, deviceCount }: CategoryInfo) => ({ id, devices: Number(deviceCount) });
  const rows = treeRows(children, columnsOf, out.json ? '' : '  ');
  out.rows(rows, ['name', 'id', 'devices'], 'no categories');
};

const createCategory = async (
  session: Session,
  { parent, description }: CreateOptions,
  name: string,
): Promise<void> => {
  const { products, out } = session;
  const parentID = parent === undefined ? undefined : (await findCategory(session, parent)).id;
  const desc = description === undefined ? null : { value: description };
  const { id } = await products.productCategoryCreate({ name, parentID, desc });
  out.record(rowOf(await products.productCategoryRead({ id })));
};

const updateCategory = async (session: Session, { name, description }: UpdateOptions, named: string): Promise<void> => {
  const { products, out } = session;
  const { id } = await findCategory(session, named);
  const desc = description === undefined ? null : { value: description };
  await products.productCategoryUpdate({ id, name, desc });
  out.record(rowOf(await products.productCategoryRead({ id })));
};

const deleteCategory = async (session: Session, { yes = false }: { yes?: boolean }, named: string): Promise<void> => {
  const { products, out } = session;
  const { id, name, isLeaf } = await findCategory(session, named);
  if (Number(isLeaf) !== YesNo.yes && !yes) {
    throw new CliError(ExitCode.usage, `${name} has categories below it, which would go with it`, {
      hint: '--yes does it.',
    });
  }
  await products.productCategoryDelete({ id });
  out.done({ deleted: name, id }, `deleted category ${name}`);
};

const putProducts = async (session: Session, _options: object, named: string, productIDs: string[]): Promise<void> => {
  const { products, out } = session;
  const { id, name } =
    named === NOT_CLASSIFIED ? { id: named, name: 'no category' } : await findCategory(session, named);
  for (const productID of productIDs) await products.productInfoUpdate({ productID, categoryID: id });
  out.done({ category: name, products: productIDs }, `${productIDs.join(', ')}: in ${name} now`);
};

const defineCategory = async (
  session: Session,
  _options: object,
  named: string,
  identifiers: string[],
): Promise<void> => {
  const { products, out } = session;
  const { id, name } = await findCategory(session, named);
  await products.productCategorySchemaMultiUpdate({ productCategoryID: id, identifiers });
  out.done({ category: name, identifiers }, `${name} has ${identifiers.length} common definitions`);
};
