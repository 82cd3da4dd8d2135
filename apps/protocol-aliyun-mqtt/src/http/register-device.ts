/**
 * `POST /auth/register/device`: a pre-registered device fetches its DeviceSecret ("Alibaba Cloud IoT documentation,
 * 'Device identity registration'"; Link SDK for C 4.x, aiot_dynreg_api.c; Quectel's note, 4.2.3).
 */
import { AutoRegister } from '@alink/contract';
import { dynregContent, isDeviceIdentity, parseSignMethod } from '@alink/signing';
import { provesKey } from '../connect/verify';
import type { Registration } from '../directory/credentials-source';
import { IMPOSSIBLE_NAMES, type ErrorCode, type Refused } from './answer';
import type { Login, LoginContext } from './login';

const codeOf: Record<Exclude<Registration, 'registered'>, ErrorCode> = {
  off: 6288,
  unknownDevice: 6100,
  alreadyActive: 6289,
  disabled: 6288,
  tooManyTokens: 6289,
};

/** Reads the request. */
export const registerDevice = (
  fields: ReadonlyMap<string, string>,
  { directory, credentials, connectRate }: LoginContext,
): Login | Refused => {
  const productKey = fields.get('productKey');
  const deviceName = fields.get('deviceName');
  const random = fields.get('random');
  const password = fields.get('sign');
  const method = fields.get('signMethod') ?? fields.get('signmethod');
  if (!productKey || !deviceName || !random || !password || !method) {
    return { code: 460, cause: 'productKey, deviceName, random, sign and signMethod are needed' };
  }
  if (!isDeviceIdentity({ productKey, deviceName })) return { code: 460, cause: IMPOSSIBLE_NAMES };
  const signMethod = parseSignMethod(method);
  if (!signMethod) return { code: 6292, cause: 'signMethod must be hmacmd5, hmacsha1 or hmacsha256' };

  const contents = [dynregContent({ productKey, deviceName, random })];
  const proves = (key: string | undefined): boolean => provesKey({ signMethod, password }, contents, key);
  return {
    claim: { productKey, deviceName },
    proves,
    async decide() {
      const { product } = await directory.find(productKey, deviceName);
      const signed = proves(product?.secret);
      if (!product) return { code: 6250, cause: 'unknown product', isFailure: true };
      if (!signed) return { code: 6600, cause: 'not signed with the ProductSecret', isFailure: true };
      if (!product.enabled || product.autoRegister < AutoRegister.existing) {
        return { code: 6288, cause: 'set autoRegister of the product to 2 or more' };
      }
      const tooOften = connectRate.refuse(productKey, deviceName);
      if (tooOften) return { code: 429, ...tooOften };
      const { outcome, deviceSecret } = await credentials.registerDevice(product, deviceName);
      if (outcome === 'registered') return { data: { productKey, deviceName, deviceSecret } };
      // Every unit has the ProductSecret: whoever has it may be guessing names.
      return { code: codeOf[outcome], cause: `dm.rpc says ${outcome}`, isFailure: outcome === 'unknownDevice' };
    },
  };
};
