/** The log of what nodes saw of devices. Newest first. */
import type { services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { wantedActions } from '../../log-action';
import { requireDeviceName, requireProductID } from '../../wire/fields';
import { conditionsOf, noFilter, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';
import { literal } from '../../wire/search';
import { TIME_FILTERS } from './time-range';

type DeviceMsg = typeof services.deviceMsg;
type Methods = Pick<Handlers<DeviceMsg>, 'hubLogIndex'>;

const HUB_FILTERS: FilterTable<RequestOf<DeviceMsg, 'hubLogIndex'>, Prisma.HubLogWhereInput> = {
  page: noFilter,
  productID: (productID) => ({ productID: requireProductID('productID', productID) }),
  deviceName: (deviceName) => ({ deviceName: requireDeviceName('deviceName', deviceName) }),
  ...TIME_FILTERS,
  actions: (actions) => ({ action: { in: wantedActions(actions) } }),
  topics: (topics) => ({ topic: { in: topics } }),
  content: (text) => ({ content: { contains: literal(text) } }),
  requestID: (requestID) => ({ requestID }),
};

export const deviceLogHandlers = ({ prisma }: DmContext): Methods => ({
  /** Also of devices that do not exist: their log says why they were refused. */
  async hubLogIndex(request) {
    requireProductID('productID', request.productID);
    const where = { AND: await conditionsOf(HUB_FILTERS, request) };
    const [rows, total] = await Promise.all([
      prisma.hubLog.findMany({
        where,
        ...pageOf(request.page),
        orderBy: [{ timestamp: 'desc' }, { messageID: 'asc' }],
      }),
      prisma.hubLog.count({ where }),
    ]);
    const list = rows.map(({ timestamp, productID: _p, deviceName: _d, messageID: _m, ...row }) => ({
      ...row,
      timestamp: timestamp.toString(),
    }));
    return { list, total };
  },
});
