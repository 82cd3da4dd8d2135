/** Products as files. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { productTsl } from '../../services/product-manage/product-tsl';
import { noProduct } from '../../wire/errors';
import { ProductImport } from './import-products';
import { writeProduct } from './product-file';

type Methods = Pick<Handlers<typeof services.productManage>, 'productInfoMultiImport' | 'productInfoMultiExport'>;

export const productFileHandlers = (context: DmContext): Methods => {
  const { prisma, secretBox, audit } = context;
  return {
    async productInfoMultiImport({ products }, call) {
      const results = await new ProductImport(context, call, false).run(products);
      const count = (result: string) => results.filter((each) => each.result === result).length;
      return {
        total: results.length,
        succCount: count('created'),
        ignoreCount: count('exists'),
        errCount: count('refused'),
      };
    },

    async productInfoMultiExport({ productIDs }, call) {
      const rows = await prisma.product.findMany({
        where: productIDs.length > 0 ? { productID: { in: productIDs } } : {},
        orderBy: { productID: 'asc' },
      });
      const known = new Set(rows.map(({ productID }) => productID));
      const missing = productIDs.find((productID) => !known.has(productID));
      if (missing !== undefined) throw noProduct(missing);
      const products: object[] = [];
      for (const row of rows) products.push(writeProduct(row, secretBox, await productTsl(prisma, row.productID)));
      // The ProductSecrets of all of them leave the platform.
      await audit.transact(call, async (_tx, note) => note('product.export', {}, { products: products.length }));
      return { products: JSON.stringify(products) };
    },
  };
};

/** `alink.Catalog`. */
export const catalogHandlers = (context: DmContext): Handlers<typeof services.catalog> => ({
  async importProducts({ products, dryRun }, call) {
    return { results: await new ProductImport(context, call, dryRun).run(products) };
  },
});
