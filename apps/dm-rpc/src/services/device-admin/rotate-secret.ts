/** A new DeviceSecret or ProductSecret. What was let in with the old one is cut by the nodes, which are told. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { revokeIotTokens } from '../../tokens/issued-tokens';
import { badParameter } from '../../wire/errors';
import { requireProductID, requireSecret } from '../../wire/fields';
import { requireDevice, secretOwner as deviceSecretOwner } from '../device-manage/device-record';
import { requireLockedDevice } from '../lock-device';
import { requireLockedProduct } from '../lock-product';
import { secretOwner as productSecretOwner } from '../product-manage/product-record';
import { makeDeviceSecret, makeProductSecret } from '../random-names';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'rotateDeviceSecret' | 'rotateProductSecret'>;

export const rotateSecretHandlers = ({ audit, secretBox, changes }: DmContext): Methods => ({
  async rotateDeviceSecret(request, call) {
    const device = requireDevice(request);
    const secret = requireSecret('secret', request.secret) || makeDeviceSecret();
    await audit.transact(call, async (tx, note) => {
      const id = await requireLockedDevice(tx, device);
      await tx.device.update({ where: { id }, data: { secret: secretBox.seal(secret, deviceSecretOwner(device)) } });
      note('device.rotateSecret', device, await revokeIotTokens(tx, id));
    });
    changes.deviceChanged(device);
    return { secret };
  },

  async rotateProductSecret(request, call) {
    const productID = requireProductID('productID', request.productID);
    if (request.deviceName) throw badParameter('deviceName', 'must be empty: the secret is the product’s');
    const secret = requireSecret('secret', request.secret) || makeProductSecret();
    await audit.transact(call, async (tx, note) => {
      await requireLockedProduct(tx, productID);
      const sealed = secretBox.seal(secret, productSecretOwner(productID));
      await tx.product.update({ where: { productID }, data: { secret: sealed } });
      note('product.rotateSecret', { productID });
    });
    changes.productChanged(productID);
    return { secret };
  },
});
