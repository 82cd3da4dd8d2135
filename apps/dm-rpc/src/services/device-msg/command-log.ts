/** What devices were told, and how it ended: a row for each command, of a property set for each property. Newest first. */
import { Code, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { requireDeviceName, requireProductID } from '../../wire/fields';
import type { RequestOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';
import { plainValue } from '../../wire/plain-value';
import { refuseUnserved } from '../../wire/unserved';
import { findDevice } from './find-device';
import { timeRange } from './time-range';

type Methods = Pick<Handlers<typeof services.deviceMsg>, 'sendLogIndex'>;
type Request = RequestOf<typeof services.deviceMsg, 'sendLogIndex'>;
type Row = Prisma.SendLogGetPayload<object>;

const UNSERVED = ['productCategoryID', 'projectID', 'areaID', 'areaIDPath', 'areaIDs', 'BelongGroup'];

/** A call with its answer, in the form that unitedrhino's console shows. */
const callOf = ({ content, userID, resultCode, resultMsg, output }: Row): string => {
  const answer = JSON.stringify({ code: resultCode, msg: resultMsg, outputParams: output });
  const resp = resultCode === null ? '' : `,"resp":${answer}`;
  return `{"req":${content || '{}'},"userID":${userID}${resp}}`;
};

/** What the log shows of a row: the value that was set, the call with its answer, the values that the device answered. */
const contentOf = (row: Row): string => {
  switch (row.action) {
    case 'propertyControlSend':
      return plainValue(row.content);
    case 'propertyGetReportSend':
      return row.output;
    case 'actionSend':
      return callOf(row);
    default:
      return row.content;
  }
};

const whereOf = (request: Request): Prisma.SendLogWhereInput => {
  const dataIDs = [...request.dataIDs, request.dataID].filter(Boolean);
  const resultCode = Number(request.resultCode);
  return {
    isLogged: true,
    timestamp: timeRange(request.timeStart, request.timeEnd),
    ...(dataIDs.length > 0 && { dataID: { in: dataIDs } }),
    ...(request.actions.length > 0 && { action: { in: request.actions } }),
    ...(request.userID !== '0' && { userID: BigInt(request.userID) }),
    ...(resultCode !== 0 && { resultCode: resultCode === Code.inProgress ? null : resultCode }),
  };
};

export const commandLogHandlers = ({ prisma }: DmContext): Methods => {
  /** The devices whose log is asked for: one, all of a product, or all. */
  const devicesOf = async ({ productID, deviceName }: Request): Promise<Prisma.SendLogWhereInput> => {
    if (productID && deviceName) return { deviceID: (await findDevice({ prisma }, { productID, deviceName })).id };
    return {
      device: {
        ...(productID && { productID: requireProductID('productID', productID) }),
        ...(deviceName && { deviceName: requireDeviceName('deviceName', deviceName) }),
      },
    };
  };

  return {
    async sendLogIndex(request) {
      refuseUnserved(request, UNSERVED);
      const where = { ...whereOf(request), ...(await devicesOf(request)) };
      const [rows, total] = await Promise.all([
        prisma.sendLog.findMany({
          where,
          include: { device: { select: { productID: true, deviceName: true } } },
          ...pageOf(request.page),
          orderBy: [{ timestamp: 'desc' }, { deviceID: 'asc' }, { msgToken: 'desc' }, { part: 'asc' }],
        }),
        prisma.sendLog.count({ where }),
      ]);
      const list = rows.map(({ device, ...row }) => ({
        ...device,
        timestamp: row.timestamp.toString(),
        account: row.account,
        userID: row.userID.toString(),
        action: row.action,
        dataID: row.dataID,
        traceID: row.traceID,
        content: contentOf(row),
        resultCode: row.resultCode ?? Code.inProgress,
      }));
      return { list, total };
    },
  };
};
