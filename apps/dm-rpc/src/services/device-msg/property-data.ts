/** What devices reported: latest values, history, and values that wait. */
import { DefinitionType, type services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { badParameter, noDevice } from '../../wire/errors';
import { requireDeviceName, requireProductID, requireText } from '../../wire/fields';
import { refuseFilters } from '../../wire/filters';
import { pageOf } from '../../wire/paging';
import { findDevice } from './find-device';
import { timeRange } from './time-range';

type Methods = Pick<Handlers<typeof services.deviceMsg>, 'propertyLatestIndex' | 'propertyLogIndex' | 'shadowIndex'>;

const ASCENDING = 1;

/** Nothing is put together over an interval; without one its unit, `fill`, `partitionBy` and `noFirstTs` say nothing. */
const NOT_SERVED = [
  'argFunc',
  'interval',
  'areaID',
  'areaIDPath',
  'areaIDs',
  'productCategoryID',
  'BelongGroup',
  'projectID',
  'tenantCode',
] as const;

export const propertyDataHandlers = ({ prisma }: DmContext): Methods => {
  const propertiesOf = (productID: string) =>
    prisma.schemaEntry.findMany({
      where: { productID, type: DefinitionType.property },
      orderBy: [{ order: 'asc' }, { identifier: 'asc' }],
      select: { identifier: true, name: true },
    });

  /** Ids of the devices that a history is about, with their names. */
  const devicesOf = async (productID: string, names: readonly string[]): Promise<ReadonlyMap<bigint, string>> => {
    requireProductID('productID', productID);
    if (names.length === 0) throw badParameter('deviceName', 'must not be empty');
    names.forEach((name) => requireDeviceName('deviceName', name));
    const rows = await prisma.device.findMany({
      where: { productID, deviceName: { in: [...names] } },
      select: { id: true, deviceName: true },
    });
    const known = new Set(rows.map((row) => row.deviceName));
    const missing = names.find((name) => !known.has(name));
    if (missing !== undefined) throw noDevice({ productID, deviceName: missing });
    return new Map(rows.map((row) => [row.id, row.deviceName]));
  };

  return {
    /** In the thing model's order; without `ignoreEmpty` also the properties that were never reported, without a value. */
    async propertyLatestIndex(request) {
      const device = await findDevice({ prisma }, request);
      const { productID, deviceName } = device;
      const [rows, properties] = await Promise.all([
        prisma.propertyLatest.findMany({ where: { deviceID: device.id }, orderBy: { identifier: 'asc' } }),
        propertiesOf(productID),
      ]);
      const latest = new Map(rows.map((row) => [row.identifier, row]));
      const names = new Map(properties.map((property) => [property.identifier, property.name]));
      const wanted =
        request.dataIDs.length > 0 ? new Set(request.dataIDs) : new Set([...names.keys(), ...latest.keys()]);
      const list = [...wanted]
        .filter((identifier) => latest.has(identifier) || !request.ignoreEmpty)
        .map((identifier) => ({
          productID,
          deviceName,
          dataID: identifier,
          dataName: names.get(identifier) ?? '',
          timestamp: latest.get(identifier)?.timestamp.toString() ?? '0',
          value: latest.get(identifier)?.value ?? '',
        }));
      return { list, total: list.length };
    },

    /** Newest first, or oldest first with `order` 1. */
    async propertyLogIndex(request) {
      refuseFilters(request, NOT_SERVED);
      const { productID } = request;
      const names = request.deviceNames.length > 0 ? request.deviceNames : [request.deviceName].filter(Boolean);
      const devices = await devicesOf(productID, names);
      const where = {
        deviceID: { in: [...devices.keys()] },
        identifier: requireText('dataID', request.dataID),
        timestamp: timeRange(request.timeStart, request.timeEnd),
      };
      const direction = Number(request.order) === ASCENDING ? 'asc' : 'desc';
      const [rows, total] = await Promise.all([
        prisma.propertyHistory.findMany({
          where,
          ...pageOf(request.page),
          orderBy: [{ timestamp: direction }, { arrivedAt: direction }, { messageID: 'asc' }],
        }),
        prisma.propertyHistory.count({ where }),
      ]);
      const list = rows.map((row) => ({
        productID,
        deviceName: devices.get(row.deviceID) ?? '',
        dataID: row.identifier,
        timestamp: row.timestamp.toString(),
        value: row.value,
      }));
      return { list, total };
    },

    async shadowIndex(request) {
      const device = await findDevice({ prisma }, request);
      const rows = await prisma.waitingValue.findMany({
        where: { deviceID: device.id, ...(request.dataIDs.length > 0 && { identifier: { in: request.dataIDs } }) },
        orderBy: { identifier: 'asc' },
      });
      const list = rows.map((row) => ({
        dataID: row.identifier,
        value: row.value,
        updatedDeviceTime: row.updatedAt.toString(),
      }));
      return { list };
    },
  };
};
