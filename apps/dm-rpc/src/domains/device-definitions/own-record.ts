/** A definition of one device on the wire and in the database. */
import type { services } from '@alink/contract';
import {
  changedSchemaRow,
  newSchemaRow,
  schemaInfo,
  type SchemaData,
  type SchemaInput,
  type SchemaRow,
} from '../../services/product-manage/schema-record';
import type { RequestOf, ResponseOf } from '../../wire/messages';
import type { CommonRow } from '../definitions/common-record';
import { Tag, tagOf } from '../definitions/tags';
import { withGiven } from '../definitions/take-over';
import type { OwnRow } from './own-definitions';

type DeviceManage = typeof services.deviceManage;
export type OwnInput = RequestOf<DeviceManage, 'deviceSchemaCreate'>;
export type OwnOutput = NonNullable<ResponseOf<DeviceManage, 'deviceSchemaIndex'>['list']>[number];
/** A row as it is written, but whose it is. */
export type OwnData = Omit<SchemaData, 'productID'>;

/** Where a device's definition comes from, in its field `tag`. */
const OwnTag = { own: '4', common: '5' } as const;

const ofDevice = ({ productID: _, ...row }: SchemaData, tag: string): OwnData => ({
  ...row,
  extra: { ...row.extra, tag },
});

/** In the words of a product's: it says the same of a definition. The tag is ours to say. */
const asProducts = ({ deviceName: _, ...info }: OwnInput): SchemaInput => ({ ...info, tag: '0', tenantCode: '' });

/** @param field where it stands in the request @throws {RpcError} 100006 for what cannot be */
export const newOwnRow = (field: string, info: OwnInput, order: number): OwnData =>
  ofDevice(newSchemaRow(field, asProducts(info), '', order), OwnTag.own);

/** Whether it names a common definition: by the tag that a product has for such a one, too. */
export const meansCommon = ({ tag }: OwnInput): boolean => [OwnTag.common, Tag.common].some((each) => each === tag);

/** A common definition with what was given beside its name. A body of its own stands, as in unitedrhino. */
export const newTakenRow = (field: string, common: CommonRow, info: OwnInput): OwnData => {
  const taken = withGiven(common, asProducts(info));
  const affordance = info.affordance?.value ? info.affordance : taken.affordance;
  return ofDevice(newSchemaRow(field, { ...taken, affordance }, '', common.order), OwnTag.common);
};

/** The body of what is taken over cannot be changed: what is given for it is passed over, as in unitedrhino. */
export const changedOwnRow = (info: OwnInput, { deviceID: _, ...row }: OwnRow): OwnData => {
  const given = asProducts(info);
  const change = tagOf(row) === OwnTag.common ? { ...given, affordance: null } : given;
  const { productID: _product, ...changed } = changedSchemaRow('', change, { ...row, productID: '' });
  return changed;
};

/** What a device has of a common definition that it takes over. */
export const takenOver = ({ id: _, ...row }: CommonRow): OwnData => ({
  ...row,
  extra: { ...(row.extra as Record<string, string>), tag: OwnTag.common },
});

export const ownInfo = (row: SchemaRow, deviceName: string): OwnOutput => {
  const { tenantCode: _, ...info } = schemaInfo(row);
  return { ...info, deviceName };
};
