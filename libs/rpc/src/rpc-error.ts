import { Code } from '@alink/contract/codes';

export interface RpcErrorOptions {
  /** What went wrong underneath; stays in this process and goes to the log. */
  readonly cause?: unknown;
  /** What it is about, a text each: fields of the request, or what is missing. unitedrhino's clients read nothing else. */
  readonly details?: readonly string[];
  /** The call found no server: it was not carried out, or its fate is unknown; another try may succeed. */
  readonly unavailable?: boolean;
}

/**
 * An error as gRPC carries it: status Unknown (Aborted for 100025, FailedPrecondition for 100024) with the message
 * `{"code","msg","details"}` in JSON. The `cause` stays in this process and goes to the log.
 */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly details: readonly string[];
  /** True when no server could be reached, as against an answer that says no. */
  readonly unavailable: boolean;

  constructor(
    readonly code: number,
    message: string,
    { cause, details = [], unavailable = false }: RpcErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.details = details;
    this.unavailable = unavailable;
  }

  /** Anything thrown, as an RpcError: one of ours as it is, everything else as 100007 without its inner text. */
  static from(thrown: unknown): RpcError {
    return thrown instanceof RpcError ? thrown : new RpcError(Code.system, 'internal error', { cause: thrown });
  }
}
