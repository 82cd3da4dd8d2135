/**
 * Sub-devices that whoever attaches them must prove to hold, in unitedrhino's way: an HMAC over
 * `productID;deviceName;random;timestamp`, whose key is the decoded DeviceSecret. Where the product binds its devices less
 * than hard (`bindLevel`), the gateway device may sign in the place of a sub-device, and one that does not exist is created.
 * Source: unitedrhino's public sources, `deviceGatewayMultiCreateLogic.go` and `loginAuth.go`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { AutoRegister, Code, type services } from '@alink/contract';
import type { SecretBox } from '@alink/db';
import { RpcError } from '@alink/rpc';
import type { Note } from '../../audit/audit-log';
import { deviceKey, type DeviceCore } from '../../device-core';
import { createDevice } from '../../services/device-manage/create-device';
import { secretOwner } from '../../services/device-manage/device-record';
import { byNames, inParts } from '../../services/device-manage/devices-by-name';
import { makeDeviceSecret } from '../../services/random-names';
import type { Transaction } from '../../transaction';
import { badParameter } from '../../wire/errors';
import { plainText } from '../../wire/fields';
import type { RequestOf } from '../../wire/messages';

export type SignedDevice = RequestOf<typeof services.deviceManage, 'deviceGatewayMultiCreate'>['list'][number];
type Signature = NonNullable<SignedDevice['sign']>;

const DIGESTS: ReadonlyMap<string, string> = new Map([
  ['hmacsha256', 'sha256'],
  ['hmacsha1', 'sha1'],
]);

/** Where a device belongs to whoever has it, hard: only its own secret will do. */
const HARD = 1;

/** What of a product decides who may sign. */
interface Product {
  readonly isHard: boolean;
  readonly isCreating: boolean;
}

/** As Go's decoder reads a text that need not be Base64: as far as whole groups of four go. */
const keyOf = (secret: string): Buffer =>
  Buffer.from(/^(?:[A-Za-z0-9+/]{4})*(?:(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$)?/.exec(secret)?.[0] ?? '', 'base64');

const isSignedWith = (
  secret: string,
  { productID, deviceName }: DeviceCore,
  { signature, random, timestamp, signMethod }: Signature,
): boolean => {
  const content = `${productID};${deviceName};${random};${timestamp}`;
  const expected = Buffer.from(createHmac(DIGESTS.get(signMethod)!, keyOf(secret)).update(content).digest('hex'));
  const given = Buffer.from(signature);
  return secret !== '' && given.length === expected.length && timingSafeEqual(given, expected);
};

/** @throws {RpcError} 100006 for one without a signature, or of another method */
const requireSignature = ({ sign }: SignedDevice, i: number): Signature => {
  if (!sign) throw badParameter(`list[${i}].sign`, 'must be set');
  if (!DIGESTS.has(sign.signMethod)) {
    throw badParameter(`list[${i}].sign.signMethod`, `must be one of ${[...DIGESTS.keys()].join(', ')}`);
  }
  return sign;
};

const productsOf = async (tx: Transaction, devices: readonly DeviceCore[]): Promise<ReadonlyMap<string, Product>> => {
  const rows = await tx.product.findMany({
    where: { productID: { in: devices.map(({ productID }) => productID) } },
    select: { productID: true, autoRegister: true, extra: true },
  });
  return new Map(
    rows.map(({ productID, autoRegister, extra }) => {
      const { bindLevel = HARD } = extra as { readonly bindLevel?: string };
      return [productID, { isHard: Number(bindLevel) <= HARD, isCreating: autoRegister >= AutoRegister.create }];
    }),
  );
};

/**
 * Checks every signature, and creates the devices that do not exist yet. The rows of those that do are locked.
 * @throws {RpcError} 100006 without a signature that can be checked, or for a device that does not exist and may not be
 *   created; 1000004 for one whose signature is wrong
 */
export const requireSigned = async (
  tx: Transaction,
  note: Note,
  secretBox: SecretBox,
  gateway: DeviceCore,
  list: readonly SignedDevice[],
): Promise<DeviceCore[]> => {
  const products = await productsOf(tx, list);
  const secrets = await secretsOf(tx, secretBox, [gateway, ...list]);
  const gatewaySecret = secrets.get(deviceKey(gateway)) ?? '';
  const created: DeviceCore[] = [];
  for (const [i, device] of list.entries()) {
    const { isHard, isCreating } = products.get(device.productID)!;
    const secret = secrets.get(deviceKey(device));
    if (secret === undefined && (isHard || !isCreating)) {
      throw badParameter(
        `list[${i}]`,
        `does not exist: ${device.deviceName} could be created if ${device.productID} had automatic registration and ` +
          'a bindLevel above 1',
      );
    }
    const sign = requireSignature(device, i);
    const isProved = secret !== undefined && isSignedWith(secret, device, sign);
    if (!isProved && (isHard || !isSignedWith(gatewaySecret, device, sign))) {
      throw new RpcError(Code.wrongSecret, `the signature of ${device.deviceName} is wrong`, {
        details: [`list[${i}]`],
      });
    }
    if (secret !== undefined) continue;
    const { productID, deviceName } = device;
    const deviceAlias = plainText(`list[${i}].deviceAlias`, device.deviceAlias, 128) || undefined;
    const made = { productID, deviceName, deviceAlias, registration: 'operator' };
    secrets.set(deviceKey(device), makeDeviceSecret());
    await createDevice(tx, note, secretBox, made, secrets.get(deviceKey(device)));
    created.push({ productID, deviceName });
  }
  return created;
};

/** The secrets of those that exist, by {@link deviceKey}. */
const secretsOf = async (
  tx: Transaction,
  secretBox: SecretBox,
  devices: readonly DeviceCore[],
): Promise<Map<string, string>> => {
  const secrets = new Map<string, string>();
  for (const part of inParts(devices)) {
    const rows = await tx.device.findMany({
      where: byNames(part),
      select: { productID: true, deviceName: true, secret: true },
    });
    for (const row of rows) secrets.set(deviceKey(row), secretBox.open(row.secret, secretOwner(row)));
  }
  return secrets;
};
