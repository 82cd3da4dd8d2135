/** A new device in the database. */
import type { Prisma, SecretBox } from '@alink/db';
import type { Note } from '../../audit/audit-log';
import { initialFields } from '../../domains/products/new-devices';
import type { Transaction } from '../../transaction';
import { unknownProduct } from '../../wire/errors';
import { makeDeviceSecret } from '../random-names';
import { madeAlias } from './device-naming';
import { secretOwner } from './device-record';

/** One without an alias is called after its product. */
export type NewDevice = Omit<Prisma.DeviceUncheckedCreateInput, 'secret'>;

/**
 * What is written of it.
 * @param product the one that it is of
 * @param secret made up when left out
 */
export const newDeviceData = (
  secretBox: SecretBox,
  { productName, extra }: { readonly productName: string; readonly extra: unknown },
  device: NewDevice,
  secret: string = makeDeviceSecret(),
) => ({
  ...device,
  extra: { ...initialFields(extra), ...(device.extra as object | undefined) },
  deviceAlias: device.deviceAlias ?? madeAlias(productName),
  secret: secretBox.seal(secret, secretOwner(device)),
});

/**
 * Writes it, with a line in the audit log.
 * @param secret made up when left out
 * @returns its id
 * @throws {RpcError} 100006 when there is no such product
 */
export const createDevice = async (
  tx: Transaction,
  note: Note,
  secretBox: SecretBox,
  device: NewDevice,
  secret?: string,
): Promise<bigint> => {
  const { productID } = device;
  const product = await tx.product.findUnique({ where: { productID }, select: { productName: true, extra: true } });
  if (!product) throw unknownProduct(productID);
  const data = newDeviceData(secretBox, product, device, secret);
  const { id } = await tx.device.create({ data, select: { id: true } });
  note('device.create', device, { registration: device.registration });
  return id;
};
