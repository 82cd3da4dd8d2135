/** Documents of all that a platform holds. */
import { OperatorError } from '../operator-error';
import type { Platform } from '../platform';
import type { PackedFile } from '../products/zip-archive';
import type { Reporter } from '../reporter';
import type { AnyKind, Scope } from './kind';
import { kinds } from './kinds';
import { someOf } from '../words/some-of';
import { productsByProtocol } from './products-in';
import { writeDocuments } from './write-documents';

/** Products in one message. */
const MAX_NAMED = 20;

type Described = { readonly kind: AnyKind; readonly spec: object };

/** What a platform holds, in the order of dependence. @throws {OperatorError} when a product of the scope does not exist */
export const exportPlatform = async (platform: Platform, scope: Scope, reporter: Reporter): Promise<Described[]> => {
  const { own, foreign } = await productsByProtocol(platform);
  const there = new Set(own.map(({ productID }) => productID));
  const missing = scope.productKeys.filter((key) => !there.has(key));
  const others = missing.filter((key) => foreign.includes(key));
  if (others.length > 0) throw new OperatorError('refused', `of another protocol: ${others.join(', ')}`);
  if (missing.length > 0) throw new OperatorError('refused', `no product ${missing.join(', ')}`);
  if (scope.productKeys.length === 0 && foreign.length > 0) {
    reporter.note(`left out, of other protocols: ${someOf(foreign, MAX_NAMED)}`);
  }
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
