/** What is known of a device's properties, and values that wait for it. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { readValues } from '../../domains/desired/store';
import { deviceKey, type DeviceCore } from '../../device-core';
import { badParameter, noDevice } from '../../wire/errors';
import { requireDevice } from '../device-manage/device-record';
import { byNames, inParts } from '../device-manage/devices-by-name';
import { findDevice } from './find-device';
import { latestValues, type LatestValue } from './latest-values';

type Methods = Pick<
  Handlers<typeof services.deviceMsg>,
  'propertyLatestIndex' | 'propertyLatestIndex2' | 'shadowIndex'
>;

const MODEL_PART = { productID: true, schemaRevision: true, protocolConf: true } as const;

/** Pairs of device and property in one request at most. */
const MAX_PAIRS = 10_000;

/** Which of a device's latest values are wanted; none named are all. */
const isWanted = (dataIDs: ReadonlySet<string>, { dataID, identifier }: LatestValue): boolean =>
  dataIDs.size === 0 || dataIDs.has(dataID) || dataIDs.has(identifier);

const entryOf = (device: DeviceCore, { dataID, dataName, value, timestamp }: LatestValue) => ({
  ...device,
  dataID,
  dataName,
  timestamp: timestamp.toString(),
  value,
});

export const propertyDataHandlers = ({ prisma, models }: DmContext): Methods => ({
  /**
   * In the thing model's order, arrays by their elements; without `ignoreEmpty` also what was never reported, with the
   * value that the model gives it and the time 0. A dataID may be that of an array as a whole; one that the model does not
   * have is left out.
   */
  async propertyLatestIndex(request) {
    const { id, productID, deviceName } = await findDevice({ prisma }, request);
    const [rows, found] = await Promise.all([
      prisma.propertyLatest.findMany({ where: { deviceID: id }, orderBy: { identifier: 'asc' } }),
      prisma.device.findUnique({
        where: { id },
        select: { id: true, schemaRevision: true, product: { select: MODEL_PART } },
      }),
    ]);
    const latest = new Map(rows.map((row) => [row.identifier, row]));
    const wanted = new Set(request.dataIDs);
    // It went at this moment.
    if (!found) throw noDevice({ productID, deviceName });
    const list = latestValues(await models.of({ ...found.product, device: found }), latest)
      .filter((value) => isWanted(wanted, value))
      .filter(({ isKnown }) => isKnown || !request.ignoreEmpty)
      .map((value) => entryOf({ productID, deviceName }, value));
    return { list, total: list.length };
  },

  /** Devices in the order in which they are first named; one that does not exist is left out, as in unitedrhino. */
  async propertyLatestIndex2(request) {
    if (request.devices.length > MAX_PAIRS) throw badParameter('devices', `must be at most ${MAX_PAIRS}`);
    const wanted = new Map<string, DeviceCore & { readonly dataIDs: Set<string> }>();
    for (const [at, pair] of request.devices.entries()) {
      const device = requireDevice(pair, `devices[${at}].`);
      const { dataIDs } = wanted.get(deviceKey(device)) ?? { dataIDs: new Set<string>() };
      wanted.set(deviceKey(device), { ...device, dataIDs: dataIDs.add(pair.dataID) });
    }
    const list = [];
    for (const part of inParts([...wanted.values()])) {
      const rows = await prisma.device.findMany({
        where: byNames(part),
        select: {
          id: true,
          productID: true,
          deviceName: true,
          schemaRevision: true,
          product: { select: MODEL_PART },
          latest: true,
        },
      });
      const found = new Map(rows.map((row) => [deviceKey(row), row]));
      for (const { dataIDs, ...device } of part) {
        const row = found.get(deviceKey(device));
        if (!row) continue;
        const latest = new Map(row.latest.map((value) => [value.identifier, value]));
        const values = latestValues(await models.of({ ...row.product, device: row }), latest).filter((value) =>
          isWanted(dataIDs, value),
        );
        for (const value of values) list.push(entryOf(device, value));
      }
    }
    return { list, total: list.length };
  },

  /**
   * What the device is still to be sent, as JSON; it leaves the list when the device has it, and stays a desired value
   * (`alink.Desired`).
   */
  async shadowIndex(request) {
    const device = await findDevice({ prisma }, request);
    const identifiers = request.dataIDs.length > 0 ? request.dataIDs : undefined;
    const waiting = await readValues(prisma, device.id, { isWaiting: true, identifiers });
    return { list: waiting.map(({ identifier: dataID, value }) => ({ dataID, value, updatedDeviceTime: 0 })) };
  },
});
