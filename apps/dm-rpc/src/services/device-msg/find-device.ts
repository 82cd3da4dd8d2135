/** The device that a request is about. */
import type { DmContext } from '../../context';
import { noDevice } from '../../wire/errors';
import { requireDevice } from '../device-manage/device-record';

export interface FoundDevice {
  readonly id: bigint;
  readonly productID: string;
  readonly deviceName: string;
  readonly isOnline: boolean;
  readonly isEnable: boolean;
}

/** @throws {RpcError} 100006 for names that cannot be, 100009 for a device that does not exist */
export const findDevice = async (
  { prisma }: Pick<DmContext, 'prisma'>,
  names: { readonly productID: string; readonly deviceName: string },
): Promise<FoundDevice> => {
  const device = requireDevice(names);
  const row = await prisma.device.findUnique({
    where: { productID_deviceName: device },
    select: { id: true, productID: true, deviceName: true, isOnline: true, isEnable: true },
  });
  if (!row) throw noDevice(device);
  return row;
};
