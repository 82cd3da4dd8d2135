/** What a gateway device hears of the sub-devices that it registers. */
import { alinkCodes, type AlinkCode } from '../codes';
import type { RefusedSubDevice, Reply, SubDeviceRegistration } from '../questions';

const registrationIn = (data: Reply['data']): SubDeviceRegistration => data as unknown as SubDeviceRegistration;

/** All of them, or the code that says why not. */
export const toldRegistered = ({ code, message, data }: Reply): Reply => {
  if (code !== 200) return { code, message };
  const devices = registrationIn(data).registered.map(({ iotId, productKey, deviceName, deviceSecret }) => ({
    iotId,
    productKey,
    deviceName,
    deviceSecret,
  }));
  return { code, data: devices };
};

/** Why one is refused stands under names of our own: no source shows more than an empty list. */
const failureOf = ({ productKey, deviceName, code, message }: RefusedSubDevice) => ({
  productKey,
  deviceName,
  code,
  message: message ?? alinkCodes[code as AlinkCode] ?? alinkCodes[400],
});

/** Each by itself, the refused beside the others. */
export const toldEach = ({ code, message, data }: Reply): Reply => {
  if (code !== 200) return { code, message };
  const { registered, refused } = registrationIn(data);
  const successes = registered.map(({ productKey, deviceName, deviceSecret }) => ({
    productKey,
    deviceName,
    deviceSecret,
  }));
  return { code, data: { successes, failures: refused.map(failureOf) } };
};
