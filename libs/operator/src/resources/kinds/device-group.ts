import * as z from 'zod';
import { allPages } from '../../all-pages';
import { inParts } from '../../at-once';
import { OperatorError } from '../../operator-error';
import type { Platform } from '../../platform';
import type { Kind } from '../kind';
import { defined, deviceName, fileName, name, productKey, shortText, tags, tagsIfAny, withDefaults } from '../members';

/** What unitedrhino takes where no purpose is said. */
const DEFAULT_PURPOSE = 'default';
/** `parentID` of what stands below no other group. */
const ROOT_ID = '1';

const memberSchema = z.strictObject({ productKey, deviceName });
const schema = z.strictObject({
  name: name(100),
  /** Groups of one purpose make a tree, in which each has a name of its own. */
  purpose: name(100).optional(),
  /** Name of the group above, of the same purpose. */
  parent: name(100).optional(),
  description: shortText(200).optional(),
  tags: tags.optional(),
  devices: z.array(memberSchema).optional(),
});
type GroupSpec = z.infer<typeof schema>;
type Member = z.infer<typeof memberSchema>;
type GroupInfo = Awaited<ReturnType<Platform['groups']['groupInfoIndex']>>['list'][number];

const DEFAULTS: Partial<GroupSpec> = { description: '', tags: {}, devices: [] };

const idOf = ({ name, purpose = DEFAULT_PURPOSE }: Pick<GroupSpec, 'name' | 'purpose'>): string =>
  purpose === DEFAULT_PURPOSE ? name : `${purpose}/${name}`;

const keyOf = ({ productKey, deviceName }: Member): string => `${productKey}/${deviceName}`;
/** Each once, in an order of their own: a group has none. */
const sorted = (members: readonly Member[]): Member[] => {
  const byKey = new Map(members.map((member) => [keyOf(member), member]));
  return [...byKey.keys()].sort().map((key) => byKey.get(key)!);
};
const without = (members: readonly Member[] = [], others: readonly Member[] = []): Member[] => {
  const keys = new Set(others.map(keyOf));
  return members.filter((member) => !keys.has(keyOf(member)));
};

/** A group of devices. Which devices it has is looked at where its document says so; others leave it when it is pruned. */
export const deviceGroupKind: Kind<GroupSpec> = {
  name: 'DeviceGroup',
  schema,
  idOf,
  needs: ({ parent, purpose }) =>
    parent === undefined ? [] : [{ kind: 'DeviceGroup', id: idOf({ name: parent, purpose }) }],
  exists: async (platform, id) => {
    const [name, purpose] = id.split('/').reverse();
    return (await find(platform, { name: name!, purpose })) !== undefined;
  },
  normal: ({ purpose, devices, ...spec }) =>
    defined({
      ...spec,
      purpose: purpose === DEFAULT_PURPOSE ? undefined : purpose,
      devices: devices && sorted(devices),
    }),
  read: async (platform, wanted) => {
    const info = await find(platform, wanted);
    if (!info) return undefined;
    const spec = await specOf(platform, info, wanted.devices !== undefined);
    return withDefaults(spec, wanted, DEFAULTS);
  },
  fixed: (before, after) =>
    before.parent === after.parent
      ? undefined
      : `stands below ${before.parent ?? 'no group'}, and groups cannot be moved: delete it first`,
  merge: (before, wanted, prune) => {
    const merged = { ...before, ...wanted };
    return wanted.devices && !prune
      ? { ...merged, devices: sorted([...(before.devices ?? []), ...wanted.devices]) }
      : merged;
  },
  lacked: (before, wanted) => (wanted.devices ? without(before.devices, wanted.devices).map(keyOf) : []),
  create: async (platform, after) => {
    const { name, purpose, parent, description, tags } = after;
    const above = parent === undefined ? undefined : await requireGroup(platform, { name: parent, purpose });
    const { id } = await platform.groups.groupInfoCreate({
      name,
      purpose,
      parentID: above?.id ?? ROOT_ID,
      desc: description,
      tags,
    });
    await addAll(platform, id, after.devices ?? []);
  },
  change: async (platform, before, after) => {
    const { id } = await requireGroup(platform, after);
    await platform.groups.groupInfoUpdate({ id, name: after.name, desc: after.description, tags: after.tags });
    await addAll(platform, id, without(after.devices, before.devices));
    for (const list of inParts(without(before.devices, after.devices).map(coreOf))) {
      await platform.groups.groupDeviceMultiDelete({ groupID: id, list });
    }
  },
  list: async (platform, { productKeys, purposes, devices }) => {
    if (productKeys.length > 0) return [];
    // Those above come before those below: they are older.
    const infos = await allPages('id', (page) =>
      platform.groups.groupInfoIndex({ purposes: [DEFAULT_PURPOSE, ...purposes], page }),
    );
    const specs: GroupSpec[] = [];
    for (const info of infos) specs.push(await specOf(platform, info, devices));
    return specs;
  },
  fileOf: ({ purpose = DEFAULT_PURPOSE }) => `groups/${fileName(purpose)}`,
};

const coreOf = ({ productKey: productID, deviceName }: Member) => ({ productID, deviceName });

const addAll = async ({ groups }: Platform, groupID: string, members: readonly Member[]): Promise<void> => {
  for (const list of inParts(members.map(coreOf))) await groups.groupDeviceMultiCreate({ groupID, list });
};

const find = async (
  { groups }: Platform,
  { name, purpose }: Pick<GroupSpec, 'name' | 'purpose'>,
): Promise<GroupInfo | undefined> => {
  const { list } = await groups.groupInfoIndex({ names: [name], purpose });
  return list.find((group) => group.name === name);
};

const requireGroup = async (platform: Platform, group: Pick<GroupSpec, 'name' | 'purpose'>): Promise<GroupInfo> => {
  const info = await find(platform, group);
  if (!info) throw new OperatorError('refused', `there is no group ${idOf(group)}`);
  return info;
};

/** @param withMembers whether its devices are asked for: there may be many */
const specOf = async (platform: Platform, info: GroupInfo, withMembers: boolean): Promise<GroupSpec> => {
  const { id, parentID, name, purpose, desc, tags } = info;
  const parent = parentID === ROOT_ID ? undefined : await platform.groups.groupInfoRead({ id: parentID });
  const members = withMembers ? await membersOf(platform, id) : [];
  return defined({
    name,
    purpose: purpose === DEFAULT_PURPOSE ? undefined : purpose,
    parent: parent?.name,
    description: desc || undefined,
    tags: tagsIfAny(tags),
    devices: members.length > 0 ? sorted(members) : undefined,
  });
};

const membersOf = async ({ devices }: Platform, groupID: string): Promise<Member[]> => {
  const list = await allPages('id', (page) => devices.deviceInfoIndex({ groupID, page }));
  return list.map(({ productID: productKey, deviceName }) => ({ productKey, deviceName }));
};
