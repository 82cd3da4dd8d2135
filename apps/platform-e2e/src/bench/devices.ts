/** The devices of the benchmarks, by number. */
import { services } from '@alink/contract';
import { deviceCredentials, type Credentials } from '@alink/signing';
import { PRODUCT, type Platform } from '../platform';

/** Devices in one call to dm.rpc. */
const CREATE_BATCH = 2000;

export const nameOf = (n: number): string => `bench${String(n).padStart(5, '0')}`;
export const secretOf = (n: number): string => `secret-of-${n}`;

/** What a device signs and connects with; by default it hears replies without a SUBSCRIBE. */
export const credentialsOf = (
  n: number,
  productKey = PRODUCT,
  extra: Record<string, string> = { _ss: '1' },
): Credentials => deviceCredentials({ productKey, deviceName: nameOf(n), deviceSecret: secretOf(n), extra });

/** Where a device posts its properties. */
export const reportTopicOf = (n: number, productKey = PRODUCT): string =>
  `/sys/${productKey}/${nameOf(n)}/thing/event/property/post`;

export const createDevices = async (platform: Platform, count: number, productID = PRODUCT): Promise<void> => {
  const admin = platform.client(services.deviceAdmin);
  for (let from = 0; from < count; from += CREATE_BATCH) {
    const rows = Array.from({ length: Math.min(CREATE_BATCH, count - from) }, (_, i) => ({
      deviceName: nameOf(from + i),
      deviceSecret: secretOf(from + i),
    }));
    await admin.createDevices({ productID, rows, allOrNothing: true }, { deadlineMs: 120_000 });
  }
};
