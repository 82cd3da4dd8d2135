/** Categories as a file: JSON in the form in which unitedrhino's dm writes it, with the names of its columns. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { Transaction } from '../../transaction';
import { requireText, plainText } from '../../wire/fields';
import { jsonList, numberIn, textIn, type Members } from '../../wire/json-list';
import { isObject } from '../../wire/shape';
import { NOT_CLASSIFIED, parentOf, ROOT, type CategoryRow } from './category-record';
import { YesNo } from '@alink/contract';

type Methods = Pick<
  Handlers<typeof services.productManage>,
  'productCategoryMultiImport' | 'productCategoryMultiExport'
>;

/** Ids of a file that are kept: ids go on from the greatest, and have to be numbers in a file again. */
const MAX_ID = 2n ** 48n;

/** A category in a file. */
interface Entry {
  readonly id: bigint;
  readonly parentID: bigint | null;
  readonly name: string;
  readonly desc: string;
  readonly headImg: string;
  readonly order: bigint;
  readonly identifiers: readonly string[];
}

const readEntry = (members: Members): Entry => {
  const schemas = members['Schemas'];
  return {
    id: BigInt(numberIn(members, 'ID')),
    parentID: parentOf(BigInt(numberIn(members, 'ParentID'))),
    name: textIn(members, 'Name'),
    desc: textIn(members, 'Desc'),
    headImg: textIn(members, 'HeadImg'),
    order: BigInt(numberIn(members, 'Order')) || 1n,
    identifiers: Array.isArray(schemas)
      ? schemas.filter(isObject).map((schema) => textIn(schema as Members, 'Identifier'))
      : [],
  };
};

const writeEntry = (row: CategoryRow, identifiers: readonly string[]) => ({
  ID: Number(row.id),
  Name: row.name,
  Desc: row.desc,
  HeadImg: row.headImg,
  ParentID: Number(row.parentID ?? ROOT),
  IDPath: row.idPath,
  IsLeaf: row._count.children === 0 ? YesNo.yes : YesNo.no,
  DeviceCount: 0,
  Order: Number(row.order),
  Children: null,
  Schemas: identifiers.map((Identifier) => ({ ProductCategoryID: Number(row.id), Identifier })),
});

/** Those above before those below them, wherever they stand in the file. */
const fromTheTop = (entries: readonly Entry[]): Entry[] => {
  const byID = new Map(entries.map((entry) => [entry.id, entry]));
  const depthOf = (entry: Entry): number => {
    let depth = 0;
    // A file may name a circle: no path is longer than the file.
    for (let at: Entry | undefined = entry; at && depth <= entries.length; depth++) at = byID.get(at.parentID ?? 0n);
    return depth;
  };
  const depths = new Map(entries.map((entry) => [entry, depthOf(entry)]));
  return [...entries].sort((a, b) => depths.get(a)! - depths.get(b)!);
};

type Outcome = 'created' | 'ignored' | 'failed';

export const categoryFileHandlers = ({ prisma, audit }: DmContext): Methods => {
  /** With the id of the file where that is free, and none beyond all others. @param ids those of the file to those here */
  const importOne = async (tx: Transaction, entry: Entry, ids: Map<bigint, bigint>): Promise<Outcome> => {
    const existing = await tx.productCategory.findUnique({ where: { name: entry.name } });
    if (existing) {
      ids.set(entry.id, existing.id);
      return 'ignored';
    }
    const parentID = entry.parentID === null ? null : (ids.get(entry.parentID) ?? entry.parentID);
    const parent = parentID === null ? undefined : await tx.productCategory.findUnique({ where: { id: parentID } });
    if (parent === null) return 'failed';
    const isKept = entry.id > NOT_CLASSIFIED && entry.id <= MAX_ID;
    const isFree = isKept && !(await tx.productCategory.findUnique({ where: { id: entry.id } }));
    const [next] = await tx.$queryRaw<{ id: bigint }[]>`SELECT nextval('product_category_id_seq') AS id`;
    const id = isFree ? entry.id : next!.id;
    const { name, desc, headImg, order } = entry;
    const idPath = `${parent?.idPath ?? ''}${id}-`;
    await tx.productCategory.create({ data: { id, parentID, idPath, name, desc, headImg, order } });
    ids.set(entry.id, id);
    const definitions = await tx.commonDefinition.findMany({
      where: { identifier: { in: [...entry.identifiers] } },
      select: { id: true },
    });
    await tx.categoryDefinition.createMany({
      data: definitions.map((definition) => ({ categoryID: id, definitionID: definition.id })),
      skipDuplicates: true,
    });
    return 'created';
  };

  return {
    async productCategoryMultiExport({ ids }) {
      const rows = await prisma.productCategory.findMany({
        where: ids.length > 0 ? { id: { in: ids.map(BigInt) } } : {},
        include: { _count: { select: { children: true } } },
        orderBy: { idPath: 'asc' },
      });
      const bound = await prisma.categoryDefinition.findMany({
        where: { categoryID: { in: rows.map(({ id }) => id) } },
        include: { definition: { select: { identifier: true } } },
      });
      const of = (id: bigint) =>
        bound.filter(({ categoryID }) => categoryID === id).map(({ definition }) => definition.identifier);
      return { categories: JSON.stringify(rows.map((row) => writeEntry(row, of(row.id)))) };
    },

    async productCategoryMultiImport({ categories }, call) {
      const entries = jsonList('categories', categories).map(readEntry);
      for (const [i, { name, desc, headImg }] of entries.entries()) {
        requireText(`categories[${i}].Name`, name, 100);
        plainText(`categories[${i}].Desc`, desc, 200);
        plainText(`categories[${i}].HeadImg`, headImg, 200);
      }
      const outcomes = await audit.transact(call, async (tx, note) => {
        const ids = new Map<bigint, bigint>();
        const all: Outcome[] = [];
        for (const entry of fromTheTop(entries)) {
          const outcome = await importOne(tx, entry, ids);
          if (outcome === 'created') {
            note('category.create', {}, { category: String(ids.get(entry.id)), name: entry.name });
          }
          all.push(outcome);
        }
        await tx.$queryRaw`
          SELECT setval('product_category_id_seq', GREATEST((SELECT max(id) FROM product_category),
            (SELECT last_value FROM product_category_id_seq)))::text`;
        return all;
      });
      const count = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length;
      return {
        total: entries.length,
        succCount: count('created'),
        ignoreCount: count('ignored'),
        errCount: count('failed'),
      };
    },
  };
};
