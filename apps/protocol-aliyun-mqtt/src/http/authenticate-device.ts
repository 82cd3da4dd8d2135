/**
 * `POST /auth/devicename`: a device proves its DeviceSecret and gets an iotId and an iotToken for MQTT ("Alibaba Cloud IoT
 * documentation, 'MQTT over HTTPS authentication'"; C SDK 3.0.1, dev_sign_mqtt.c; Link SDK for C 4.x, core_auth.c).
 */
import { DEFAULT_SIGN_METHOD, isDeviceName, isProductKey, parseSignMethod } from '@alink/signing';
import { provesKey } from '../connect/verify';
import type { CredentialsSource } from '../directory/credentials-source';
import type { DeviceDirectory } from '../directory/device-directory';
import { IMPOSSIBLE_NAMES, type Outcome } from './answer';

/** Fields that do not enter the sign. */
const UNSIGNED = new Set(['sign', 'signmethod', 'signMethod', 'version', 'resources']);

/** Where the device shall connect to. */
export interface MqttEndpoint {
  readonly host: string;
  readonly port: number;
}

export const authenticateDevice = async (
  fields: ReadonlyMap<string, string>,
  endpoint: MqttEndpoint,
  { directory, credentials }: { readonly directory: DeviceDirectory; readonly credentials: CredentialsSource },
): Promise<Outcome> => {
  const productKey = fields.get('productKey');
  const deviceName = fields.get('deviceName');
  const password = fields.get('sign');
  if (!productKey || !deviceName || !password) {
    return { code: 460, cause: 'productKey, deviceName and sign are needed' };
  }
  if (!isProductKey(productKey) || !isDeviceName(deviceName)) return { code: 460, cause: IMPOSSIBLE_NAMES };
  const signMethod = parseSignMethod(fields.get('signmethod') ?? fields.get('signMethod') ?? DEFAULT_SIGN_METHOD);
  if (!signMethod) return { code: 460, cause: 'signmethod must be hmacmd5, hmacsha1 or hmacsha256' };

  const { product, device } = await directory.find(productKey, deviceName);
  const signed = provesKey({ signMethod, password }, [contentOf(fields)], device?.secret);
  if (!product || !device) return { code: 5001, cause: 'unknown product or device' };
  if (!signed) return { code: 401, cause: 'not signed with the DeviceSecret' };
  if (!product.enabled || !device.enabled) return { code: 401, cause: 'the product or device is disabled' };
  const { iotId, iotToken } = await credentials.issueIotToken(device.productID, deviceName);
  return { data: { iotId, iotToken, resources: { mqtt: { host: endpoint.host, port: endpoint.port } } } };
};

/** The signed fields by name, name and value run together. */
const contentOf = (fields: ReadonlyMap<string, string>): string =>
  [...fields]
    .filter(([name]) => !UNSIGNED.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => name + value)
    .join('');
