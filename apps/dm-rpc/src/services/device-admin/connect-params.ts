/** What a device puts into CONNECT: the "MQTT connection parameters" of its console page. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import {
  autoLogin,
  certificateLogin,
  parseSignMethod,
  registrationLogin,
  secretLogin,
  type Login,
  type Signer,
  type SignMethod,
} from '@alink/signing';
import type { DmContext } from '../../context';
import { badParameter, noDevice, noProduct } from '../../wire/errors';
import type { RequestOf } from '../../wire/messages';
import { requireDevice, secretOwner as deviceSecretOwner } from '../device-manage/device-record';
import { secretOwner as productSecretOwner } from '../product-manage/product-record';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'connectParamsRead'>;
type Request = RequestOf<typeof services.deviceAdmin, 'connectParamsRead'>;

export const connectParamsHandlers = ({ prisma, secretBox, now }: DmContext): Methods => ({
  async connectParamsRead(request) {
    const device = requireDevice(request);
    const signMethod = requireSignMethod(request.signMethod);
    const product = await prisma.product.findUnique({
      where: { productID: device.productID },
      select: { productKey: true, secret: true, devices: { where: { deviceName: device.deviceName } } },
    });
    if (!product) throw noProduct(device.productID);
    const signer: Signer = {
      productKey: product.productKey,
      deviceName: device.deviceName,
      signMethod,
      now: Number(request.timestamp) || now(),
    };
    const productSecret = () => secretBox.open(product.secret, productSecretOwner(device.productID));
    const deviceSecret = () => {
      const [row] = product.devices;
      if (!row) throw noDevice(device);
      return secretBox.open(row.secret, deviceSecretOwner(device));
    };
    const { clientId, username, password = '' } = loginOf(request, signer, { productSecret, deviceSecret });
    return { clientId, username, password };
  },
});

export const requireSignMethod = (text: string): SignMethod => {
  const method = parseSignMethod(text || 'hmacsha256');
  if (!method) throw badParameter('signMethod', 'must be hmacsha256, hmacsha1 or hmacmd5');
  return method;
};

/** Ways in whose device may be yet to come need no device. */
const loginOf = (
  { mode, encrypted }: Request,
  signer: Signer,
  secrets: { productSecret(): string; deviceSecret(): string },
): Login => {
  switch (mode) {
    case 'AUTO_REGISTER':
      return autoLogin(signer, secrets.productSecret());
    case 'REGISTER':
      return registrationLogin(signer, secrets.productSecret(), 'register');
    case 'REGISTER_FREE':
      return registrationLogin(signer, secrets.productSecret(), 'regnwl');
    case 'X509':
      return certificateLogin(signer);
    case 'DEVICE_SECRET':
      return secretLogin(signer, secrets.deviceSecret(), encrypted);
  }
};
