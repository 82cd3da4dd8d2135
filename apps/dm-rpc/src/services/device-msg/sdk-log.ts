/** The log of a device's own program. Newest first. */
import { lineText } from '@alink/alink';
import type { services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { conditionsOf, noFilter, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';
import { findDevice } from './find-device';
import { TIME_FILTERS } from './time-range';

type DeviceMsg = typeof services.deviceMsg;

const FILTERS: FilterTable<RequestOf<DeviceMsg, 'sdkLogIndex'>, Prisma.SdkLogWhereInput> = {
  page: noFilter,
  productID: noFilter,
  deviceName: noFilter,
  ...TIME_FILTERS,
  // Of that level alone, as there.
  logLevel: (level) => ({ level: Number(BigInt.asIntN(32, BigInt(level))) }),
};

export const sdkLogHandlers = ({ prisma }: DmContext): Pick<Handlers<DeviceMsg>, 'sdkLogIndex'> => ({
  async sdkLogIndex(request) {
    const { productID, deviceName, page } = request;
    const { id: deviceID } = await findDevice({ prisma }, { productID, deviceName });
    const where = { deviceID, AND: await conditionsOf(FILTERS, request) };
    const [rows, total] = await Promise.all([
      prisma.sdkLog.findMany({
        where,
        ...pageOf(page),
        orderBy: [{ timestamp: 'desc' }, { arrivedAt: 'desc' }, { messageID: 'asc' }],
      }),
      prisma.sdkLog.count({ where }),
    ]);
    const list = rows.map(({ timestamp, level: loglevel, ...parts }) => ({
      timestamp: timestamp.toString(),
      loglevel,
      content: lineText(parts),
    }));
    return { list, total };
  },
});
