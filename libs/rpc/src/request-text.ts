/** The texts of a decoded message, found without knowing its type. */
import { Code } from '@alink/contract';
import { RpcError } from './rpc-error';

/** Characters of a path in an error at most: it travels in a header. */
const MAX_PATH = 200;

/**
 * The path of the first text, or key of a map, that passes the test: `page.orders[0].field`, `tags["a b"]`. Numbers of
 * 64 bits are texts too; bytes are none.
 */
export const findText = (message: object, test: (text: string) => boolean): string | undefined =>
  findIn(message, test)?.replace(/^\./, '').slice(0, MAX_PATH);

const findIn = (value: unknown, test: (text: string) => boolean): string | undefined => {
  if (typeof value === 'string') return test(value) ? '' : undefined;
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return undefined;
  const inList = Array.isArray(value);
  for (const key of Object.keys(value)) {
    if (test(key)) return ' key';
    const found = findIn((value as Record<string, unknown>)[key], test);
    if (found !== undefined) return (inList ? `[${key}]` : member(key)) + found;
  }
  return undefined;
};

const member = (key: string): string => (/^\w+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

/**
 * U+0000 stands in no name, no secret and no JSON, and PostgreSQL keeps no text with it.
 * @throws {RpcError} 100006 naming the field
 */
export const refuseNul = (request: object): void => {
  const field = findText(request, (text) => text.includes('\0'));
  if (field !== undefined) throw badField(field, 'must not contain U+0000');
};

/** @param fault what is wrong with the field, beginning with a verb: `must not be empty` */
export const badField = (field: string, fault: string): RpcError =>
  new RpcError(Code.parameter, `${field} ${fault}`, { details: [field] });
