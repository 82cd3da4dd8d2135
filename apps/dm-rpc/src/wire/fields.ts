/** Checks of single fields; each failure is 100006 and names the field. */
import { DEVICE_NAME_RULE, isDeviceName, isProductKey } from '@alink/signing';
import { badParameter } from './errors';

export const requireText = (field: string, value: string, maxLength = 128): string => {
  if (value === '') throw badParameter(field, 'must not be empty');
  if (value.length > maxLength) throw badParameter(field, `must have at most ${maxLength} characters`);
  return plainText(field, value, maxLength);
};

/** A text that may be empty. PostgreSQL keeps no U+0000. */
export const plainText = (field: string, value: string, maxLength: number): string => {
  if (value.length > maxLength) throw badParameter(field, `must have at most ${maxLength} characters`);
  if (value.includes('\0')) throw badParameter(field, 'must not contain U+0000');
  return value;
};

export const requireProductID = (field: string, value: string): string => {
  if (value === '') throw badParameter(field, 'must not be empty');
  // A productID is dialled as a ProductKey.
  if (!isProductKey(value)) throw badParameter(field, 'must be 1 to 64 letters, digits, _ and -');
  return value;
};

export const requireDeviceName = (field: string, value: string): string => {
  if (value === '') throw badParameter(field, 'must not be empty');
  if (!isDeviceName(value)) throw badParameter(field, `must be ${DEVICE_NAME_RULE}`);
  return value;
};

/** Nodes of the protocol are spoken to on subjects that its code is a part of. */
export const requireProtocolCode = (field: string, value: string): string => {
  if (/[\s*>]/.test(value))
    throw badParameter(field, 'must have no white space, * or >: it is part of subjects on NATS');
  return requireText(field, value, 64);
};

/** A secret as given, byte for byte; only what no device could use is refused. */
export const requireSecret = (field: string, value: string): string => {
  if (Buffer.byteLength(value) > 256 || /[\u0000-\u001f\u007f]/.test(value)) {
    throw badParameter(field, 'must have at most 256 bytes and no control characters');
  }
  return value;
};

/** An enumeration on the wire; zero is "not set" and becomes `fallback`. */
export const choice = (field: string, value: string, allowed: readonly number[], fallback: number): number => {
  if (value === '0') return fallback;
  const number = Number(value);
  if (!allowed.includes(number)) throw badParameter(field, `must be one of ${allowed.join(', ')}`);
  return number;
};

/** A JSON object in a text field; empty is an empty object. */
export const jsonObject = (field: string, text: string): Record<string, unknown> => {
  let value: unknown = undefined;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch {
    throw badParameter(field, 'is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badParameter(field, 'must be a JSON object');
  }
  return value as Record<string, unknown>;
};

/** A map of texts, as of tags and protocol parameters. */
export const textMap = (field: string, map: Readonly<Record<string, string>>): Record<string, string> => {
  const entries = Object.entries(map);
  if (entries.length > 100) throw badParameter(field, 'must have at most 100 entries');
  for (const [key, value] of entries) {
    requireText(`${field} key`, key, 128);
    plainText(`${field}["${key}"]`, value, 4096);
  }
  return { ...map };
};
