/** New groups: where they stand in the tree, and which devices are in them from the beginning. */
import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { Transaction } from '../../transaction';
import { badParameter } from '../../wire/errors';
import { addMembers, deviceIDsOf, requireDevices, type Moved } from './members';
import { depthOf, newGroupRow, parentOf, type GroupInput } from './group-record';

/** Groups below one another at most; the root counts as one more in unitedrhino. */
const MAX_DEPTH = 4;

export interface CreatedGroup {
  readonly id: bigint;
  readonly purpose: string;
  readonly name: string;
  readonly members: readonly Moved[];
}

/** The path of the group above, which stays until the transaction ends; empty below the root. */
const pathAbove = async (
  tx: Transaction,
  { parentID }: GroupInput,
  purpose: string,
  prefix: string,
): Promise<string> => {
  const parent = parentOf(parentID);
  if (parent === null) return '';
  const [above] = await tx.$queryRaw<{ id_path: string; purpose: string }[]>`
    SELECT id_path, purpose FROM device_group WHERE id = ${parent} FOR KEY SHARE`;
  if (!above) throw badParameter(`${prefix}parentID`, 'names no group');
  if (above.purpose !== purpose) throw badParameter(`${prefix}purpose`, `must be that of its parent, ${above.purpose}`);
  if (depthOf(above.id_path) >= MAX_DEPTH) {
    const message = `${prefix}parentID is ${MAX_DEPTH} groups deep: nothing can stand below it`;
    throw new RpcError(Code.outOfRange, message, { details: [`${prefix}parentID`] });
  }
  return above.id_path;
};

/**
 * @param prefix of the fields' names: `groups[0].`
 * @returns undefined when its purpose has a group of this name
 * @throws {RpcError} 100006 for what cannot be, 100015 for a group too deep in the tree
 */
export const createGroup = async (
  tx: Transaction,
  info: GroupInput,
  prefix = '',
): Promise<CreatedGroup | undefined> => {
  const row = newGroupRow(info, prefix);
  const devices = requireDevices(`${prefix}devices`, info.devices);
  const above = await pathAbove(tx, info, row.purpose, prefix);
  const [next] = await tx.$queryRaw<{ id: bigint }[]>`SELECT nextval('device_group_id_seq') AS id`;
  const { id } = next!;
  const data = { ...row, id, parentID: parentOf(info.parentID), idPath: `${above}${id}-` };
  const { count } = await tx.deviceGroup.createMany({ data: [data], skipDuplicates: true });
  if (count === 0) return undefined;
  const deviceIDs = await deviceIDsOf(tx, `${prefix}devices`, devices);
  const members = await addMembers(tx, [id], deviceIDs);
  return { id, purpose: row.purpose, name: row.name, members };
};
