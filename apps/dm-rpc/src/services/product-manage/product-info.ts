/** Products: create, update, delete, read, list. */
import type { services } from '@alink/contract';
import { Code } from '@alink/contract';
import type { Prisma } from '@alink/db';
import { RpcError, type Handlers } from '@alink/rpc';
import { changedFields } from '../../audit/changed-fields';
import type { DmContext } from '../../context';
import { duplicate, isForeignKeyViolation, isUniqueViolation, noProduct, violates } from '../../wire/errors';
import { requireProductID, requireSecret } from '../../wire/fields';
import { orderOf, pageOf } from '../../wire/paging';
import { containing } from '../../wire/search';
import { refusePublished, requireLockedProduct } from '../lock-product';
import { makeProductKey, makeProductSecret } from '../random-names';
import { protocolInfo } from '../protocol-manage/protocol-record';
import { changedProductRow, newProductRow, productInfo, secretOwner, type ProductRow } from './product-record';
import type { RequestOf } from '../../wire/messages';

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

const inProductFilter = (
  request: RequestOf<typeof services.productManage, 'productInfoIndex'>,
): Prisma.ProductWhereInput => {
  const deviceTypes = [...request.deviceTypes, request.deviceType].map(Number).filter((type) => type !== 0);
  const statuses = [...request.statuses, request.status].map(Number).filter((status) => status !== 0);
  const equals = (map: Readonly<Record<string, string>>, column: 'tags' | 'protocolConf') =>
    Object.entries(map).map(([key, value]) => ({ [column]: { path: [key], equals: value } }));
  return {
    ...(request.productName && { productName: containing(request.productName) }),
    ...(request.productIDs.length > 0 && { productID: { in: request.productIDs } }),
    ...(request.protocolCode && { protocolCode: request.protocolCode }),
    ...(deviceTypes.length > 0 && { deviceType: { in: deviceTypes } }),
    ...(statuses.length > 0 && { status: { in: statuses } }),
    ...(request.netType !== '0' && { netType: Number(request.netType) }),
    ...(request.categoryIDs.length > 0 && { categoryID: { in: request.categoryIDs.map(BigInt) } }),
    AND: [...equals(request.tags, 'tags'), ...equals(request.protocolConf, 'protocolConf')],
  };
};

export const productInfoHandlers = ({ prisma, secretBox, changes, audit }: DmContext): Methods => {
  const seal = (secret: string, productID: string) => secretBox.seal(secret, secretOwner(productID));
  const findProduct = async (productID: string): Promise<ProductRow> => {
    const row = await prisma.product.findUnique({ where: { productID } });
    if (!row) throw noProduct(productID);
    return row;
  };

  /** The protocols that products name, by code. */
  const protocolsOf = async (rows: readonly ProductRow[]) => {
    const codes = [...new Set(rows.map((row) => row.protocolCode))];
    const found = await prisma.protocolInfo.findMany({ where: { code: { in: codes } } });
    return new Map(found.map((protocol) => [protocol.code, protocolInfo(protocol)]));
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
        const row = await requireLockedProduct(tx, productID);
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

    async productInfoDelete({ productID }, call) {
      requireProductID('productID', productID);
      try {
        await audit.transact(call, async (tx, note) => {
          refusePublished(await requireLockedProduct(tx, productID), 'deletion');
          await tx.product.delete({ where: { productID } });
          note('product.delete', { productID });
        });
      } catch (error) {
        if (isForeignKeyViolation(error)) throw new RpcError(Code.notEmpty, `product ${productID} still has devices`);
        throw error;
      }
      changes.productDeleted(productID);
      return {};
    },

    async productInfoRead({ productID, withProtocol }) {
      const row = await findProduct(requireProductID('productID', productID));
      const info = productInfo(row, secretBox.open(row.secret, secretOwner(productID)));
      return withProtocol ? { ...info, protocol: (await protocolsOf([row])).get(row.protocolCode) ?? null } : info;
    },

    async productInfoIndex(request) {
      const where = inProductFilter(request);
      const [rows, total] = await Promise.all([
        prisma.product.findMany({
          where,
          ...pageOf(request.page),
          orderBy: orderOf(request.page, SORT, [{ createdAt: 'desc' }, { productID: 'asc' }]),
        }),
        prisma.product.count({ where }),
      ]);
      const protocols = request.withProtocol ? await protocolsOf(rows) : undefined;
      const list = rows.map((row) => ({
        ...productInfo(row, ''),
        ...(protocols && { protocol: protocols.get(row.protocolCode) ?? null }),
      }));
      return { list, total };
    },
  };
};
