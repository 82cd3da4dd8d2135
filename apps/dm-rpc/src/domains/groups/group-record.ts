/** A group of devices on the wire and in the database. */
import { YesNo, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import { plainText, requireText, textMap } from '../../wire/fields';
import type { RequestOf, ResponseOf } from '../../wire/messages';
import { unixSeconds } from '../../wire/times';

export type GroupInput = RequestOf<typeof services.deviceGroup, 'groupInfoCreate'>;
/** With its ids as text, as all of ours are. */
export type GroupOutput = ResponseOf<typeof services.deviceGroup, 'groupInfoRead'> & {
  readonly id: string;
  readonly parentID: string;
};

/** What of its surroundings a group shows. */
export const COUNTS = { _count: { select: { members: true, children: true } } } as const;
export type GroupRow = Prisma.DeviceGroupGetPayload<{ include: typeof COUNTS }>;

/** Above all groups of a purpose; a row it is none. */
export const ROOT_ID = '1';
/** What is in no group; a row it is none. */
export const NOT_CLASSIFIED_ID = '2';
const DEFAULT_PURPOSE = 'default';
/** Nothing here separates projects. */
const PROJECT = '2';
const AREA = 2n;

const MAX_NAME = 100;
const MAX_DESC = 200;

export const purposeOf = (given: string, field = 'purpose'): string =>
  given === '' ? DEFAULT_PURPOSE : requireText(field, given, MAX_NAME);

/** The column of what is below a group; null below the root. */
export const parentOf = (id: string): bigint | null => (id === ROOT_ID || id === '0' ? null : BigInt(id));

/** How many groups a path names. */
export const depthOf = (idPath: string): number => idPath.split('-').length - 1;

/** The row of a new group, but for its place in the tree. @param prefix of the fields' names */
export const newGroupRow = (info: GroupInput, prefix = '') => ({
  purpose: purposeOf(info.purpose, `${prefix}purpose`),
  name: requireText(`${prefix}name`, info.name, MAX_NAME),
  desc: plainText(`${prefix}desc`, info.desc, MAX_DESC),
  productID: plainText(`${prefix}productID`, info.productID, MAX_NAME),
  areaID: info.areaID === '0' ? AREA : BigInt(info.areaID),
  tags: textMap(`${prefix}tags`, info.tags),
  files: textMap(`${prefix}files`, info.files),
});

export const changedGroupRow = (info: GroupInput): Prisma.DeviceGroupUpdateInput => ({
  ...(info.name !== '' && { name: requireText('name', info.name, MAX_NAME) }),
  desc: plainText('desc', info.desc, MAX_DESC),
  tags: textMap('tags', info.tags),
  ...(info.areaID !== '0' && { areaID: BigInt(info.areaID) }),
  ...(Object.keys(info.files).length > 0 && { files: textMap('files', info.files) }),
});

/** @param productName of the product that it is meant for */
export const groupInfo = (row: GroupRow, productName = ''): GroupOutput => ({
  id: row.id.toString(),
  parentID: row.parentID?.toString() ?? ROOT_ID,
  projectID: PROJECT,
  areaID: row.areaID.toString(),
  name: row.name,
  desc: row.desc,
  purpose: row.purpose,
  idPath: row.idPath,
  isLeaf: row._count.children === 0 ? YesNo.yes : YesNo.no,
  deviceCount: row._count.members,
  productID: row.productID,
  productName,
  tags: row.tags as Record<string, string>,
  files: row.files as Record<string, string>,
  createdTime: unixSeconds(row.createdAt),
});

/** What stands for a group without being one; its name is what unitedrhino's console shows. */
export const placeholder = (id: string): GroupOutput => ({
  id,
  name: id === ROOT_ID ? '根节点' : '自定义',
  parentID: '0',
  projectID: PROJECT,
  areaID: AREA.toString(),
});
