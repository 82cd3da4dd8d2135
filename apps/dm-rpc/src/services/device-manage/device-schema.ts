/** The thing model of one device. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { assembleModel, exportModel } from '@alink/thing-model';
import type { DmContext } from '../../context';
import { findDevice } from '../device-msg/find-device';
import { productTsl } from '../product-manage/product-tsl';

type Methods = Pick<Handlers<typeof services.deviceManage>, 'deviceSchemaTslRead'>;

/**
 * Devices have no definitions of their own. Without `withProductSchema` only those are asked for: unitedrhino's clients
 * add the product's themselves.
 */
export const deviceSchemaHandlers = ({ prisma }: DmContext): Methods => ({
  async deviceSchemaTslRead({ withProductSchema, ...names }) {
    const { productID } = await findDevice({ prisma }, names);
    const tsl = withProductSchema
      ? await productTsl(prisma, productID)
      : JSON.stringify(exportModel(assembleModel([]), productID));
    return { tsl };
  },
});
