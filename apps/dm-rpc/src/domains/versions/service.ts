/** Versions of firmware and modules, as devices have told them. */
import type { services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { requireDevice } from '../../services/device-manage/device-record';
import { notFound } from '../../wire/errors';
import { requireDeviceName, requireProductID } from '../../wire/fields';
import { conditionsOf, noFilter, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { orderOf, pageOf } from '../../wire/paging';

type DeviceManage = typeof services.deviceManage;
type Methods = Pick<Handlers<DeviceManage>, 'deviceModuleVersionRead' | 'deviceModuleVersionIndex'>;

/** unitedrhino reads none of them yet. */
const FILTERS: FilterTable<
  RequestOf<DeviceManage, 'deviceModuleVersionIndex'>,
  Prisma.DeviceModuleVersionWhereInput
> = {
  page: noFilter,
  productID: (productID) => ({ device: { productID: requireProductID('productID', productID) } }),
  deviceName: (deviceName) => ({ device: { deviceName: requireDeviceName('deviceName', deviceName) } }),
  moduleCode: (moduleCode) => ({ moduleCode }),
};

const SORT = { id: 'id', moduleCode: 'moduleCode', version: 'version' } as const;
const DEVICE_PART = { device: { select: { productID: true, deviceName: true } } } as const;

const versionOf = ({
  id,
  device,
  moduleCode,
  version,
}: Prisma.DeviceModuleVersionGetPayload<{ include: typeof DEVICE_PART }>) => ({
  id: id.toString(),
  ...device,
  moduleCode,
  version,
});

export const moduleVersionHandlers = ({ prisma }: Pick<DmContext, 'prisma'>): Methods => ({
  /** By its id, or by its device and module; without a module the one that the device has told first. */
  async deviceModuleVersionRead(request) {
    const { id, moduleCode } = request;
    const where =
      id === '0' ? { device: requireDevice(request), ...(moduleCode && { moduleCode }) } : { id: BigInt(id) };
    const row = await prisma.deviceModuleVersion.findFirst({ where, include: DEVICE_PART, orderBy: { id: 'asc' } });
    if (!row) throw notFound(id === '0' ? `a version of ${moduleCode || 'any module'}` : `version ${id}`);
    return versionOf(row);
  },

  async deviceModuleVersionIndex(request) {
    const where = { AND: await conditionsOf(FILTERS, request) };
    const [rows, total] = await Promise.all([
      prisma.deviceModuleVersion.findMany({
        where,
        include: DEVICE_PART,
        ...pageOf(request.page),
        orderBy: orderOf(request.page, SORT, [{ id: 'asc' }]),
      }),
      prisma.deviceModuleVersion.count({ where }),
    ]);
    return { list: rows.map(versionOf), total };
  },
});
