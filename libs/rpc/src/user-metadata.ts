/** The caller's context as metadata `ithings-user`: base64 of JSON. Absent means an internal call. */
import { Code, type UserContext } from '@alink/contract';
import type { Metadata } from '@grpc/grpc-js';
import { RpcError } from './rpc-error';

const KEY = 'ithings-user';

export const writeUser = (metadata: Metadata, user: UserContext): void =>
  metadata.set(KEY, Buffer.from(JSON.stringify(user)).toString('base64'));

/** @throws {RpcError} 100006 when it is there but is not base64 of a JSON object */
export const readUser = (metadata: Metadata): UserContext | undefined => {
  const [value] = metadata.get(KEY);
  if (value === undefined || value.length === 0) return undefined;
  try {
    const user: unknown = JSON.parse(Buffer.from(value.toString(), 'base64').toString('utf8'));
    if (typeof user === 'object' && user !== null && !Array.isArray(user)) return user as UserContext;
  } catch (cause) {
    throw new RpcError(Code.parameter, `metadata ${KEY} is not base64 of JSON`, { cause });
  }
  throw new RpcError(Code.parameter, `metadata ${KEY} is not a JSON object`);
};
