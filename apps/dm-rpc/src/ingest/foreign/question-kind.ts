/** What devices behind foreign nodes ask or tell of themselves, and dm answers at once. */
import type { Handle } from '@alink/contract';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import type { ModelSource } from '../../services/product-manage/compiled-models';
import type { Answer } from './answer';
import type { ForeignMessage, ForeignUplink } from './uplink';

/** The device that asks. */
export interface Asker extends DeviceCore {
  readonly id: bigint;
  readonly logLevel: number;
  /** Null where it has no definitions of its own. */
  readonly schemaRevision: string | null;
  readonly product: ModelSource & { readonly protocolCode: string };
}

export interface ForeignQuestion {
  readonly device: Asker;
  readonly uplink: ForeignUplink;
  readonly message: ForeignMessage;
}

export type QuestionContext = DmContext;

export interface QuestionKind {
  readonly handle: Handle;
  /** The type of its uplinks; absent where it takes all of the handle that no kind before it takes. */
  readonly type?: string;
  /** The method of its messages; absent where it takes them all. */
  readonly method?: string;
  /** Method of the answer, where that does not follow from the method that asks. */
  readonly answeredAs?: string;
  /** What is said and answered holds secrets or proofs of identity, which no log may hold. */
  readonly isSecret?: true;
  /** @throws {RpcError} whose code and words are the answer */
  answer(question: ForeignQuestion, context: QuestionContext): Promise<Answer>;
}
