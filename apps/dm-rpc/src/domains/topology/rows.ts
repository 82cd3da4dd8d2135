/** Devices as queries of the topology name them, and the gateway devices in their rows. */
import type { DeviceCore } from '../../device-core';

/** Two parameters of a statement, for `unnest`. */
export const namesOf = (devices: readonly DeviceCore[]): [productIDs: string[], deviceNames: string[]] => [
  devices.map(({ productID }) => productID),
  devices.map(({ deviceName }) => deviceName),
];

/** Null in rows of devices that are attached to none. */
export interface GatewayColumns {
  readonly gateway_product_id: string | null;
  readonly gateway_device_name: string | null;
}

export const gatewayIn = (row: GatewayColumns): DeviceCore | undefined => {
  const { gateway_product_id: productID, gateway_device_name: deviceName } = row;
  return productID !== null && deviceName !== null ? { productID, deviceName } : undefined;
};
