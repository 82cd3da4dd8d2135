import type { Command } from 'commander';
import { definitionInputs, definitionType } from '../definition-rows';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { readModel } from '../model-files';
import { parseLimit, parsePage } from '../parse-options';
import type { Session } from '../session';

export const addDefinitionCommands = (definition: Command, io: Io): void => {
  withExample(
    definition
      .command('list')
      .description('list common definitions, and the categories whose products all have them')
      .option('--limit <n>', 'rows of a page', parseLimit, 100)
      .option('--page <n>', 'from 1', parsePage, 1)
      .action(inSession(io, listDefinitions)),
    'definition list',
  );

  withExample(
    definition
      .command('create')
      .description('make the definitions of a thing model common ones; those that are there stay as they are')
      .argument('<files...>', 'thing model, as "product import-tsl" takes it')
      .action(inSession(io, createDefinitions)),
    'definition create shared.json',
  );

  withExample(
    definition
      .command('take')
      .description('take common definitions over into the thing model of a product')
      .argument('<productKey>')
      .argument('<identifiers...>')
      .action(
        inSession(io, async ({ products, out }, _options, productID: string, identifiers: string[]) => {
          await products.productSchemaMultiCreate({ productID, identifiers });
          out.done({ productKey: productID, identifiers }, `${productID} has ${identifiers.join(', ')}`);
        }),
      ),
    'definition take aliyun_test_01 brightness color',
  );

  withExample(
    definition
      .command('delete')
      .description('delete a common definition that no thing model has')
      .argument('<identifier>')
      .action(inSession(io, deleteDefinition)),
    'definition delete brightness',
  );
};

const listDefinitions = async (
  { definitions, out }: Session,
  { limit, page }: { limit: number; page: number },
): Promise<void> => {
  const { list, total } = await definitions.commonSchemaIndex({
    withProductCategory: true,
    page: { page, size: limit },
  });
  const rows = list.map(({ id, identifier, type, name, productCategories }) => ({
    identifier,
    type: definitionType(type),
    name: name?.value,
    categories: productCategories.map((category) => category.name).join(', ') || undefined,
    id,
  }));
  out.rows(rows, ['identifier', 'type', 'name', 'categories'], 'no common definitions');
  out.pageNote({ page, size: limit, shown: rows.length, total: Number(total) });
};

const createDefinitions = async (
  { definitions, out, io }: Session,
  _options: object,
  files: string[],
): Promise<void> => {
  const { model } = await readModel(io, files);
  const schemas = definitionInputs(model);
  const { succCount, ignoreCount, errCount } = await definitions.commonSchemaMultiImport({
    schemas: JSON.stringify(schemas),
  });
  const [created, there, refused] = [succCount, ignoreCount, errCount].map(Number);
  out.done(
    { created, there, refused },
    `created ${created} of ${schemas.length} common definitions, ${there} were there`,
  );
  if (refused) throw new CliError(ExitCode.refused, `${refused} of ${schemas.length} definitions refused`);
};

const deleteDefinition = async ({ definitions, out }: Session, _options: object, identifier: string): Promise<void> => {
  const { list } = await definitions.commonSchemaIndex({ identifiers: [identifier] });
  const [found] = list;
  if (!found) throw new CliError(ExitCode.refused, `there is no common definition ${identifier}`);
  await definitions.commonSchemaDelete({ id: found.id });
  out.done({ deleted: identifier }, `deleted common definition ${identifier}`);
};
