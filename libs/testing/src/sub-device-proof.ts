/** What a gateway device sends to prove that it has the secret of a sub-device. */
import { clientIdContent, sign, type DeviceIdentity, type SignMethod } from '@alink/signing';

export interface SubDeviceProofOptions extends DeviceIdentity {
  readonly deviceSecret: string;
  /** Signed as it stands, bars included; default `{productKey}.{deviceName}`, as in the C SDKs. */
  readonly clientId?: string;
  /** Default: now, in milliseconds. The C SDK 3.x sends how long the device is up. */
  readonly timestamp?: string;
  /** Default `hmacsha256`. */
  readonly signMethod?: SignMethod;
}

/** Params of `combine/login`, and an item of those of `topo/add`. `sign` is lower-case hex. */
export interface SubDeviceProof extends DeviceIdentity {
  readonly clientId: string;
  readonly timestamp: string;
  readonly signMethod: SignMethod;
  readonly sign: string;
}

export const subDeviceProof = ({
  productKey,
  deviceName,
  deviceSecret,
  clientId = `${productKey}.${deviceName}`,
  timestamp = String(Date.now()),
  signMethod = 'hmacsha256',
}: SubDeviceProofOptions): SubDeviceProof => {
  const content = clientIdContent(clientId, { productKey, deviceName }, timestamp);
  return { productKey, deviceName, clientId, timestamp, signMethod, sign: sign(signMethod, deviceSecret, content) };
};
