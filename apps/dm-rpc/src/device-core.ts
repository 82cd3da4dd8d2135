/** A device by its names. */
export interface DeviceCore {
  readonly productID: string;
  readonly deviceName: string;
}

/** Both names as one text, as the key of a map. */
export const deviceKey = ({ productID, deviceName }: DeviceCore): string => `${productID}/${deviceName}`;
