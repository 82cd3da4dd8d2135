/**
 * 一型一密, pre-registered: a device that exists and has never logged in fetches its DeviceSecret with the product's.
 * Until it logs in it may do so again. Alibaba Cloud IoT documentation, "Unique-certificate-per-product authentication".
 */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { requireDevice, secretOwner } from '../device-manage/device-record';
import { productRefusal } from './registration-rules';

type Methods = Pick<Handlers<typeof services.credentials>, 'registerDevice'>;

export const registerDeviceHandlers = ({ audit, secretBox }: DmContext): Methods => ({
  registerDevice: (request, call) => {
    const device = requireDevice(request);
    return audit.transact(call, async (tx, note) => {
      const refusal = await productRefusal(tx, device.productID, false);
      if (refusal) return { outcome: refusal };
      const row = await tx.device.findUnique({ where: { productID_deviceName: device } });
      if (!row) return { outcome: 'DEVICE_UNKNOWN' as const };
      if (!row.isEnable) return { outcome: 'DEVICE_DISABLED' as const };
      if (row.firstLogin) return { outcome: 'ALREADY_ACTIVE' as const };
      note('device.register', device);
      return { outcome: 'REGISTERED' as const, deviceSecret: secretBox.open(row.secret, secretOwner(device)) };
    });
  },
});
