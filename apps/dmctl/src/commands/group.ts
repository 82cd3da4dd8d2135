import { YesNo } from '@alink/contract/enumerations';
import { isoOfSeconds } from '@alink/operator/words';
import type { Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseTag } from '../parse-options';
import type { Session } from '../session';
import { treeRows } from '../tree-rows';
import { addGroupDeviceCommands } from './group-devices';
import { findGroup, type GroupInfo } from './group-name';

interface Purpose {
  readonly purpose?: string;
}
interface CreateOptions extends Purpose {
  readonly parent?: string;
  readonly description?: string;
  readonly product?: string;
  readonly tag?: Record<string, string>;
}
interface UpdateOptions extends Purpose {
  readonly name?: string;
  readonly description?: string;
  readonly tag?: Record<string, string>;
}

const PURPOSE = ['--purpose <purpose>', 'which tree of groups', 'default'] as const;

export const addGroupCommands = (group: Command, io: Io): void => {
  withExample(
    group
      .command('tree')
      .description('show the groups of a purpose, each below the one that it is in')
      .argument('[group]', 'this one and those below it')
      .option(...PURPOSE)
      .action(inSession(io, showTree)),
    'group tree',
    'group tree "Hall 2" --purpose building --json',
  );

  withExample(
    group
      .command('create')
      .description('create a group')
      .argument('<name>')
      .option('--parent <group>', 'the group that it is in, by its name or id')
      .option(...PURPOSE)
      .option('--description <text>', 'what it is')
      .option('--product <productKey>', 'the product that it is meant for')
      .option('--tag <key=value>', 'a tag; may be given again', parseTag)
      .action(inSession(io, createGroup)),
    'group create "Hall 2" --parent Factory',
  );

  withExample(
    group
      .command('show')
      .description('show a group and its devices')
      .argument('<group>', 'its name or id')
      .option(...PURPOSE)
      .action(inSession(io, showGroup)),
    'group show "Hall 2"',
  );

  withExample(
    group
      .command('update')
      .description('change a group; what is not named stays')
      .argument('<group>', 'its name or id')
      .option(...PURPOSE)
      .option('--name <name>', 'another name')
      .option('--description <text>', 'what it is; an empty one removes it')
      .option('--tag <key=value>', 'set a tag; may be given again', parseTag)
      .action(inSession(io, updateGroup)),
    'group update "Hall 2" --name "Hall 2 north" --tag floor=1',
  );

  withExample(
    group
      .command('delete')
      .description('delete a group; its devices stay')
      .argument('<group>', 'its name or id')
      .option(...PURPOSE)
      .option('--yes', 'also with the groups below it')
      .action(inSession(io, deleteGroup)),
    'group delete "Hall 2"',
  );

  addGroupDeviceCommands(group, io);
};

const rowOf = ({ id, name, purpose, desc, productID, tags, deviceCount, createdTime }: GroupInfo) => ({
  id,
  name,
  purpose,
  description: desc || undefined,
  productKey: productID || undefined,
  tags: Object.keys(tags).length > 0 ? tags : undefined,
  devices: Number(deviceCount),
  created: isoOfSeconds(createdTime),
});

const showTree = async (session: Session, { purpose }: Purpose, named?: string): Promise<void> => {
  const { groups, out } = session;
  const id = named === undefined ? '1' : (await findGroup(session, named, purpose)).id;
  const top = await groups.groupInfoRead({ id, purpose, withChildren: true });
  const columnsOf = ({ id: groupID, deviceCount }: GroupInfo) => ({ id: groupID, devices: Number(deviceCount) });
  const rows = treeRows(id === '1' ? top.children : [top], columnsOf, out.json ? '' : '  ');
  out.rows(rows, ['name', 'id', 'devices'], 'no groups');
};

const createGroup = async (
  session: Session,
  { parent, purpose, description: desc, product: productID, tag: tags }: CreateOptions,
  name: string,
): Promise<void> => {
  const { groups, out } = session;
  const parentID = parent === undefined ? undefined : (await findGroup(session, parent, purpose)).id;
  const { id } = await groups.groupInfoCreate({ name, parentID, purpose, desc, productID, tags });
  out.record(rowOf(await groups.groupInfoRead({ id })));
};

const showGroup = async (session: Session, { purpose }: Purpose, named: string): Promise<void> => {
  const { groups, out } = session;
  const { id } = await findGroup(session, named, purpose);
  const group = await groups.groupInfoRead({ id, withDevices: true });
  const devices = group.devices.map(({ productID: productKey, deviceName }) => ({ productKey, deviceName }));
  if (out.json) return out.record({ ...rowOf(group), devices });
  out.record(rowOf(group));
  if (devices.length > 0) out.rows(devices, ['productKey', 'deviceName'], '');
};

const updateGroup = async (
  session: Session,
  { purpose, name, description, tag }: UpdateOptions,
  named: string,
): Promise<void> => {
  const { groups, out } = session;
  const { id, desc, tags } = await findGroup(session, named, purpose);
  // The platform takes description and tags as they are sent.
  await groups.groupInfoUpdate({ id, name, desc: description ?? desc, tags: { ...tags, ...tag } });
  out.record(rowOf(await groups.groupInfoRead({ id })));
};

const deleteGroup = async (
  session: Session,
  { purpose, yes = false }: Purpose & { yes?: boolean },
  named: string,
): Promise<void> => {
  const { groups, out } = session;
  const { id, name, isLeaf } = await findGroup(session, named, purpose);
  if (Number(isLeaf) !== YesNo.yes && !yes) {
    throw new CliError(ExitCode.usage, `${name} has groups below it, which would go with it`, {
      hint: '--yes does it.',
    });
  }
  await groups.groupInfoDelete({ id });
  out.done({ deleted: name, id }, `deleted group ${name}`);
};
