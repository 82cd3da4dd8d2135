/** What is wrong with devices, and when it was over. Newest first. */
import type { services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { requireDeviceName, requireProductID, plainText, choice } from '../../wire/fields';
import { conditionsOf, noFilter, notServed, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';
import { unixMilliseconds } from '../../wire/times';
import { findDevice } from './find-device';
import { TIME_FILTERS } from './time-range';

type DeviceMsg = typeof services.deviceMsg;
type Methods = Pick<Handlers<DeviceMsg>, 'abnormalLogIndex' | 'abnormalLogCreate'>;

/** `action`: it has begun, or is over. */
const BEGAN = 1;
const OVER = 2;

const FILTERS: FilterTable<RequestOf<DeviceMsg, 'abnormalLogIndex'>, Prisma.AbnormalLogWhereInput> = {
  page: noFilter,
  productID: (productID) => ({ device: { productID: requireProductID('productID', productID) } }),
  deviceName: (deviceName) => ({ device: { deviceName: requireDeviceName('deviceName', deviceName) } }),
  ...TIME_FILTERS,
  action: (action) => ({ action: choice('action', action, [BEGAN, OVER], BEGAN) }),
  type: (type) => ({ type: plainText('type', type, 128) }),
  // Its dm has these fields and looks at neither.
  userID: noFilter,
  resultCode: noFilter,
  productCategoryID: notServed,
  projectID: notServed,
  areaID: notServed,
  areaIDPath: notServed,
  areaIDs: notServed,
  BelongGroup: notServed,
};

export const abnormalLogHandlers = ({ prisma, now }: DmContext): Methods => ({
  /** Of one device, of all of a product, or of all that there are. */
  async abnormalLogIndex(request) {
    const { productID, deviceName } = request;
    if (productID && deviceName) await findDevice({ prisma }, { productID, deviceName });
    const where = { AND: await conditionsOf(FILTERS, request) };
    const [rows, total] = await Promise.all([
      prisma.abnormalLog.findMany({
        where,
        include: { device: { select: { productID: true, deviceName: true } } },
        ...pageOf(request.page),
        orderBy: [{ timestamp: 'desc' }, { id: 'desc' }],
      }),
      prisma.abnormalLog.count({ where }),
    ]);
    const list = rows.map(({ device, timestamp, action, type, reason, traceID }) => ({
      ...device,
      timestamp: timestamp.toString(),
      action,
      type,
      Reason: reason,
      traceID,
    }));
    return { list, total };
  },

  /** Unitedrhino keeps one of a device that does not exist, too. */
  async abnormalLogCreate({ productID, deviceName, timestamp, action, type, Reason }) {
    const { id: deviceID } = await findDevice({ prisma }, { productID, deviceName });
    await prisma.abnormalLog.create({
      data: {
        deviceID,
        timestamp: BigInt(unixMilliseconds('timestamp', timestamp) || now()),
        action: choice('action', action, [BEGAN, OVER], BEGAN),
        type: plainText('type', type, 128),
        reason: plainText('Reason', Reason, 1024),
        traceID: '',
      },
    });
    return {};
  },
});
