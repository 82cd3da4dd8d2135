/** A gateway's pack, taken apart: what it packs of a sub-device is a report of that device, kept with the gateway's own. */
import type { DeviceReport } from '@alink/contract';
import { fits, isText } from '../wire/shape';
import type { Place } from './place';

/** More reports than a message holds, and more sub-devices than a pack has, together below what a place has room for. */
const REPORTS = 2 ** 14;

const isNamed = { productID: isText, deviceName: isText };

/**
 * The report without its sub-devices, and one for each of them.
 * @throws {TypeError} for a sub-device without names
 */
export const reportsIn = (report: DeviceReport): readonly DeviceReport[] => {
  const { message } = report;
  if (message?.method !== 'packReport' || !message.subDevices) return [report];
  const { subDevices, ...own } = message;
  const packed = subDevices.map(({ productID, deviceName, properties, events }) => {
    if (!fits(isNamed, { productID, deviceName })) throw new TypeError('a packed device has no name');
    return { ...report, productID, deviceName, message: { ...own, properties, events } };
  });
  return [{ ...report, message: own }, ...packed];
};

/** Where a report of a pack stands. @param part 0 for the gateway's own */
export const placeOf = (place: Place, part: number): Place => ({ ...place, index: place.index + part * REPORTS });
