/** Creates a device with dm's own method, whichever dm it is. */
import { Code, type services } from '@alink/contract';
import { RpcError, type Client } from '@alink/rpc';
import { dmFailure } from './dm-failure';
import { NotServedByDm, REGISTRATION_KEY } from './records';

/**
 * No error when it exists by now: two first connects at once, and the other one has made it.
 * @param registration how it comes to be
 * @param whose dm.rpc it is, in words
 * @throws {DirectoryUnavailable} when dm.rpc did not create it
 * @throws {NotServedByDm} when it takes no device of that name: unitedrhino's has fewer letters for names than Alibaba
 */
export const createDevice = async (
  devices: Client<typeof services.deviceManage>,
  device: { readonly productID: string; readonly deviceName: string },
  registration: string,
  whose: string,
): Promise<void> => {
  try {
    await devices.deviceInfoCreate({ ...device, protocolConf: { [REGISTRATION_KEY]: registration } });
  } catch (error) {
    if (!(error instanceof RpcError)) throw dmFailure(error);
    if (error.code === Code.duplicate) return;
    if (error.code !== Code.parameter) throw dmFailure(error);
    throw new NotServedByDm(`${whose} creates no device of that name (${error.message})`, { cause: error });
  }
};
