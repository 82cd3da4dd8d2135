/**
 * Changes of a thing model: those of one product take turns, each is noted, and everyone is told. What properties of devices
 * shall be goes with the properties.
 */
import type { CallContext } from '@alink/rpc';
import type { AuditAction, AuditDetail } from '../../audit/audit-log';
import type { DmContext } from '../../context';
import { forgetUnknown } from '../../domains/desired/store';
import { tellModelsChanged } from '../../domains/device-definitions/tell';
import type { Transaction } from '../../transaction';
import { unknownProduct } from '../../wire/errors';
import { requireProductID } from '../../wire/fields';
import { lockProduct, refusePublished } from '../lock-product';

/**
 * @param change within the transaction; its result is noted, undefined when nothing had to be changed
 * @throws {RpcError} 100006 when there is no such product, or its model may not be changed
 */
export type ChangeModel = (
  call: CallContext,
  productID: string,
  action: AuditAction,
  change: (tx: Transaction) => Promise<AuditDetail | undefined>,
) => Promise<void>;

export const modelChanger =
  ({ audit, changes, prisma }: Pick<DmContext, 'audit' | 'changes' | 'prisma'>): ChangeModel =>
  async (call, productID, action, change) => {
    requireProductID('productID', productID);
    const hasChanged = await audit.transact(call, async (tx, note) => {
      const product = await lockProduct(tx, productID);
      if (!product) throw unknownProduct(productID);
      refusePublished(product, 'thing model');
      const detail = await change(tx);
      if (!detail) return false;
      note(action, { productID }, detail);
      await forgetUnknown(tx, productID);
      await tx.$executeRaw`UPDATE product SET schema_revision = gen_random_uuid() WHERE product_id = ${productID}`;
      return true;
    });
    if (hasChanged) await tellModelsChanged({ prisma, changes }, [productID]);
  };
