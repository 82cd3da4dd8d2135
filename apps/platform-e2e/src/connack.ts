import { ConnectRefusedError, SdkDevice, type SdkDeviceOptions } from '@alink/testing';

/** Return code of the CONNACK; 0 when it lets the client in, which then leaves again. */
export const connack = async (options: SdkDeviceOptions): Promise<number> => {
  try {
    const device = await SdkDevice.connect(options);
    await device.end();
    return 0;
  } catch (error) {
    if (error instanceof ConnectRefusedError) return error.code;
    throw error;
  }
};
