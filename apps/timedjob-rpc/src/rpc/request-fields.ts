/** Checks of what a caller sent; each error is 100006 and names the field. */
import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';

export const badField = (field: string, why: string): RpcError => new RpcError(Code.parameter, `${field}: ${why}`);

/** Characters of a code or a name. */
const MAX_NAME = 128;

export const requiredName = (value: string, field: string): string => {
  if (value.trim() === '') throw badField(field, 'is missing');
  return boundedName(value, field);
};

export const boundedName = (value: string, field: string): string => {
  if (value.length > MAX_NAME) throw badField(field, `is longer than ${MAX_NAME} characters`);
  return value;
};

/** An int64 of the wire as a number. */
export const wholeNumber = (value: string | number, field: string, max = Number.MAX_SAFE_INTEGER): number => {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0 || number > max) throw badField(field, `is not in 0 to ${max}`);
  return number;
};

/** A priority: 6 and above critical, 3 default, 1 low. Bounded by PostgreSQL's integer. */
export const priorityOf = (value: string | number, field: string): number => wholeNumber(value, field, 2_147_483_647);

/** What `read` gives; its SyntaxError becomes an error that names the field. */
export const readable = <T>(field: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw error instanceof SyntaxError ? badField(field, error.message) : error;
  }
};
