/** Whom a call is made for, as metadata `ithings-user`: base64 of the JSON of a {@link UserContext}. */
import { Code, type UserContext } from '@alink/contract';
import type { Metadata } from '@grpc/grpc-js';
import * as z from 'zod';
import { RpcError } from './rpc-error';

const KEY = 'ithings-user';

/** The platform itself, with every right: the members and values that unitedrhino's own services send (`ctxs.WithRoot`). */
export const ROOT_USER: UserContext = {
  TenantCode: 'default',
  ProjectID: '2',
  UserID: '0',
  IsAdmin: true,
  IsSuperAdmin: true,
  AllProject: true,
  AllArea: true,
  AllTenant: true,
};

/** The context as the value of the metadata. */
export const encodeUser = (user: UserContext): string => Buffer.from(JSON.stringify(user)).toString('base64');

/** @param encoded what {@link encodeUser} gave */
export const writeUser = (metadata: Metadata, encoded: string): void => metadata.set(KEY, encoded);

const NO_NUMBER = 'must be a decimal number';
const flag = z.boolean('must be true or false').optional();
/** Text on unitedrhino's wire; a number is taken too, from whoever writes the JSON by hand. */
const id = z
  .preprocess(
    (value) => (Number.isSafeInteger(value) ? String(value) : value),
    z.string(NO_NUMBER).regex(/^-?\d{1,19}$/, NO_NUMBER),
  )
  .optional();
const text = z.string('must be text').optional();

/** What is read of it must have its type; whatever else stands in it travels along. */
const userContext: z.ZodType<UserContext> = z.looseObject({
  TenantCode: text,
  ProjectID: id,
  UserID: id,
  Account: text,
  IsAdmin: flag,
  IsSuperAdmin: flag,
  AllProject: flag,
  AllArea: flag,
  AllTenant: flag,
});

const parseJson = (value: string): unknown => {
  try {
    return JSON.parse(Buffer.from(value, 'base64').toString('utf8'));
  } catch (cause) {
    throw new RpcError(Code.parameter, `metadata ${KEY} is not base64 of JSON`, { cause });
  }
};

/**
 * The context of a call; undefined when the call has none.
 * @throws {RpcError} 100006 when it is there but is not base64 of a JSON object, or a member has the wrong type
 */
export const readUser = (metadata: Metadata): UserContext | undefined => {
  const [value] = metadata.get(KEY);
  if (value === undefined || value.length === 0) return undefined;
  const { data, error } = userContext.safeParse(parseJson(value.toString()));
  if (data) return data;
  const [{ path, message } = { path: [], message: '' }] = error?.issues ?? [];
  const what = path.length > 0 ? `: ${path.join('.')} ${message}` : ' is not a JSON object';
  throw new RpcError(Code.parameter, `metadata ${KEY}${what}`);
};
