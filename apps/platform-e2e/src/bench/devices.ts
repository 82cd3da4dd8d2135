/** The devices of the benchmarks, by number. */
import { deviceCredentials } from '@alink/signing';
import { PRODUCT, type Platform } from '../platform';
import type { Credentials } from './device-connection';

/** Calls to dm.rpc that are under way at once. */
const CREATE_WINDOW = 32;

export const nameOf = (n: number): string => `bench${String(n).padStart(5, '0')}`;
export const secretOf = (n: number): string => `secret-of-${n}`;

export const credentialsOf = (n: number): Credentials =>
  deviceCredentials({ productKey: PRODUCT, deviceName: nameOf(n), deviceSecret: secretOf(n) });

export const createDevices = async (platform: Platform, count: number): Promise<void> => {
  const queue = Array.from({ length: count }, (_, n) => n);
  await Promise.all(
    Array.from({ length: CREATE_WINDOW }, async () => {
      for (let n = queue.pop(); n !== undefined; n = queue.pop()) {
        await platform.createDevice(PRODUCT, nameOf(n), secretOf(n));
      }
    }),
  );
};
