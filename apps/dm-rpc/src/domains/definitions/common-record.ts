/** A common definition on the wire and in the database. */
import { YesNo, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import {
  changedSchemaRow,
  newSchemaRow,
  schemaInfo,
  type SchemaData,
  type SchemaInput,
} from '../../services/product-manage/schema-record';
import { badParameter } from '../../wire/errors';
import { requireText } from '../../wire/fields';
import type { RequestOf, ResponseOf } from '../../wire/messages';
import { Tag } from './tags';

export type CommonInput = NonNullable<RequestOf<typeof services.schemaManage, 'commonSchemaCreate'>['info']>;
export type CommonOutput = NonNullable<ResponseOf<typeof services.schemaManage, 'commonSchemaIndex'>['list']>[number];
export type CommonRow = Prisma.CommonDefinitionGetPayload<object>;
type CommonData = Omit<SchemaData, 'productID'>;

/** As a message has them that says nothing. */
const EMPTY_EXTRA = {
  isCanSceneLinkage: '0',
  recordMode: '0',
  extendConfig: '',
  funcGroup: '0',
  userPerm: '0',
  controlMode: '0',
  isPassword: '0',
  tenantCode: '',
} as const;

/** Of no product: what one adds to a definition is not there. */
const ofNone = (info: CommonInput): SchemaInput => ({ ...info, productID: '', tag: '0', tenantCode: '' });
const withoutProduct = ({ productID: _, ...row }: SchemaData): CommonData => row;

/** @throws {RpcError} 100006 */
export const requireInfo = (info: CommonInput | null): CommonInput => {
  if (!info) throw badParameter('info', 'must be set');
  requireText('info.identifier', info.identifier);
  return info;
};

export const newCommonRow = (info: CommonInput): CommonData => {
  requireText('info.name', info.name?.value ?? '');
  return withoutProduct(newSchemaRow('info', ofNone(info), '', 1));
};

export const changedCommonRow = (info: CommonInput, { id: _, ...row }: CommonRow): CommonData =>
  withoutProduct(changedSchemaRow('info', ofNone(info), { ...row, productID: '' }));

export const commonInfo = ({ id, ...row }: CommonRow): CommonOutput => {
  const { productID: _product, tag: _tag, tenantCode: _tenant, ...info } = schemaInfo({ ...row, productID: '' });
  return { ...info, id: id.toString() };
};

/** What a product's model has of it that takes it over. */
export const asTakenOver = ({ id: _, ...row }: CommonRow, productID: string): SchemaInput => {
  const { extra } = row;
  return {
    ...EMPTY_EXTRA,
    ...(extra as Partial<Record<keyof typeof EMPTY_EXTRA, string>>),
    productID,
    identifier: row.identifier,
    type: String(row.type),
    tag: Tag.common,
    name: { value: row.name },
    desc: { value: row.desc },
    affordance: { value: row.affordance },
    required: String(row.required ? YesNo.yes : YesNo.no),
    order: String(row.order),
  };
};
