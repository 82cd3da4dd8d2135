/** The devices of the benchmarks, by number. */
import { services } from '@alink/contract';
import { deviceCredentials, type Credentials } from '@alink/signing';
import { PRODUCT, type Platform } from '../platform';

/** Devices in one call to dm.rpc. */
const CREATE_BATCH = 2000;

export const nameOf = (n: number): string => `bench${String(n).padStart(5, '0')}`;
const secretOf = (n: number): string => `secret-of-${n}`;

/** What a device signs and connects with; it hears replies without a SUBSCRIBE. */
export const credentialsOf = (n: number): Credentials =>
  deviceCredentials({ productKey: PRODUCT, deviceName: nameOf(n), deviceSecret: secretOf(n), extra: { _ss: '1' } });

/** Where a device posts its properties. */
export const reportTopicOf = (n: number): string => `/sys/${PRODUCT}/${nameOf(n)}/thing/event/property/post`;

export const createDevices = async (platform: Platform, count: number): Promise<void> => {
  const admin = platform.client(services.deviceAdmin);
  for (let from = 0; from < count; from += CREATE_BATCH) {
    const rows = Array.from({ length: Math.min(CREATE_BATCH, count - from) }, (_, i) => ({
      deviceName: nameOf(from + i),
      deviceSecret: secretOf(from + i),
    }));
    await admin.createDevices({ productID: PRODUCT, rows, allOrNothing: true }, { deadlineMs: 120_000 });
  }
};
