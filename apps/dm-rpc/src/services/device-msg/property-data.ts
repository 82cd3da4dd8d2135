/** What is known of a device's properties, and values that wait for it. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { readValues } from '../../domains/desired/store';
import { findDevice } from './find-device';
import { latestValues } from './latest-values';

type Methods = Pick<Handlers<typeof services.deviceMsg>, 'propertyLatestIndex' | 'shadowIndex'>;

export const propertyDataHandlers = ({ prisma, models }: DmContext): Methods => ({
  /**
   * In the thing model's order, arrays by their elements; without `ignoreEmpty` also what was never reported, with the
   * value that the model gives it and the time 0. A dataID may be that of an array as a whole; one that the model does not
   * have is left out.
   */
  async propertyLatestIndex(request) {
    const device = await findDevice({ prisma }, request);
    const { productID, deviceName } = device;
    const [rows, product] = await Promise.all([
      prisma.propertyLatest.findMany({ where: { deviceID: device.id }, orderBy: { identifier: 'asc' } }),
      prisma.product.findUniqueOrThrow({
        where: { productID },
        select: { productID: true, schemaRevision: true, protocolConf: true },
      }),
    ]);
    const latest = new Map(rows.map((row) => [row.identifier, row]));
    const wanted = new Set(request.dataIDs);
    const list = latestValues(await models.of(product), latest)
      .filter(({ dataID, identifier }) => wanted.size === 0 || wanted.has(dataID) || wanted.has(identifier))
      .filter(({ isKnown }) => isKnown || !request.ignoreEmpty)
      .map(({ dataID, dataName, value, timestamp }) => ({
        productID,
        deviceName,
        dataID,
        dataName,
        timestamp: timestamp.toString(),
        value,
      }));
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
