import type { Command } from 'commander';
import { definitionInputs, definitionType } from '../definition-rows';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { readModel } from '../model-files';
import type { Session } from '../session';

/** Definitions of one device, beyond those of its product. */
export const addDeviceDefinitionCommands = (device: Command, io: Io): void => {
  withExample(
    device
      .command('definitions')
      .description('list what a device has defined beyond its product')
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--whole', 'also what its product defines')
      .action(inSession(io, listDefinitions)),
    'device definitions aliyun_test_01 dev001',
  );

  withExample(
    device
      .command('define')
      .description('give one device the definitions of a thing model; what it has already stays as it is')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('<files...>', 'thing model, as "product import-tsl" takes it')
      .action(inSession(io, define)),
    'device define aliyun_test_01 dev001 extra.json',
  );

  withExample(
    device
      .command('undefine')
      .description('remove definitions of one device')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('[identifiers...]')
      .option('--all', 'all of them')
      .action(inSession(io, undefine)),
    'device undefine aliyun_test_01 dev001 brightness',
  );
};

const listDefinitions = async (
  { devices, out }: Session,
  { whole: withProductSchema = false }: { whole?: boolean },
  productID: string,
  deviceName: string,
): Promise<void> => {
  const { list } = await devices.deviceSchemaIndex({ productID, deviceName, withProductSchema });
  const rows = list.map(({ identifier, type, name }) => ({
    identifier,
    type: definitionType(type),
    name: name?.value,
  }));
  out.rows(rows, ['identifier', 'type', 'name'], `${deviceName} has no definitions of its own`);
};

const define = async (
  { devices, out, io }: Session,
  _options: object,
  productID: string,
  deviceName: string,
  files: string[],
): Promise<void> => {
  const { model } = await readModel(io, files);
  const list = definitionInputs(model);
  await devices.deviceSchemaMultiCreate({ productID, deviceName, list });
  const identifiers = list.map(({ identifier }) => identifier);
  out.done({ productKey: productID, deviceName, identifiers }, `${deviceName} has ${identifiers.join(', ')}`);
};

const undefine = async (
  { devices, out }: Session,
  { all = false }: { all?: boolean },
  productID: string,
  deviceName: string,
  identifiers: string[],
): Promise<void> => {
  // To the platform none is all of them.
  if (identifiers.length > 0 === all) throw new CliError(ExitCode.usage, 'which definitions: identifiers, or --all');
  await devices.deviceSchemaMultiDelete({ productID, deviceName, identifiers });
  const removed = all ? 'all definitions of its own' : identifiers.join(', ');
  out.done(
    { productKey: productID, deviceName, removed: all ? 'all' : identifiers },
    `removed ${removed} from ${deviceName}`,
  );
};
