/** Which products a list is about. */
import type { services } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import { extraIn } from '../../wire/extra';
import { noFilter, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { containing } from '../../wire/search';
import { inArea, inAreaPath, inProject } from '../device-manage/device-filter';
import { PRODUCT_DEFAULTS } from './product-defaults';

type Request = RequestOf<typeof services.productManage, 'productInfoIndex'>;
type Where = Prisma.ProductWhereInput;

const withEntries =
  (column: 'tags' | 'protocolConf') =>
  (map: Readonly<Record<string, string>>): Where => ({
    AND: Object.entries(map).map(([key, equals]) => ({ [column]: { path: [key], equals } })),
  });

/** As the one that carries commands, or beside that. */
const ofProtocols = (codes: readonly string[]): Where => ({
  OR: [{ protocolCode: { in: [...codes] } }, extraIn('subProtocolCode.value', codes)],
});

const withDevices = (where: Prisma.DeviceWhereInput): Where => ({ devices: { some: where } });
const inScenes = (modes: readonly string[]): Where => extraIn('sceneMode', modes, PRODUCT_DEFAULTS.sceneMode);

export const productFilters = (prisma: PrismaClient): FilterTable<Request, Where> => {
  /** Products of the protocols that are so: a product names its protocol, which may never have been announced. */
  const ofProtocolsThatAre = async (where: Prisma.ProtocolInfoWhereInput): Promise<Where> => {
    const rows = await prisma.protocolInfo.findMany({ where, select: { code: true } });
    return ofProtocols(rows.map(({ code }) => code));
  };
  return {
    page: noFilter,
    withProtocol: noFilter,
    withCategory: noFilter,
    productIDs: (values) => ({ productID: { in: values } }),
    productName: (text) => ({ productName: containing(text) }),
    deviceType: (value) => ({ deviceType: Number(value) }),
    deviceTypes: (values) => ({ deviceType: { in: values.map(Number) } }),
    netType: (value) => ({ netType: Number(value) }),
    status: (value) => ({ status: Number(value) }),
    statuses: (values) => ({ status: { in: values.map(Number) } }),
    categoryIDs: (ids) => ({ categoryID: { in: ids.map(BigInt) } }),
    tags: withEntries('tags'),
    protocolConf: withEntries('protocolConf'),
    protocolCode: (code) => ofProtocols([code]),
    // The two are about one protocol: the first one asks for both.
    protocolType: (type, { protocolTrans: transProtocol }) =>
      ofProtocolsThatAre({ type, ...(transProtocol && { transProtocol }) }),
    protocolTrans: (transProtocol, { protocolType }) =>
      protocolType ? undefined : ofProtocolsThatAre({ transProtocol }),
    sceneMode: (mode) => inScenes([mode]),
    sceneModes: inScenes,
    tenantCode: (code) => extraIn('tenantCode', [code], PRODUCT_DEFAULTS.tenantCode),
    // Those that have devices there.
    projectID: (id) => withDevices(inProject(id)),
    areaID: (id) => withDevices(inArea(id)),
    areaIDPath: (path) => withDevices(inAreaPath(path)),
  };
};
