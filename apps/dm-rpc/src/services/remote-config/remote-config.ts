/** `dm.RemoteConfig`: configurations of products. Those of devices are `alink.Configurations`'. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { ConfigurationPush } from '../../domains/config/push';
import { addVersion, currentOf } from '../../domains/config/store';
import { notFound, unknownProduct } from '../../wire/errors';
import { requireProductID } from '../../wire/fields';
import type { ResponseOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';
import { unixSeconds } from '../../wire/times';
import { lockProduct } from '../lock-product';

type RemoteConfig = typeof services.remoteConfig;
type Info = NonNullable<ResponseOf<RemoteConfig, 'RemoteConfigLastRead'>['info']>;

interface Row {
  readonly id: bigint;
  readonly productID: string;
  readonly content: string;
  readonly createdAt: Date;
}

const infoOf = ({ id, productID, content, createdAt }: Row): Info => ({
  id: id.toString(),
  productID,
  content,
  createdTime: unixSeconds(createdAt),
});

export const remoteConfig = (context: DmContext, push: ConfigurationPush): Handlers<RemoteConfig> => {
  const { prisma, audit } = context;
  return {
    /** Unitedrhino keeps one version of a product and fails with the second; here each is a new one. */
    async RemoteConfigCreate({ productID, content }, call) {
      requireProductID('productID', productID);
      await audit.transact(call, async (tx, note) => {
        if (!(await lockProduct(tx, productID))) throw unknownProduct(productID);
        const row = await addVersion(tx, { productID, deviceID: null }, content || '{}');
        note('config.set', { productID }, { configId: row.id.toString(), size: row.size, sign: row.sign });
      });
      return {};
    },

    /** Newest first; of all products where none is named. */
    async RemoteConfigIndex({ page, productID }) {
      const where = { deviceID: null, ...(productID && { productID: requireProductID('productID', productID) }) };
      const [rows, total] = await Promise.all([
        prisma.remoteConfig.findMany({ where, ...pageOf(page), orderBy: { id: 'desc' } }),
        prisma.remoteConfig.count({ where }),
      ]);
      return { list: rows.map(infoOf), total };
    },

    /** Unitedrhino sends to offline devices too, which nobody hears; here only to those that are online. */
    async RemoteConfigPushAll({ productID }, call) {
      requireProductID('productID', productID);
      const row = await currentOf(prisma, { productID, deviceID: null });
      if (!row) throw notFound(`a configuration for product ${productID}`);
      await push.requireSwitchedOn(productID);
      const { protocolCode } = await prisma.product.findUniqueOrThrow({ where: { productID } });
      await audit.transact(call, async (_tx, note) =>
        note('config.push', { productID }, { configId: row.id.toString(), form: 'file' }),
      );
      await push.toProduct({ productID, protocolCode }, row, { form: 'file', user: call.user });
      return {};
    },

    /** Empty, with the id 0, where there is none. */
    async RemoteConfigLastRead({ productID }) {
      requireProductID('productID', productID);
      const row = await currentOf(prisma, { productID, deviceID: null });
      return { info: row ? infoOf(row) : { id: '0', productID, content: '', createdTime: '0' } };
    },
  };
};
