/** Fields of requests that nothing here acts on, and whose answer without them would be another one than was asked for. */
import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import { isSet } from './extra';

/** @throws {RpcError} 100018 naming the first of the fields that is set */
export const refuseUnserved = (request: object, fields: readonly string[]): void => {
  const field = fields.find((name) => isSet((request as Record<string, unknown>)[name]));
  if (field) throw new RpcError(Code.notImplemented, `${field} is not served`, { details: [field] });
};
