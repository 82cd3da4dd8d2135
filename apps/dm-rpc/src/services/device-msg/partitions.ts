/** What values are kept apart by when one is made of many: `partitionBy`, several separated by commas. */
import { Prisma } from '@alink/db';
import { refuseFilters } from '../../wire/filters';
import { DEVICE_DEFAULTS } from '../device-manage/device-defaults';

/** A field of the answer, which tells of whom its values are. */
export type PartitionField = 'deviceName' | 'tenantCode' | 'projectID' | 'areaID' | 'areaIDPath';

export interface Partition {
  readonly field: PartitionField;
  /** Of the device `d` that a value is of. */
  readonly column: Prisma.Sql;
}

const kept = (field: Exclude<PartitionField, 'deviceName'>): Prisma.Sql =>
  Prisma.sql`coalesce(nullif(d.extra->>${field}, ''), ${DEVICE_DEFAULTS[field]})`;

const COLUMNS: Readonly<Record<PartitionField, Prisma.Sql>> = {
  deviceName: Prisma.sql`d.device_name`,
  tenantCode: kept('tenantCode'),
  projectID: kept('projectID'),
  areaID: kept('areaID'),
  areaIDPath: kept('areaIDPath'),
};

/** unitedrhino takes the names of columns, too. */
const camelCase = (name: string): string => {
  const joined = name.trim().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return joined.replace(/Id(?=$|[A-Z])/g, 'ID');
};

/** @throws {RpcError} 100018 for what is not served */
export const partitionsOf = (request: { readonly partitionBy: string }): Partition[] => {
  if (request.partitionBy === '') return [];
  const fields = new Set(request.partitionBy.split(',').map(camelCase));
  return [...fields].map((field) => {
    if (!Object.hasOwn(COLUMNS, field)) refuseFilters(request, ['partitionBy']);
    return { field: field as PartitionField, column: COLUMNS[field as PartitionField] };
  });
};

/** The fields of an answer, of values that are kept apart by nothing. */
export const NOBODY = { deviceName: '', tenantCode: '', projectID: '0', areaID: '0', areaIDPath: '' } as const;
