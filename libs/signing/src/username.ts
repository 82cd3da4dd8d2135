/** The MQTT user name of a device: who it is. */

/** The two names that identify a device. */
export interface DeviceIdentity {
  readonly productKey: string;
  readonly deviceName: string;
}

/**
 * Reads `{deviceName}&{productKey}`. The last `&` parts them, since no ProductKey holds one. Returns undefined when
 * either name is missing. Source: Alibaba Cloud IoT documentation, "MQTT-TCP".
 */
export const parseUsername = (username: string): DeviceIdentity | undefined => {
  const ampersand = username.lastIndexOf('&');
  if (ampersand <= 0 || ampersand === username.length - 1) return undefined;
  return { deviceName: username.slice(0, ampersand), productKey: username.slice(ampersand + 1) };
};

/** The user name of a device, the inverse of {@link parseUsername}. */
export const formatUsername = ({ productKey, deviceName }: DeviceIdentity): string => `${deviceName}&${productKey}`;

/**
 * Alibaba Cloud IoT documentation, "Create a device": 4 to 32 letters, digits and `-_@.:`. No dot stands at an end or
 * beside another: names go into NATS subjects, which have no empty tokens.
 */
const deviceNamePattern = /^(?=.{4,32}$)[A-Za-z0-9_@:-]+(\.[A-Za-z0-9_@:-]+)*$/;
/** What {@link deviceNamePattern} asks for, for people. */
export const DEVICE_NAME_RULE = '4 to 32 letters, digits and -_@.:, with no dot at an end and no two in a row';

/** Whether a device may have this name. */
export const isDeviceName = (name: string): boolean => deviceNamePattern.test(name);

/** ProductKeys stand in topics, in NATS subjects and in user names. */
const productKeyPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a product may have this key. */
export const isProductKey = (key: string): boolean => productKeyPattern.test(key);

/** Whether there may be such a device: both names are ones that can be. */
export const isDeviceIdentity = ({ productKey, deviceName }: DeviceIdentity): boolean =>
  isProductKey(productKey) && isDeviceName(deviceName);
