/** `alink.Configurations`: configurations of products and of devices. */
import type { services } from '@alink/contract';
import type { Handlers, RpcError } from '@alink/rpc';
import type { DmContext } from '../../context';
import { findTarget, timeoutOf } from '../../services/device-interact/command-target';
import { findDevice } from '../../services/device-msg/find-device';
import { requireDevice } from '../../services/device-manage/device-record';
import { requireLockedDevice } from '../../services/lock-device';
import { requireLockedProduct } from '../../services/lock-product';
import { noProduct, notFound } from '../../wire/errors';
import { requireProductID } from '../../wire/fields';
import type { ResponseOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';
import { unixSeconds } from '../../wire/times';
import type { ConfigurationPush } from './push';
import { addVersion, currentOf, type Owner } from './store';

type Configurations = typeof services.configurations;
type Info = ResponseOf<Configurations, 'readConfiguration'>;

interface Named {
  readonly productID: string;
  readonly deviceName: string;
}

interface Row {
  readonly id: bigint;
  readonly content: string;
  readonly size: number;
  readonly sign: string;
  readonly createdAt: Date;
}

const infoOf = ({ id, content, size, sign, createdAt }: Row, productID: string, deviceName: string): Info => ({
  configId: id.toString(),
  productID,
  deviceName,
  content,
  size: String(size),
  sign,
  createdTime: unixSeconds(createdAt),
});

const nothing = ({ productID, deviceName }: Named): RpcError =>
  notFound(`a configuration for ${deviceName ? `device ${deviceName} of ` : ''}product ${productID}`);

export const configurations = (context: DmContext, push: ConfigurationPush): Handlers<Configurations> => {
  const { prisma, audit, now } = context;

  /** @throws {RpcError} 100009 for a product or a device that does not exist */
  const ownerOf = async ({ productID, deviceName }: Named): Promise<Owner> => {
    if (deviceName) return { productID, deviceID: (await findDevice({ prisma }, { productID, deviceName })).id };
    const id = requireProductID('productID', productID);
    if (!(await prisma.product.findUnique({ where: { productID: id }, select: { productID: true } }))) {
      throw noProduct(id);
    }
    return { productID, deviceID: null };
  };

  /** What is in force, and whose it is. */
  const inForce = async (named: Named): Promise<{ row: Row; deviceName: string }> => {
    const owner = await ownerOf(named);
    const own = await currentOf(prisma, owner);
    if (own) return { row: own, deviceName: named.deviceName };
    const shared = owner.deviceID === null ? undefined : await currentOf(prisma, { ...owner, deviceID: null });
    if (!shared) throw nothing(named);
    return { row: shared, deviceName: '' };
  };

  return {
    async setConfiguration({ productID, deviceName, content }, call) {
      if (deviceName) requireDevice({ productID, deviceName });
      else requireProductID('productID', productID);
      return audit.transact(call, async (tx, note) => {
        if (!deviceName) await requireLockedProduct(tx, productID);
        const deviceID = deviceName ? await requireLockedDevice(tx, { productID, deviceName }) : null;
        const row = await addVersion(tx, { productID, deviceID }, content);
        note('config.set', { productID, deviceName }, { configId: row.id.toString(), size: row.size, sign: row.sign });
        return infoOf(row, productID, deviceName);
      });
    },

    async readConfiguration(named) {
      const { row, deviceName } = await inForce(named);
      return infoOf(row, named.productID, deviceName);
    },

    async listConfigurations({ page, size, ...named }) {
      const owner = await ownerOf(named);
      const [rows, total] = await Promise.all([
        prisma.remoteConfig.findMany({
          where: { ...owner },
          omit: { content: true },
          ...pageOf({ page, size, orders: [] }),
          orderBy: { id: 'desc' },
        }),
        prisma.remoteConfig.count({ where: { ...owner } }),
      ]);
      const { productID, deviceName } = named;
      return { list: rows.map((row) => infoOf({ ...row, content: '' }, productID, deviceName)), total };
    },

    async pushConfiguration({ productID, deviceName, form: wanted, timeout }, call) {
      const form = wanted === 'CONTENT' ? 'content' : 'file';
      const { row } = await inForce({ productID, deviceName });
      await push.requireSwitchedOn(productID);
      const target = deviceName ? await findTarget(context, { productID, deviceName }) : undefined;
      await audit.transact(call, async (_tx, note) =>
        note('config.push', { productID, deviceName }, { configId: row.id.toString(), form }),
      );
      const { user } = call;
      if (target) {
        await push.toDevice(target.device, row, { form, user, timeoutMs: timeoutOf(timeout, call, now()) });
        return { configId: row.id.toString(), sent: 1 };
      }
      const { protocolCode } = await prisma.product.findUniqueOrThrow({ where: { productID } });
      const sent = await push.toProduct({ productID, protocolCode }, row, { form, user });
      return { configId: row.id.toString(), sent };
    },
  };
};
