/** What devices were told, and how it ended: a row for each command, of a property set for each property. Newest first. */
import { isUtf8 } from 'node:buffer';
import { Code, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { belongingTo } from '../../domains/groups/group-filter';
import { requireDeviceName, requireProductID } from '../../wire/fields';
import { conditionsOf, noFilter, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';
import { plainValue } from '../../wire/plain-value';
import { inArea, inAreaPath, inAreas, inCategories, inProject } from '../device-manage/device-filter';
import { findDevice } from './find-device';
import { TIME_FILTERS } from './time-range';

type Methods = Pick<Handlers<typeof services.deviceMsg>, 'sendLogIndex'>;
type Request = RequestOf<typeof services.deviceMsg, 'sendLogIndex'>;
type Row = Prisma.SendLogGetPayload<object>;

const FILTERS: FilterTable<Request, Prisma.SendLogWhereInput> = {
  page: noFilter,
  productID: (productID) => ({ device: { productID: requireProductID('productID', productID) } }),
  deviceName: (deviceName) => ({ device: { deviceName: requireDeviceName('deviceName', deviceName) } }),
  ...TIME_FILTERS,
  dataIDs: (dataIDs) => ({ dataID: { in: dataIDs } }),
  dataID: (dataID) => ({ dataID }),
  userID: (userID) => ({ userID: BigInt(userID) }),
  actions: (actions) => ({ action: { in: actions } }),
  resultCode: (code) => ({ resultCode: Number(code) === Code.inProgress ? null : Number(code) }),
  productCategoryID: (id) => ({ device: inCategories([id]) }),
  projectID: (id) => ({ device: inProject(id) }),
  areaID: (id) => ({ device: inArea(id) }),
  areaIDPath: (path) => ({ device: inAreaPath(path) }),
  areaIDs: (ids) => ({ device: inAreas(ids) }),
  BelongGroup: (groups) => ({ device: belongingTo(groups) }),
};

/** A call with its answer, in the form that unitedrhino's console shows. */
const callOf = ({ content, userID, resultCode, resultMsg, output }: Row): string => {
  const answer = JSON.stringify({ code: resultCode, msg: resultMsg, outputParams: output });
  const resp = resultCode === null ? '' : `,"resp":${answer}`;
  return `{"req":${content || '{}'},"userID":${userID}${resp}}`;
};

/** A message that was a synchronous call, with its answer in the form of a call's; another is what was sent. */
const sentOf = (row: Row): string =>
  row.output === '' ? row.content : callOf({ ...row, content: JSON.stringify(row.content), output: answeredText(row) });

/** Bytes that a device has answered, which the record has in base64: as text where they are one. */
const answeredText = ({ output }: Row): string => {
  // A long record is cut off: its closing quote is missing then.
  const base64 = output.replaceAll('"', '');
  const bytes = Buffer.from(base64, 'base64');
  return isUtf8(bytes) ? bytes.toString('utf8') : base64;
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
    case 'sendMsg':
      return sentOf(row);
    default:
      return row.content;
  }
};

export const commandLogHandlers = ({ prisma }: DmContext): Methods => ({
  /** Of one device, of all of a product, or of all that there are. */
  async sendLogIndex(request) {
    const { productID, deviceName } = request;
    if (productID && deviceName) await findDevice({ prisma }, { productID, deviceName });
    const where = { isLogged: true, AND: await conditionsOf(FILTERS, request) };
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
});
