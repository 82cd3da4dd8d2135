/** A definition of a thing model on the wire and in the database. */
import { YesNo, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import { assembleModel, definitionFrom, type ThingModel } from '@alink/thing-model';
import { badParameter, thingModelFault } from '../../wire/errors';
import { mergeExtra, pickExtra } from '../../wire/extra';
import type { RequestOf, ResponseOf } from '../../wire/messages';
import { SCHEMA_DEFAULTS } from './product-defaults';

type SchemaList = NonNullable<ResponseOf<typeof services.productManage, 'productSchemaIndex'>['list']>;
export type SchemaOutput = SchemaList[number];
export type SchemaInput = NonNullable<RequestOf<typeof services.productManage, 'productSchemaCreate'>['info']>;
export type SchemaRow = Prisma.SchemaEntryGetPayload<object>;
/** A row as it is written: its JSON column has another type on the way in. */
export type SchemaData = Omit<SchemaRow, 'extra'> & { readonly extra: Prisma.InputJsonObject };

/** Kept and returned, not interpreted. */
const EXTRA = [
  'tag',
  'isCanSceneLinkage',
  'recordMode',
  'extendConfig',
  'funcGroup',
  'userPerm',
  'controlMode',
  'isPassword',
  'tenantCode',
] as const;

const checked = (field: string, entry: SchemaData): SchemaData => {
  try {
    definitionFrom(entry);
    return entry;
  } catch (error) {
    throw thingModelFault(field, error);
  }
};

/** The row of a new definition. @param field where it stands in the request */
export const newSchemaRow = (field: string, info: SchemaInput, productID: string, order: number): SchemaData =>
  checked(field, {
    productID,
    identifier: info.identifier,
    type: Number(info.type),
    name: info.name?.value || info.identifier,
    desc: info.desc?.value ?? '',
    required: Number(info.required) === YesNo.yes,
    order: Number(info.order) || order,
    affordance: info.affordance?.value ?? '',
    extra: pickExtra(info, EXTRA),
  });

/** The row with what is set in `info`. The type of a definition never changes. */
export const changedSchemaRow = (field: string, info: SchemaInput, row: SchemaRow): SchemaData => {
  const type = Number(info.type);
  if (type !== 0 && type !== row.type) throw badParameter(`${field}.type`, 'cannot be changed');
  return checked(field, {
    ...row,
    name: info.name?.value ?? row.name,
    desc: info.desc?.value ?? row.desc,
    required: info.required === '0' ? row.required : Number(info.required) === YesNo.yes,
    order: Number(info.order) || row.order,
    affordance: info.affordance?.value ?? row.affordance,
    extra: mergeExtra(row.extra, info, EXTRA),
  });
};

export const schemaInfo = (row: SchemaRow): SchemaOutput => ({
  ...SCHEMA_DEFAULTS,
  ...(row.extra as object),
  productID: row.productID,
  type: row.type,
  identifier: row.identifier,
  name: { value: row.name },
  desc: { value: row.desc },
  required: row.required ? YesNo.yes : YesNo.no,
  affordance: { value: row.affordance },
  order: row.order,
});

/** The model that rows make together. @throws ThingModelError when they are too many, or one occurs twice */
export const modelOf = (rows: readonly Omit<SchemaRow, 'extra' | 'productID'>[]): ThingModel =>
  assembleModel(rows.map(definitionFrom));

/** The order in which definitions are listed. */
export const SCHEMA_ORDER: Prisma.SchemaEntryOrderByWithRelationInput[] = [{ order: 'asc' }, { identifier: 'asc' }];
