/** What a gateway device publishes for a sub-device: nobody computes its signatures by hand. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { attachRequest, loginRequest } from '../../domains/topology/signed-requests';
import { noDevice } from '../../wire/errors';
import { requireDevice, secretOwner } from '../device-manage/device-record';
import { requireSignMethod } from './connect-params';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'subDeviceParamsRead'>;

export const subDeviceParamsHandlers = ({ prisma, secretBox, now }: DmContext): Methods => {
  const find = async (device: DeviceCore) => {
    const row = await prisma.device.findUnique({
      where: { productID_deviceName: device },
      select: { deviceName: true, secret: true, product: { select: { productKey: true } } },
    });
    if (!row) throw noDevice(device);
    const { deviceName, secret, product } = row;
    return { deviceName, secret, productKey: product.productKey };
  };

  return {
    async subDeviceParamsRead(request) {
      const named = requireDevice(request.subDevice, 'subDevice.');
      const signMethod = requireSignMethod(request.signMethod);
      const gateway = await find(requireDevice(request));
      const { productKey, deviceName, secret } = await find(named);
      const subDevice = {
        productKey,
        deviceName,
        deviceSecret: secretBox.open(secret, secretOwner(named)),
        signMethod,
        now: Number(request.timestamp) || now(),
      };
      return { attach: attachRequest(gateway, subDevice), login: loginRequest(gateway, subDevice) };
    },
  };
};
