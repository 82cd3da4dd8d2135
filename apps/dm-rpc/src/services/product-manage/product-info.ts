/** Products: create, update, delete, read, list. */
import type { services } from '@alink/contract';
import { Code } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import { changedFields } from '../../audit/changed-fields';
import type { DmContext } from '../../context';
import type { Transaction } from '../../transaction';
import {
  duplicate,
  isForeignKeyViolation,
  isUniqueViolation,
  noProduct,
  unknownProduct,
  violates,
} from '../../wire/errors';
import { requireProductID, requireSecret } from '../../wire/fields';
import { conditionsOf } from '../../wire/filters';
import { orderOf, pageOf } from '../../wire/paging';
import { lockProduct, refusePublished } from '../lock-product';
import { makeProductKey, makeProductSecret } from '../random-names';
import { protocolInfo } from '../protocol-manage/protocol-record';
import { productFilters } from './product-filter';
import {
  changedProductRow,
  newProductRow,
  productInfo,
  secretOwner,
  subProtocolCodeOf,
  type ProductOutput,
  type ProductRow,
} from './product-record';

type ProductManage = Handlers<typeof services.productManage>;
type Methods = Pick<
  ProductManage,
  'productInfoCreate' | 'productInfoUpdate' | 'productInfoDelete' | 'productInfoRead' | 'productInfoIndex'
>;

/** Generated keys are random; a second collision in a row has a chance below 2^-100. */
const MAX_KEY_TRIES = 3;

const SORT = {
  createdTime: 'createdAt',
  productID: 'productID',
  productName: 'productName',
  status: 'status',
} as const;

const keyTaken = (error: unknown, productID: string, productKey: string): unknown => {
  if (!isUniqueViolation(error)) return error;
  return productKey !== productID && violates(error, 'product_key')
    ? duplicate(`protocolConf["productID"] ${productKey} of another product`)
    : duplicate(`productID ${productID}`);
};

/**
 * unitedrhino's callers find a product by its name, so a new one has one of its own. No index says so: what is older, and
 * what is renamed, may share one, there as here.
 */
const refuseTakenName = async (tx: Transaction, productID: string, productName: string): Promise<void> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${productName}, 0))`;
  const where = { productName, NOT: { productID } };
  if (await tx.product.findFirst({ where, select: { productID: true } })) throw duplicate(`productName ${productName}`);
};

export const productInfoHandlers = ({ prisma, secretBox, changes, audit }: DmContext): Methods => {
  const filters = productFilters(prisma);
  const seal = (secret: string, productID: string) => secretBox.seal(secret, secretOwner(productID));
  const findProduct = async (productID: string): Promise<ProductRow> => {
    const row = await prisma.product.findUnique({ where: { productID } });
    if (!row) throw noProduct(productID);
    return row;
  };

  /** The products with the protocols that they name. */
  const withProtocols = async (
    rows: readonly ProductRow[],
    infos: readonly ProductOutput[],
  ): Promise<ProductOutput[]> => {
    const named = rows.map((row) => ({ main: row.protocolCode, beside: subProtocolCodeOf(row) }));
    const codes = [...new Set(named.flatMap(({ main, beside }) => [main, beside]))];
    const found = await prisma.protocolInfo.findMany({ where: { code: { in: codes } } });
    const protocols = new Map(found.map((protocol) => [protocol.code, protocolInfo(protocol)]));
    const of = (code: string) => protocols.get(code) ?? null;
    return infos.map((info, i) => ({ ...info, protocol: of(named[i]!.main), subProtocol: of(named[i]!.beside) }));
  };

  return {
    async productInfoCreate(info, call) {
      const given = info.productID && requireProductID('productID', info.productID);
      const secret = info.secret ? requireSecret('secret', info.secret) : makeProductSecret();
      for (let tries = 1; ; tries++) {
        const productID = given || makeProductKey();
        const row = newProductRow(info, productID);
        try {
          await audit.transact(call, async (tx, note) => {
            await refuseTakenName(tx, productID, row.productName);
            await tx.product.create({ data: { ...row, secret: seal(secret, productID) } });
            note('product.create', { productID }, { productName: row.productName, status: row.status });
          });
          changes.productCreated(productID);
          return { productID };
        } catch (error) {
          const generatedTwice = !given && isUniqueViolation(error) && row.productKey === productID;
          if (!generatedTwice || tries === MAX_KEY_TRIES) throw keyTaken(error, productID, row.productKey);
        }
      }
    },

    async productInfoUpdate(info, call) {
      const productID = requireProductID('productID', info.productID);
      await audit.transact(call, async (tx, note) => {
        const row = await lockProduct(tx, productID);
        if (!row) throw unknownProduct(productID);
        const data = changedProductRow(info, row);
        const productKey = String(data.productKey ?? row.productKey);
        if (productKey !== row.productKey) refusePublished(row, 'protocolConf["productID"]');
        if (info.secret) data.secret = seal(requireSecret('secret', info.secret), productID);
        try {
          await tx.product.update({ where: { productID }, data });
        } catch (error) {
          throw keyTaken(error, productID, productKey);
        }
        note('product.update', { productID }, changedFields(row, data));
      });
      changes.productUpdated(productID);
      return {};
    },

    /** One that does not exist is deleted already. */
    async productInfoDelete({ productID }, call) {
      requireProductID('productID', productID);
      const isGone = await audit
        .transact(call, async (tx, note) => {
          const row = await lockProduct(tx, productID);
          if (!row) return false;
          refusePublished(row, 'deletion');
          await tx.product.delete({ where: { productID } });
          note('product.delete', { productID });
          return true;
        })
        .catch((error) => {
          if (!isForeignKeyViolation(error)) throw error;
          throw new RpcError(Code.notEmpty, `product ${productID} still has devices`);
        });
      if (isGone) changes.productDeleted(productID);
      return {};
    },

    async productInfoRead({ productID, withProtocol }) {
      const row = await findProduct(requireProductID('productID', productID));
      const info = productInfo(row, secretBox.open(row.secret, secretOwner(productID)));
      const [whole] = withProtocol ? await withProtocols([row], [info]) : [info];
      return whole!;
    },

    async productInfoIndex(request) {
      const where = { AND: await conditionsOf(filters, request) };
      const [rows, total] = await Promise.all([
        prisma.product.findMany({
          where,
          ...pageOf(request.page),
          orderBy: orderOf(request.page, SORT, [{ createdAt: 'desc' }, { productID: 'asc' }]),
        }),
        prisma.product.count({ where }),
      ]);
      const list = rows.map((row) => productInfo(row, ''));
      return { list: request.withProtocol ? await withProtocols(rows, list) : list, total };
    },
  };
};
