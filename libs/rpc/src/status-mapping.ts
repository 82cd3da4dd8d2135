/** Between RpcError and gRPC status, both ways. The message of a status is JSON: `{"code","msg","details"}`. */
import { Code } from '@alink/contract';
import { status, type ServiceError } from '@grpc/grpc-js';
import { RpcError } from './rpc-error';

/** Characters of a message at most: a status travels in a header, and peers close on headers over some 8 KB. */
const MAX_MESSAGE_LENGTH = 1000;

const statusByCode: ReadonlyMap<number, status> = new Map([
  [Code.rollBack, status.ABORTED],
  [Code.inProgress, status.FAILED_PRECONDITION],
]);

/** What the server sends. */
export const toStatus = ({ code, message, details }: RpcError): { code: status; details: string } => ({
  code: statusByCode.get(code) ?? status.UNKNOWN,
  details: JSON.stringify({ code, msg: message.slice(0, MAX_MESSAGE_LENGTH), details }),
});

/** Our codes for a status without our JSON: from the gRPC library itself, or a server of another make. */
const codeByStatus: ReadonlyMap<status, number> = new Map([
  [status.INVALID_ARGUMENT, Code.parameter],
  [status.DEADLINE_EXCEEDED, Code.timeout],
  [status.NOT_FOUND, Code.notFound],
  [status.ALREADY_EXISTS, Code.duplicate],
  [status.PERMISSION_DENIED, Code.permission],
  [status.UNAUTHENTICATED, Code.permission],
  [status.RESOURCE_EXHAUSTED, Code.limit],
  [status.OUT_OF_RANGE, Code.outOfRange],
  [status.UNIMPLEMENTED, Code.notImplemented],
]);

interface WireError {
  readonly code: number;
  readonly msg: string;
  readonly details: readonly string[];
}

const textsOf = (details: unknown): string[] =>
  Array.isArray(details) ? details.map((detail) => (typeof detail === 'string' ? detail : JSON.stringify(detail))) : [];

const parseWireError = (text: string): WireError | undefined => {
  if (!text.startsWith('{')) return undefined;
  try {
    const { code, msg, details } = JSON.parse(text) as Partial<Record<keyof WireError, unknown>>;
    if (!Number.isInteger(code)) return undefined;
    return { code: code as number, msg: String(msg ?? ''), details: textsOf(details) };
  } catch {
    return undefined;
  }
};

/** What the client throws for a failed call to `method` (`/dm.DeviceManage/deviceInfoRead`) at `target`. */
export const fromServiceError = (error: ServiceError, method: string, target: string): RpcError => {
  const wire = parseWireError(error.details);
  if (wire) return new RpcError(wire.code, wire.msg, { details: wire.details, cause: error });
  if (error.code === status.UNAVAILABLE) {
    return new RpcError(Code.system, `${target} is not reachable`, { cause: error, unavailable: true });
  }
  const code = codeByStatus.get(error.code) ?? Code.system;
  const what = code === Code.timeout ? 'no answer in time' : (status[error.code] ?? 'UNKNOWN').toLowerCase();
  // Only gRPC libraries say this, of sizes and rates, and say which.
  const why = error.code === status.RESOURCE_EXHAUSTED ? ` (${error.details})` : '';
  return new RpcError(code, `${method}: ${what}${why}`, { cause: error });
};
