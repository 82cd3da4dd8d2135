import type * as z from 'zod';
import type { Platform } from '../platform';
import type { PackedFile } from '../products/zip-archive';

/** What names a resource: its kind, and what it is called among those of its kind. */
export interface Ref {
  readonly kind: string;
  readonly id: string;
}

/**
 * A kind of resource that a platform holds and a document describes: a product, a thing model, a group. The members of
 * a document are what it is about; what it leaves out stays on the platform as it is.
 */
export interface Kind<Spec extends object> {
  /** As a document says it: `kind: Product`. */
  readonly name: string;
  /** The members of a document, in the order in which they are written. Others are refused. */
  readonly schema: z.ZodType<Spec> & { readonly shape: object };
  /** A member that may stand in files beside the document instead, and how they are read. */
  readonly beside?: {
    /** The member that names the files. */
    readonly files: string;
    /** The member that they make. */
    readonly member: string;
    /** @throws {Error} when they make none */
    readonly read: (files: readonly PackedFile[]) => unknown;
  };
  /** What names a resource of this kind: no two documents may name the same. */
  readonly idOf: (spec: Spec) => string;
  /** What must be there before. */
  readonly needs: (spec: Spec) => readonly Ref[];
  /** The one form of a document: where several say the same. @throws {Error} naming what is wrong with it */
  readonly normal?: (wanted: Spec) => Spec;
  /** Whether there is one of that name; of a kind that others need. */
  readonly exists?: (platform: Platform, id: string) => Promise<boolean>;
  /** The resource as it is on the platform; undefined where there is none. Of what is many it may hold what is wanted only. */
  readonly read: (platform: Platform, wanted: Spec) => Promise<Spec | undefined>;
  /**
   * What it is to become; where it is left out, each member of the document takes the place of the former one.
   * @param prune whether what is there and the document lacks goes
   */
  readonly merge?: (before: Spec, wanted: Spec, prune: boolean) => Spec;
  /** What is there, the document lacks, and `prune` would delete. */
  readonly lacked?: (before: Spec, wanted: Spec) => readonly string[];
  /** Why it cannot become that: something of it stays as it was made. */
  readonly fixed?: (before: Spec, after: Spec) => string | undefined;
  /** @param prune as of `merge`, where what is new is not empty */
  readonly create: (platform: Platform, after: Spec, prune: boolean) => Promise<void>;
  readonly change: (platform: Platform, before: Spec, after: Spec) => Promise<void>;
  /** What has to wait until all else is there: a product is published after it has got its thing model. */
  readonly settle?: (platform: Platform, before: Spec | undefined, after: Spec) => Promise<void>;
  /** All that a platform holds of the kind. */
  readonly list: (platform: Platform, scope: Scope) => Promise<readonly Spec[]>;
  /** The file that an export writes it to, without its ending: `products/aliyun_test_01`. */
  readonly fileOf: (spec: Spec) => string;
}

/** What of a platform is meant. */
export interface Scope {
  /** Of these products only; all when left out. */
  readonly productKeys: readonly string[];
  /** Groups of these purposes too, not only of the one that unitedrhino calls `default`. */
  readonly purposes: readonly string[];
  /** Devices too. */
  readonly devices: boolean;
}

/** A kind, whatever its documents hold. */
export type AnyKind = Kind<object>;

/** A kind as the table of kinds has it: its own documents are known to itself alone. */
export const anyKind = <Spec extends object>(kind: Kind<Spec>): AnyKind => kind as unknown as AnyKind;
