/**
 * `dg.DeviceAuth.deviceRegister`: a device fetches its DeviceSecret by unitedrhino's way, which its services offer over HTTP.
 * Source: its public source, `deviceRegisterLogic.go`, with the vector of its test.
 */
import { createCipheriv } from 'node:crypto';
import { AutoRegister, Code, type services } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import { isDeviceIdentity, parseSignMethod } from '@alink/signing';
import type { CredentialsSource, FetchedSecret, Registration } from '../directory/credentials-source';
import type { DeviceDirectory } from '../directory/device-directory';
import type { ProductEntry } from '../directory/records';
import { provesKey } from './verify';
import type { CredentialsRate } from './ways/way';

type DeviceRegister = Handlers<typeof services.deviceAuth>['deviceRegister'];

export interface RegisterContext {
  readonly directory: Pick<DeviceDirectory, 'find' | 'register' | 'deviceChanged'>;
  readonly credentials: Pick<CredentialsSource, 'registerDevice'>;
  readonly connectRate: CredentialsRate;
}

const SIGN_METHOD = parseSignMethod('hmacsha1');
const KEY_BYTES = 16;
const IV = '0'.repeat(KEY_BYTES);
/** What unitedrhino says of a key, though it has another number for that. */
const ENCRYPTION_TYPE = 1;

/** Hex as it is; what is none may be the base64 of it. */
const hexOf = (signature: string): string =>
  /^[0-9a-f]{40}$/i.test(signature) ? signature : Buffer.from(signature, 'base64').toString('latin1');

const refusals: Readonly<Record<Exclude<Registration, 'registered'>, () => RpcError>> = {
  off: () => new RpcError(Code.notEnabled, 'devices of the product do not register themselves'),
  unknownDevice: () => new RpcError(Code.notFound, 'there is no such device, and the product has none created'),
  alreadyActive: () => new RpcError(Code.notEmpty, 'the device has been online: it has its DeviceSecret'),
  disabled: () => new RpcError(Code.notEnabled, 'the device or its product is disabled'),
  tooManyTokens: () => new RpcError(Code.limit, 'the device has too many credentials'),
};

/** @throws {RpcError} 100006 for a ProductSecret that is no key */
const encrypt = (plain: string, productSecret: string, retEnc: string): string => {
  const key = Buffer.from(productSecret).subarray(0, KEY_BYTES);
  if (key.length < KEY_BYTES) throw new RpcError(Code.parameter, 'the ProductSecret is too short to encrypt with');
  const cipher =
    retEnc === 'aes128ecb' ? createCipheriv('aes-128-ecb', key, null) : createCipheriv('aes-128-cbc', key, IV);
  return Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]).toString('base64');
};

export const deviceRegister = ({ directory, credentials, connectRate }: RegisterContext): DeviceRegister => {
  /** A device that is missing is created where its product allows that. */
  const secretOf = async (product: ProductEntry, deviceName: string): Promise<FetchedSecret> => {
    const fetched = await credentials.registerDevice(product, deviceName);
    if (fetched.outcome !== 'unknownDevice' || product.autoRegister < AutoRegister.create) return fetched;
    await directory.register(product, deviceName);
    return credentials.registerDevice(product, deviceName);
  };

  return async ({ productID: productKey, deviceName, nonce, timestamp, signature, retEnc }) => {
    if (!isDeviceIdentity({ productKey, deviceName })) {
      throw new RpcError(Code.parameter, 'productID and deviceName: no device has such names', {
        details: ['deviceName'],
      });
    }
    // A DeviceSecret is a text here: it has no bytes that could be written in hex, and it would go in the clear.
    if (retEnc.toLowerCase() === 'hex') throw new RpcError(Code.notImplemented, 'retEnc hex is not served');
    const { product } = await directory.find(productKey, deviceName);
    const content = `deviceName=${deviceName}&nonce=${nonce}&productID=${productKey}&timestamp=${timestamp}`;
    const proof = { signMethod: SIGN_METHOD, password: hexOf(signature) };
    const isSigned = provesKey(proof, [content], product?.secret);
    if (!product) throw new RpcError(Code.notFound, `product ${productKey} does not exist`);
    if (!isSigned) throw new RpcError(Code.parameter, 'the signature is wrong', { details: ['signature'] });
    if (!product.enabled) throw refusals.disabled();
    if (product.autoRegister < AutoRegister.existing) throw refusals.off();
    const tooOften = connectRate.refuse(productKey, deviceName);
    if (tooOften) throw new RpcError(Code.limit, tooOften.cause);
    const { outcome, deviceSecret } = await secretOf(product, deviceName);
    if (outcome !== 'registered') throw refusals[outcome]();
    // It logs in at once: sooner than the news of it may be here.
    directory.deviceChanged(product.productID, deviceName);
    const plain = JSON.stringify({
      encryptionType: ENCRYPTION_TYPE,
      psk: deviceSecret,
      clientCert: '',
      clientKey: '',
    });
    return { len: Buffer.byteLength(plain), payload: encrypt(plain, product.secret, retEnc) };
  };
};
