/** Products out of a file: each with its thing model, all of it or nothing of it. */
import { Code } from '@alink/contract';
import { RpcError, type CallContext } from '@alink/rpc';
import type { Note } from '../../audit/audit-log';
import type { DmContext } from '../../context';
import { insertProduct, keyTaken, newProduct } from '../../services/product-manage/create-product';
import { readDocument, replaceModel } from '../../services/product-manage/schema-document';
import { makeProductKey } from '../../services/random-names';
import type { Transaction } from '../../transaction';
import { requireProductID } from '../../wire/fields';
import { jsonList } from '../../wire/json-list';
import { readProduct, type FiledProduct } from './product-file';

export interface ImportedProduct {
  /** Empty in a trial where the platform makes the key up. */
  readonly productID: string;
  readonly productName: string;
  readonly result: 'created' | 'exists' | 'refused';
  /** Why it was refused. */
  readonly reason: string;
  /** Of its thing model. */
  readonly definitions: number;
}

/** Undoes what was only tried. */
class Trial extends Error {
  constructor(readonly definitions: number) {
    super();
  }
}

export class ProductImport {
  /** Keys and names of the file so far: what a trial creates is not there for those after it. */
  private readonly seen = new Set<string>();

  constructor(
    private readonly context: DmContext,
    private readonly call: CallContext,
    private readonly dryRun: boolean,
  ) {}

  /**
   * @param text what `productInfoMultiExport` answers
   * @throws {RpcError} 100006 for what is no such file
   */
  async run(text: string): Promise<ImportedProduct[]> {
    const results: ImportedProduct[] = [];
    for (const entry of jsonList('products', text)) results.push(await this.one(readProduct(entry)));
    return results;
  }

  private async one(product: FiledProduct): Promise<ImportedProduct> {
    const { productID, productName } = product.info;
    const told = { productID, productName, reason: '', definitions: 0 };
    if (this.seen.has(`key ${productID}`) || this.seen.has(`name ${productName}`)) return { ...told, result: 'exists' };
    try {
      const created = await this.create(product);
      if (productID) this.seen.add(`key ${productID}`);
      this.seen.add(`name ${productName}`);
      return { ...told, ...created, result: 'created' };
    } catch (error) {
      // What the database or a bug says is nobody's fault of this file.
      if (!(error instanceof RpcError)) throw error;
      if (error.code === Code.duplicate) return { ...told, result: 'exists', reason: error.message };
      return { ...told, result: 'refused', reason: error.message };
    }
  }

  private async create({ info, tsl }: FiledProduct): Promise<{ productID: string; definitions: number }> {
    const { audit, changes } = this.context;
    const productID = info.productID ? requireProductID('productID', info.productID) : makeProductKey();
    const product = newProduct(info, productID);
    const document = tsl === '' ? undefined : readDocument(tsl);
    const write = async (tx: Transaction, note: Note): Promise<number> => {
      await insertProduct(this.context, tx, note, product);
      const replaced = document && (await replaceModel(tx, productID, document, true));
      if (replaced) note('schema.import', { productID }, replaced);
      const definitions = replaced?.definitions ?? 0;
      if (this.dryRun) throw new Trial(definitions);
      return definitions;
    };
    try {
      const definitions = await audit.transact(this.call, write);
      changes.productCreated(productID);
      return { productID, definitions };
    } catch (error) {
      if (error instanceof Trial) return { productID: info.productID, definitions: error.definitions };
      throw keyTaken(error, productID, product.row.productKey);
    }
  }
}
