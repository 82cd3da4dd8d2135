/** The logs of devices: what nodes saw, and what was sent. Newest first. */
import { Code, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { wantedActions } from '../../log-action';
import { requireDeviceName, requireProductID } from '../../wire/fields';
import { conditionsOf, noFilter, refuseFilters, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';
import { literal } from '../../wire/search';
import { findDevice } from './find-device';
import { TIME_FILTERS, timeRange } from './time-range';

type DeviceMsg = typeof services.deviceMsg;
type Methods = Pick<Handlers<DeviceMsg>, 'hubLogIndex' | 'sendLogIndex'>;

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

/** A device is asked for, and stands where it stands. */
const SEND_NOT_SERVED = ['productCategoryID', 'projectID', 'areaID', 'areaIDPath', 'areaIDs', 'BelongGroup'] as const;

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

  async sendLogIndex(request) {
    refuseFilters(request, SEND_NOT_SERVED);
    const device = await findDevice({ prisma }, request);
    const dataIDs = [...request.dataIDs, request.dataID].filter(Boolean);
    const resultCode = Number(request.resultCode);
    const where = {
      deviceID: device.id,
      timestamp: timeRange(request.timeStart, request.timeEnd),
      ...(dataIDs.length > 0 && { dataID: { in: dataIDs } }),
      ...(request.actions.length > 0 && { action: { in: request.actions } }),
      ...(request.userID !== '0' && { userID: BigInt(request.userID) }),
      ...(resultCode !== 0 && { resultCode: resultCode === Code.inProgress ? null : resultCode }),
    };
    const [rows, total] = await Promise.all([
      prisma.sendLog.findMany({
        where,
        ...pageOf(request.page),
        orderBy: [{ timestamp: 'desc' }, { msgToken: 'desc' }],
      }),
      prisma.sendLog.count({ where }),
    ]);
    const list = rows.map((row) => ({
      timestamp: row.timestamp.toString(),
      account: row.account,
      userID: row.userID.toString(),
      productID: device.productID,
      deviceName: device.deviceName,
      action: row.action,
      dataID: row.dataID,
      traceID: row.traceID,
      content: row.content,
      resultCode: row.resultCode ?? Code.inProgress,
    }));
    return { list, total };
  },
});
