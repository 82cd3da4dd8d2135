/**
 * Definitions that a request gives with a tag: any tag but that of the product's own names the common definition of the same
 * identifier, as in unitedrhino (`productSchemaCreate`). Without a tag, where there is none, the definition is the product's
 * own: most callers know of nothing else, and unitedrhino refuses them.
 */
import type { SchemaInput } from '../../services/product-manage/schema-record';
import type { Transaction } from '../../transaction';
import { badParameter, notFound } from '../../wire/errors';
import { asTakenOver, type CommonRow } from './common-record';
import { Tag } from './tags';

/** A definition, and where it stands in the request. */
export interface PlacedInfo {
  readonly field: string;
  readonly info: SchemaInput;
}

/** As a message has it that says nothing: the common definition is meant where there is one. */
const NO_TAG = '0';
const TAGS: readonly string[] = [NO_TAG, ...Object.values(Tag)];

/** The common definition of each identifier that has one. */
export const commonBy = async (
  tx: Pick<Transaction, 'commonDefinition'>,
  identifiers: readonly string[],
): Promise<ReadonlyMap<string, CommonRow>> => {
  if (identifiers.length === 0) return new Map();
  const rows = await tx.commonDefinition.findMany({ where: { identifier: { in: [...identifiers] } } });
  return new Map(rows.map((row) => [row.identifier, row]));
};

/** @throws {RpcError} 100009 where there is none, 100006 where it is of another type than was given */
export const requireCommon = (
  common: ReadonlyMap<string, CommonRow>,
  field: string,
  { identifier, type }: Pick<SchemaInput, 'identifier' | 'type'>,
): CommonRow => {
  const row = common.get(identifier);
  if (!row) throw notFound(`common definition ${identifier}`);
  if (Number(type) !== 0 && Number(type) !== row.type) {
    throw badParameter(field ? `${field}.type` : 'type', `is ${row.type} in the common definition ${identifier}`);
  }
  return row;
};

/**
 * A common definition with what a thing model may have its own way: how it is called and described, whether it is required,
 * where it stands, and what clients keep with it. Its body and who may use it are those of the common one, whatever was given.
 */
export const withGiven = (row: CommonRow, info: SchemaInput): SchemaInput => {
  const common = asTakenOver(row, info.productID);
  return {
    ...common,
    name: info.name?.value ? info.name : common.name,
    desc: info.desc?.value ? info.desc : common.desc,
    required: Number(info.required) === 0 ? common.required : info.required,
    order: Number(info.order) === 0 ? common.order : info.order,
    extendConfig: info.extendConfig || common.extendConfig,
  };
};

/** What a product's model shall have. @throws {RpcError} 100006 for an unknown tag; what {@link requireCommon} throws */
export const asMeant = async (tx: Transaction, given: readonly PlacedInfo[]): Promise<PlacedInfo[]> => {
  const unknown = given.find(({ info }) => !TAGS.includes(String(info.tag)));
  if (unknown) throw badParameter(`${unknown.field}.tag`, 'must be 1, 2 or 3');
  const named = given.filter(({ info }) => info.tag !== Tag.own).map(({ info }) => info.identifier);
  const common = await commonBy(tx, named);
  return given.map(({ field, info }) => {
    const isOwn = info.tag === Tag.own || (info.tag === NO_TAG && !common.has(info.identifier));
    if (isOwn) return { field, info: { ...info, tag: Tag.own } };
    const taken = withGiven(requireCommon(common, field, info), info);
    return { field, info: info.tag === Tag.required ? { ...taken, tag: Tag.required } : taken };
  });
};

/** What a change may do to a definition that is taken over: the body and who may use it stay those of the common one. */
export const changeOfTaken = (info: SchemaInput): SchemaInput => ({
  ...info,
  affordance: null,
  isCanSceneLinkage: '0',
  funcGroup: '0',
  controlMode: '0',
  userPerm: '0',
  recordMode: '0',
});
