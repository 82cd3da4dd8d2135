/** Errors of gRPC, decoded as unitedrhino's callers do (unitedrhino, share: errors). */
import { status, type ServiceError } from '@grpc/grpc-js';
import { GoStruct } from './go-json';

/** What a caller is left with. */
export class RhinoCallError extends Error {
  override readonly name = 'RhinoCallError';
  constructor(
    readonly code: number,
    message: string,
    readonly details: readonly string[],
  ) {
    super(message);
  }
}

/** "System error": what becomes of every error that cannot be read. */
const SYSTEM = 100007;
/** Statuses that only its transactions look at; they have the JSON too. */
const OF_TRANSACTIONS: readonly status[] = [status.ABORTED, status.FAILED_PRECONDITION];

/** A status other than Unknown, or a message that its struct cannot take, is a "system error" with that as the detail. */
export const readCallError = (error: ServiceError): RhinoCallError => {
  if (error.code !== status.UNKNOWN && !OF_TRANSACTIONS.includes(error.code)) {
    return new RhinoCallError(SYSTEM, '系统错误', [error.details]);
  }
  try {
    const read = GoStruct.parse(error.details, 'CodeError');
    return new RhinoCallError(read.int('code'), read.text('msg'), read.texts('details'));
  } catch (failure) {
    return new RhinoCallError(SYSTEM, '系统错误', [String(failure)]);
  }
};
