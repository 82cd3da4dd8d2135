import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { notFound } from '../wire/errors';

/** `dm.userDevice`: devices belong to nobody here, so nothing of them is shared. */
export const userDevice = (): Handlers<typeof services.userDevice> => ({
  async userDeviceShareRead() {
    throw notFound('a share of this device');
  },
});
