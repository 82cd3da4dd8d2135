/** Documents of all that a platform holds. */
import { OperatorError } from '../operator-error';
import type { Platform } from '../platform';
import type { PackedFile } from '../products/zip-archive';
import type { Reporter } from '../reporter';
import type { AnyKind, Scope } from './kind';
import { kinds } from './kinds';
import { productsIn } from './products-in';
import { writeDocuments } from './write-documents';

type Described = { readonly kind: AnyKind; readonly spec: object };

/** What a platform holds, in the order of dependence. @throws {OperatorError} when a product of the scope does not exist */
export const exportPlatform = async (platform: Platform, scope: Scope, reporter: Reporter): Promise<Described[]> => {
  const there = new Set((await productsIn(platform, scope)).map(({ productID }) => productID));
  const missing = scope.productKeys.filter((key) => !there.has(key));
  if (missing.length > 0) throw new OperatorError('refused', `no product ${missing.join(', ')}`);
  const all: Described[] = [];
  for (const [index, kind] of kinds.entries()) {
    for (const spec of await kind.list(platform, scope)) all.push({ kind, spec });
    reporter.progress({ done: index + 1, total: kinds.length });
  }
  return all;
};

/** The same as files: what belongs to a product stands in one. */
export const filesOfExport = (described: readonly Described[]): PackedFile[] => {
  const files = new Map<string, Described[]>();
  for (const each of described) {
    const name = `${each.kind.fileOf(each.spec)}.yaml`;
    files.set(name, [...(files.get(name) ?? []), each]);
  }
  return [...files].map(([name, documents]) => ({ name, bytes: Buffer.from(writeDocuments(documents)) }));
};
