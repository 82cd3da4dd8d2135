/** What unitedrhino's dm sends besides commands, and what it takes to say it in Alink. */
import type { UnitedrhinoConfigurations } from '../files/unitedrhino-configurations';
import type { Session } from '../session/session';
import type { Caller, Taken } from './commanding-dm';

/** A downlink's own message; members as it has them. */
export interface RhinoMessage {
  readonly method?: string;
  readonly msgToken?: string;
  readonly data?: unknown;
  readonly payload?: unknown;
}

/** What a message becomes something of Alink with. */
export interface KindTools {
  readonly configurations: UnitedrhinoConfigurations;
  /** The ProductKey of a product, by its id. @throws {RpcError} */
  readonly productKeyOf: (productID: string) => Promise<string>;
  /** Tells its dm, in the message's own words, what has come of it. */
  readonly caller: Caller;
}

export type Kind = (message: RhinoMessage, session: Session, tools: KindTools) => Taken | Promise<Taken>;
