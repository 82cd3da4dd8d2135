/** A product of gateway devices and one of sub-devices, as suites of gateways set them up. */
import type { DeviceIdentity } from '@alink/signing';
import type { Platform } from './platform';

/** At most 20 characters: the C SDK 3.x has room for no more. */
export const GATEWAYS = 'e2e_gateways';
export const METERS = 'e2e_meters';

export interface Triple extends DeviceIdentity {
  readonly deviceSecret: string;
}
export const gatewayTriple = (deviceName: string): Triple => triple(GATEWAYS, deviceName);
export const meterTriple = (deviceName: string): Triple => triple(METERS, deviceName);

const triple = (productKey: string, deviceName: string): Triple => ({
  productKey,
  deviceName,
  deviceSecret: `secret-of-${deviceName}`,
});

export const identityOf = ({ productKey, deviceName }: DeviceIdentity): DeviceIdentity => ({ productKey, deviceName });

/** A device as the services name it. */
export const keyOf = ({ productKey, deviceName }: DeviceIdentity) => ({ productID: productKey, deviceName });

/**
 * Creates both products, and devices of them.
 * @returns the ProductSecret of the sub-devices, whose dynamic registration is on, also for those that are not there yet
 */
export const createGateways = async (platform: Platform, ...devices: readonly Triple[]): Promise<string> => {
  await platform.createProduct(GATEWAYS, { deviceType: 2 });
  const productSecret = await platform.createProduct(METERS, { deviceType: 3, autoRegister: 3 });
  for (const { productKey, deviceName, deviceSecret } of devices) {
    await platform.createDevice(productKey, deviceName, deviceSecret);
  }
  return productSecret;
};
