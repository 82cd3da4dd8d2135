/** Devices as they are let in, for tests in which nobody decides on that. */
import type { SessionOptions } from '../src/session/session';
import { ListedDm, PRODUCT_KEY } from './listed-dm';

const dm = new ListedDm();

/** What a session of the device is made of. */
export const admitted = async (deviceName: string): Promise<SessionOptions> => {
  const { products, devices } = await dm.resolve([{ productKey: PRODUCT_KEY, deviceName }]);
  return {
    product: products[0]!,
    device: devices[0]!,
    stillGood: () => true,
    rawClientId: `${deviceName}|securemode=3|`,
    username: `${deviceName}&${PRODUCT_KEY}`,
    address: '192.0.2.1:4711',
    ext: 0,
  };
};
