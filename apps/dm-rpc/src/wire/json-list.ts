/** Files of many things: JSON lists of objects, as unitedrhino's dm writes and reads them. */
import { badParameter } from './errors';
import { isObject } from './shape';

export type Members = Readonly<Record<string, unknown>>;

const MAX_LENGTH = 4 * 1024 * 1024;
const MAX_ENTRIES = 2000;

/** @throws {RpcError} 100006 for what is no list of objects */
export const jsonList = (field: string, text: string): Members[] => {
  if (text.length > MAX_LENGTH) throw badParameter(field, `must have at most ${MAX_LENGTH} characters`);
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw badParameter(field, 'is not valid JSON');
  }
  // An empty list of Go is written as null.
  if (list === null) return [];
  if (!Array.isArray(list) || !list.every(isObject)) throw badParameter(field, 'must be a list of JSON objects');
  if (list.length > MAX_ENTRIES) throw badParameter(field, `must have at most ${MAX_ENTRIES} entries`);
  return list as Members[];
};

/** A text member; empty where it is missing. */
export const textIn = (members: Members, key: string): string => {
  const value = members[key];
  return typeof value === 'string' ? value : '';
};

/** A whole number as the wire has it, from a number or its text; "0" where it is missing, or makes no sense. */
export const numberIn = (members: Members, key: string): string => {
  const value = members[key];
  if (typeof value === 'string') return /^-?\d{1,19}$/.test(value) ? value : '0';
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : '0';
};

/** A map of texts; empty where it is missing, or is none. */
export const textsIn = (members: Members, key: string): Record<string, string> => {
  const value = members[key];
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
};

export const objectIn = (members: Members, key: string): Members | undefined => {
  const value = members[key];
  return isObject(value) ? (value as Members) : undefined;
};
