/** A device by its names. */
export interface DeviceCore {
  readonly productID: string;
  readonly deviceName: string;
}
