import { Code } from '@alink/contract';

/**
 * An error as gRPC carries it: status Unknown (Aborted for 100025, FailedPrecondition for 100024) with the message
 * `{"code","msg","details"}` in JSON. The `cause` stays in this process and goes to the log.
 */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  constructor(
    readonly code: number,
    message: string,
    options?: { cause?: unknown; details?: readonly unknown[] },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.details = options?.details ?? [];
  }
  readonly details: readonly unknown[];

  /** Anything thrown, as an RpcError: one of ours as it is, everything else as 100007 without its inner text. */
  static from(thrown: unknown): RpcError {
    return thrown instanceof RpcError ? thrown : new RpcError(Code.system, 'internal error', { cause: thrown });
  }
}
