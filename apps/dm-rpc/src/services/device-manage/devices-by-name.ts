/** Thousands of devices by their names: in parts, since names are parameters of a statement, which has room for some ten thousand. */
import type { Prisma } from '@alink/db';
import type { DeviceCore } from '../../device-core';

const PART = 2000;

/** A list in parts, each for one statement. */
export const inParts = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / PART) }, (_, part) => items.slice(part * PART, (part + 1) * PART));

/** That a device is one of these; of none where none is named. */
export const byNames = (devices: readonly DeviceCore[]): Prisma.DeviceWhereInput => {
  const namesOf = new Map<string, string[]>();
  for (const { productID, deviceName } of devices) {
    const names = namesOf.get(productID);
    if (names) names.push(deviceName);
    else namesOf.set(productID, [deviceName]);
  }
  return { OR: [...namesOf].map(([productID, names]) => ({ productID, deviceName: { in: names } })) };
};
