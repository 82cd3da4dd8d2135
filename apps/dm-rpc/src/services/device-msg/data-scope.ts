/** Whose data a request is about: devices of one product or of a category, further by where they stand. */
import { Prisma } from '@alink/db';
import type { DmContext } from '../../context';
import { belongingTo, type WantedGroups } from '../../domains/groups/group-filter';
import { badParameter, noDevice, noProduct, notFound } from '../../wire/errors';
import { requireDeviceName, requireProductID } from '../../wire/fields';
import { conditionsOf, noFilter, type FilterTable } from '../../wire/filters';
import { inArea, inAreaPath, inAreas, inCategories, inProject, inTenant } from '../device-manage/device-filter';
import type { ProductModel } from '../product-manage/compiled-models';

export interface ScopeRequest {
  readonly productID: string;
  readonly productCategoryID: string;
  readonly deviceName: string;
  readonly deviceNames: readonly string[];
  readonly areaID: string;
  readonly areaIDPath: string;
  readonly areaIDs: readonly string[];
  readonly projectID: string;
  readonly tenantCode: string;
  readonly BelongGroup: WantedGroups;
}

export interface DataScope {
  /** By which the data is read; of several products that of the first. */
  readonly model: ProductModel;
  /** Which of the devices `d` are meant, as a condition. */
  readonly devices: Prisma.Sql;
}

/** As devices stand now; unitedrhino keeps with each value where its device stood then. */
export const BY_PLACE = {
  areaID: inArea,
  areaIDPath: inAreaPath,
  areaIDs: inAreas,
  projectID: inProject,
  tenantCode: inTenant,
  BelongGroup: belongingTo,
};

const FILTERS: FilterTable<ScopeRequest, Prisma.DeviceWhereInput> = {
  productID: noFilter,
  deviceName: noFilter,
  deviceNames: noFilter,
  productCategoryID: (id) => inCategories([id]),
  ...BY_PLACE,
};

const MODEL_PART = { productID: true, schemaRevision: true, protocolConf: true } as const;

type Tools = Pick<DmContext, 'prisma' | 'models'>;

/** The one device that is meant, if it is one: it may have definitions of its own. */
const oneDevice = async ({ prisma }: Tools, { productID, deviceName, deviceNames }: ScopeRequest) => {
  const names = new Set(deviceNames.length > 0 ? deviceNames : [deviceName].filter(Boolean));
  const [name] = names;
  if (name === undefined || names.size > 1) return undefined;
  const select = { id: true, schemaRevision: true } as const;
  const where = { productID_deviceName: { productID, deviceName: name } };
  return (await prisma.device.findUnique({ where, select })) ?? undefined;
};

const modelOf = async (tools: Tools, request: ScopeRequest) => {
  const { prisma, models } = tools;
  const { productID, productCategoryID } = request;
  if (productID !== '' || productCategoryID === '0') {
    const product = await prisma.product.findUnique({
      where: { productID: requireProductID('productID', productID) },
      select: MODEL_PART,
    });
    if (!product) throw noProduct(productID);
    return models.of({ ...product, device: await oneDevice(tools, request) });
  }
  const categoryID = BigInt(productCategoryID);
  const first = await prisma.product.findFirst({
    where: { categoryID },
    orderBy: { createdAt: 'asc' },
    select: MODEL_PART,
  });
  if (!first) throw notFound(`a product of category ${productCategoryID}`);
  return models.of(first);
};

/** The devices that are named. @throws {RpcError} 100009 when one of them does not exist */
const namesOf = async ({ prisma }: Tools, { productID, deviceName, deviceNames }: ScopeRequest): Promise<string[]> => {
  const names = deviceNames.length > 0 ? deviceNames : [deviceName].filter(Boolean);
  names.forEach((name) => requireDeviceName('deviceName', name));
  if (names.length === 0) return [];
  if (productID === '') throw badParameter('productID', 'must be set where devices are named');
  const rows = await prisma.device.findMany({
    where: { productID, deviceName: { in: [...names] } },
    select: { deviceName: true },
  });
  const known = new Set(rows.map((row) => row.deviceName));
  const missing = names.find((name) => !known.has(name));
  if (missing !== undefined) throw noDevice({ productID, deviceName: missing });
  return [...names];
};

/**
 * @throws {RpcError} 100006 where neither a product nor a category is named, 100009 for a product, a device or products that
 *   do not exist, 100018 for a filter that is not served
 */
export const scopeOf = async (tools: Tools, request: ScopeRequest): Promise<DataScope> => {
  const conditions = await conditionsOf(FILTERS, request);
  const [model, names] = await Promise.all([modelOf(tools, request), namesOf(tools, request)]);
  const { productID } = request;
  const devices = [
    ...(productID === '' ? [] : [Prisma.sql`d.product_id = ${productID}`]),
    ...(names.length > 0 ? [Prisma.sql`d.device_name = ANY(${names}::text[])`] : []),
  ];
  if (conditions.length > 0) {
    const where = { AND: [...conditions, ...(productID === '' ? [] : [{ productID }])] };
    const found = await tools.prisma.device.findMany({ where, select: { id: true } });
    devices.push(Prisma.sql`d.id = ANY(${found.map(({ id }) => id)}::bigint[])`);
  }
  return { model, devices: Prisma.join(devices, ' AND ') };
};
