/** dm.DeviceMsg: what devices have sent (unitedrhino, things: devicemsg). */
import { RhinoError } from '../wire/rhino-error';
import type { DmMessage } from '../wire/messages';
import type { Methods } from '../wire/rpc-server';
import type { RhinoUser } from '../wire/user-context';
import type { DmContext } from './context';
import { defaultValue, valueText } from './define';
import { pageOf } from './devices';
import { arrayName, type ModelProperty } from './rhino-model';
import type { DeviceRef, DmState, PropertyRow } from './state';

type User = RhinoUser | undefined;

/**
 * Absent users pass here, unlike elsewhere.
 * @throws {RhinoError} 100012 for a user who administers nothing and shares no device
 */
export const requireAccess = (user: User): void => {
  if (user && !user.IsAdmin) throw new RhinoError(100012);
};

interface Span {
  readonly timeStart: string;
  readonly timeEnd: string;
}

/** Those in the time that is asked for, the latest first. */
const latestFirst = <T extends { readonly timestamp: number }>(rows: readonly T[], { timeStart, timeEnd }: Span): T[] =>
  rows
    .filter(({ timestamp }) => timestamp >= Number(timeStart) && (timeEnd === '0' || timestamp <= Number(timeEnd)))
    .sort((a, b) => b.timestamp - a.timestamp);

const modelOf = (state: DmState, { productID }: DeviceRef) => state.products.get(productID)?.model;

const dataName = (state: DmState, device: DeviceRef, dataID: string): string => {
  const name = modelOf(state, device)?.property(dataID)?.name ?? dataID;
  const { base } = arrayName(dataID);
  return name + dataID.slice(base.length);
};

const propertyInfo = (state: DmState, device: DeviceRef, { dataID, value, timestamp }: PropertyRow): object => ({
  dataID,
  dataName: dataName(state, device, dataID),
  value: valueText(value),
  timestamp,
});

/** The names under which values are kept: an array has one for each of its places, an undefined property none. */
const itemNames = (property: ModelProperty | undefined, dataID: string): string[] => {
  if (!property) return [];
  if (property.define.type !== 'array' || arrayName(dataID).isItem) return [dataID];
  return Array.from({ length: Number(property.define.max) }, (_item, place) => `${dataID}.${place}`);
};

export const messageMethods = ({ state }: DmContext): Methods[string] => ({
  /** A row for each property of the model; one that was never reported has its default value, and the time 0. */
  propertyLatestIndex: (request: DmMessage<'PropertyLatestIndexReq'>, user: User) => {
    requireAccess(user);
    const { dataIDs, ignoreEmpty } = request;
    const { latest } = state.dataOf(request);
    const model = modelOf(state, request);
    const asked = dataIDs.length > 0 ? dataIDs : (model?.properties ?? []).map(({ identifier }) => identifier);
    const rows = asked.flatMap((dataID) => itemNames(model?.property(dataID), dataID));
    const list = rows.flatMap((dataID) => {
      const row = latest.get(dataID);
      if (row) return [propertyInfo(state, request, row)];
      if (ignoreEmpty) return [];
      const value = defaultValue(model!.property(dataID)!.define);
      return [propertyInfo(state, request, { dataID, value, timestamp: 0 })];
    });
    return { list, total: rows.length };
  },

  propertyLogIndex: (request: DmMessage<'PropertyLogIndexReq'>, user: User) => {
    requireAccess(user);
    const { productID, deviceName, dataID, page } = request;
    if (!modelOf(state, request)?.property(dataID)) throw new RhinoError(100006, [], '参数错误:标识符未找到');
    const rows = state.dataOf({ productID, deviceName }).properties.filter((row) => row.dataID === dataID);
    const all = latestFirst(rows, request);
    const list = pageOf(all, page).map((row) => ({ ...propertyInfo(state, request, row), deviceName }));
    return { list, total: all.length };
  },

  eventLogIndex: (request: DmMessage<'EventLogIndexReq'>, user: User) => {
    requireAccess(user);
    const { productID, deviceName, dataID, page } = request;
    if (!deviceName) throw new RhinoError(100006, [], '参数错误:需要填写设备');
    const rows = state.dataOf({ productID, deviceName }).events.filter((row) => !dataID || row.dataID === dataID);
    const all = latestFirst(rows, request);
    const list = pageOf(all, page).map((row) => ({ ...row, deviceName, params: JSON.stringify(row.params) }));
    return { list, total: all.length };
  },

  hubLogIndex: (request: DmMessage<'HubLogIndexReq'>, user: User) => {
    requireAccess(user);
    const { actions, topics, content, requestID, page } = request;
    const rows = state
      .dataOf(request)
      .hub.filter(
        (row) =>
          (actions.length === 0 || actions.includes(row.action)) &&
          (topics.length === 0 || topics.includes(row.topic)) &&
          row.content.includes(content) &&
          (!requestID || row.requestID === requestID),
      );
    const all = latestFirst(rows, request);
    return { list: pageOf(all, page), total: all.length };
  },

  statusLogIndex: (request: DmMessage<'StatusLogIndexReq'>, user: User) => {
    requireAccess(user);
    const { productID, deviceName, page } = request;
    const all = latestFirst(state.dataOf(request).statuses, request);
    return { list: pageOf(all, page).map((row) => ({ ...row, productID, deviceName })), total: all.length };
  },

  sdkLogIndex: (request: Span & DeviceRef & { readonly page: DmMessage<'PageInfo'> | null }, user: User) => {
    requireAccess(user);
    const all = latestFirst(state.dataOf(request).sdkLog, request);
    return { list: pageOf(all, request.page), total: all.length };
  },

  shadowIndex: (request: DmMessage<'PropertyLatestIndexReq'>) => ({
    list: [...state.dataOf(request).shadow].map(([dataID, { value, deliveredAt = 0 }]) => ({
      dataID,
      value: JSON.stringify(value),
      updatedDeviceTime: Math.trunc(deliveredAt / 1000),
    })),
  }),
});
