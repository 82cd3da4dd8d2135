/** All tags of a device or a product at once: `deviceInfoUpdate` and its like cannot tell "no tags" from "leave them". */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { changedFields } from '../../audit/changed-fields';
import type { DmContext } from '../../context';
import { requireProductID, textMap } from '../../wire/fields';
import { requireDevice } from '../../services/device-manage/device-record';
import { requireLockedDevice } from '../../services/lock-device';
import { requireLockedProduct } from '../../services/lock-product';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'setDeviceTags' | 'setProductTags'>;

export const tagHandlers = ({ audit, changes }: DmContext): Methods => ({
  async setDeviceTags(request, call) {
    const device = requireDevice(request);
    const data = { tags: textMap('tags', request.tags) };
    await audit.transact(call, async (tx, note) => {
      const id = await requireLockedDevice(tx, device);
      const row = await tx.device.findUniqueOrThrow({ where: { id } });
      await tx.device.update({ where: { id }, data });
      note('device.update', device, changedFields(row, data));
    });
    changes.deviceChanged(device);
    return {};
  },

  async setProductTags(request, call) {
    const productID = requireProductID('productID', request.productID);
    const data = { tags: textMap('tags', request.tags) };
    await audit.transact(call, async (tx, note) => {
      const row = await requireLockedProduct(tx, productID);
      await tx.product.update({ where: { productID }, data });
      note('product.update', { productID }, changedFields(row, data));
    });
    changes.productChanged(productID);
    return {};
  },
});
