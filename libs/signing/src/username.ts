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

/** Alibaba Cloud IoT documentation, "Create a device": 4 to 32 letters, digits and `-_@.:`. */
const deviceNamePattern = /^[A-Za-z0-9_@.:-]{4,32}$/;

/** Whether a device may have this name. */
export const isDeviceName = (name: string): boolean => deviceNamePattern.test(name);
