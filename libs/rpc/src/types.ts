import type { CallsOf, HandlersOf, Service, UserContext } from '@alink/contract';
import type { Metadata } from '@grpc/grpc-js';

/** What a handler knows of the call besides its request. */
export interface CallContext {
  /** Whom the call is made for, as it says itself (metadata `ithings-user`); undefined when it does not say. */
  readonly user?: UserContext;
  /** Unix milliseconds until which the caller waits; Infinity without a deadline. */
  readonly deadlineMs: number;
  /** The caller, `host:port`. */
  readonly peer: string;
  /** Who calls: the name of the token, else the common name of the certificate; undefined where neither is asked for. */
  readonly actor?: string;
}

export interface CallOptions {
  /** Milliseconds the caller waits; every call has a deadline (default 5000). */
  readonly deadlineMs?: number;
  /** Whom it is made for, instead of whom the channel is for. */
  readonly user?: UserContext;
  /** Told what came after the answer (trailing metadata), before the call resolves. */
  readonly onTrailer?: (trailer: Metadata) => void;
}

/** The server's side of a service. */
export type Handlers<S> = S extends Service<infer D> ? HandlersOf<D, CallContext> : never;
/** The client's side of a service. */
export type Client<S> = S extends Service<infer D> ? CallsOf<D, CallOptions> : never;

export interface RpcServer {
  readonly port: number;
  /** Ends it: health says NOT_SERVING, running calls get `graceMs` to finish. Idempotent. */
  stop(): Promise<void>;
}
