/**
 * `POST /auth/devicename`: a device proves its DeviceSecret and gets an iotId and an iotToken for MQTT ("Alibaba Cloud IoT
 * documentation, 'MQTT over HTTPS authentication'"; C SDK 3.0.1, dev_sign_mqtt.c; Link SDK for C 4.x, core_auth.c).
 */
import { DEFAULT_SIGN_METHOD, isDeviceIdentity, parseSignMethod } from '@alink/signing';
import { provesKey } from '../connect/verify';
import { IMPOSSIBLE_NAMES, type Refused } from './answer';
import type { Login, LoginContext } from './login';
import type { MqttEndpoint } from './mqtt-endpoint';

/** Fields that do not enter the sign. */
const UNSIGNED = new Set(['sign', 'signmethod', 'signMethod', 'version', 'resources']);

/** Reads the request; `endpoint` is what a device that may connect is told. */
export const authenticateDevice = (
  fields: ReadonlyMap<string, string>,
  endpoint: MqttEndpoint,
  { directory, credentials, connectRate }: LoginContext,
): Login | Refused => {
  const productKey = fields.get('productKey');
  const deviceName = fields.get('deviceName');
  const password = fields.get('sign');
  if (!productKey || !deviceName || !password) {
    return { code: 460, cause: 'productKey, deviceName and sign are needed' };
  }
  if (!isDeviceIdentity({ productKey, deviceName })) return { code: 460, cause: IMPOSSIBLE_NAMES };
  const signMethod = parseSignMethod(fields.get('signmethod') ?? fields.get('signMethod') ?? DEFAULT_SIGN_METHOD);
  if (!signMethod) return { code: 460, cause: 'signmethod must be hmacmd5, hmacsha1 or hmacsha256' };

  const proves = (key: string | undefined): boolean => provesKey({ signMethod, password }, [contentOf(fields)], key);
  return {
    claim: { productKey, deviceName },
    proves,
    async decide() {
      const { product, device } = await directory.find(productKey, deviceName);
      const signed = proves(device?.secret);
      if (!product || !device) return { code: 5001, cause: 'unknown product or device', isFailure: true };
      if (!signed) return { code: 401, cause: 'not signed with the DeviceSecret', isFailure: true };
      if (!product.enabled || !device.enabled) return { code: 401, cause: 'the product or device is disabled' };
      const tooOften = connectRate.refuse(productKey, deviceName);
      if (tooOften) return { code: 429, ...tooOften };
      const { iotId, iotToken } = await credentials.issueIotToken(product, deviceName);
      return { data: { iotId, iotToken, resources: { mqtt: { host: endpoint.host, port: endpoint.port } } } };
    },
  };
};

/** The signed fields by name, name and value run together. */
const contentOf = (fields: ReadonlyMap<string, string>): string =>
  [...fields]
    .filter(([name]) => !UNSIGNED.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => name + value)
    .join('');
