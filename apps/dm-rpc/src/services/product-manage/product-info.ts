/** Products: create, update, delete, read, list. */
import type { services } from '@alink/contract';
import { Code, ProductStatus } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import { changedFields } from '../../audit/changed-fields';
import type { DmContext } from '../../context';
import { categoryInfo, CHILDREN } from '../../domains/categories/category-record';
import { countDevices, requireCategory } from '../../domains/categories/category-rows';
import { applyCategoryDefinitions } from '../../domains/definitions/category-definitions';
import { tellModelsChanged } from '../../domains/device-definitions/tell';
import { isForeignKeyViolation, isUniqueViolation, noProduct, unknownProduct } from '../../wire/errors';
import { requireProductID, requireSecret } from '../../wire/fields';
import { conditionsOf } from '../../wire/filters';
import { orderOf, pageOf } from '../../wire/paging';
import { lockProduct, refusePublished } from '../lock-product';
import { makeProductKey } from '../random-names';
import { protocolInfo } from '../protocol-manage/protocol-record';
import { insertProduct, keyTaken, newProduct } from './create-product';
import { productFilters } from './product-filter';
import {
  changedProductRow,
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

/** What the devices of a product log, unless they have a level of their own. */
const levelOf = (protocolConf: unknown): string | undefined =>
  (protocolConf as { readonly logLevel?: string }).logLevel;

const isDisabled = (status: unknown): boolean => status === ProductStatus.disabled;

export const productInfoHandlers = ({
  prisma,
  secretBox,
  changes,
  logModes,
  topologyNotices,
  audit,
  log,
}: DmContext): Methods => {
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

  /** The products with the categories that they are in; with none where that is no category. */
  const withCategories = async (
    rows: readonly ProductRow[],
    infos: readonly ProductOutput[],
  ): Promise<ProductOutput[]> => {
    const ids = [...new Set(rows.map(({ categoryID }) => categoryID))];
    const [found, counts] = await Promise.all([
      prisma.productCategory.findMany({ where: { id: { in: ids } }, include: CHILDREN }),
      countDevices(prisma, ids),
    ]);
    const categories = new Map(found.map((row) => [row.id, categoryInfo(row, counts.get(row.id))]));
    return infos.map((info, i) => ({ ...info, category: categories.get(rows[i]!.categoryID) ?? null }));
  };

  const withMore = async (
    rows: readonly ProductRow[],
    infos: ProductOutput[],
    asked: { readonly withProtocol: boolean; readonly withCategory: boolean },
  ): Promise<ProductOutput[]> => {
    const known = asked.withProtocol ? await withProtocols(rows, infos) : infos;
    return asked.withCategory ? withCategories(rows, known) : known;
  };

  return {
    async productInfoCreate(info, call) {
      const given = info.productID && requireProductID('productID', info.productID);
      for (let tries = 1; ; tries++) {
        const productID = given || makeProductKey();
        const product = newProduct(info, productID);
        const { row } = product;
        try {
          await audit.transact(call, (tx, note) => insertProduct({ secretBox }, tx, note, product));
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
      const { isMoved, isSwitched, levels } = await audit.transact(call, async (tx, note) => {
        const row = await lockProduct(tx, productID);
        if (!row) throw unknownProduct(productID);
        const data = changedProductRow(info, row);
        const productKey = String(data.productKey ?? row.productKey);
        if (productKey !== row.productKey) refusePublished(row, 'protocolConf["productID"]');
        if (info.secret) data.secret = seal(requireSecret('secret', info.secret), productID);
        const categoryID = info.categoryID === '0' ? row.categoryID : BigInt(info.categoryID);
        const isMoved = categoryID !== row.categoryID;
        if (isMoved) await requireCategory(tx, categoryID);
        try {
          await tx.product.update({ where: { productID }, data });
        } catch (error) {
          throw keyTaken(error, productID, productKey);
        }
        if (isMoved) await applyCategoryDefinitions(tx, [productID]);
        note('product.update', { productID }, changedFields(row, data));
        return {
          isMoved,
          isSwitched: isDisabled(data.status ?? row.status) !== isDisabled(row.status),
          levels: [levelOf(row.protocolConf), levelOf(data.protocolConf ?? row.protocolConf)] as const,
        };
      });
      changes.productUpdated(productID);
      if (isSwitched) topologyNotices.productSwitched(productID);
      if (isMoved) await tellModelsChanged({ prisma, changes }, [productID]);
      // It is done, whether or not devices hear of it now: they ask for the mode at each start.
      await logModes
        .productChanged(productID, ...levels)
        .catch((err: unknown) => log.warn({ err, productID }, 'devices were not told of the mode of their log'));
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
          // Gateway devices may have seen devices of it that have never been made.
          await tx.foundDevice.deleteMany({ where: { productID } });
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

    async productInfoRead({ productID, withProtocol, withCategory }) {
      const row = await findProduct(requireProductID('productID', productID));
      const infos = [productInfo(row, secretBox.open(row.secret, secretOwner(productID)))];
      const [whole] = await withMore([row], infos, { withProtocol, withCategory });
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
      return { list: await withMore(rows, list, request), total };
    },
  };
};
