import type { UserContext } from '@alink/contract';
import { parseHostPort } from '@alink/text';
import { InvalidArgumentError } from 'commander';

/** Readers for options and arguments; each throws InvalidArgumentError saying what it wants. */

export const parseEndpoint = (text: string): string => {
  const { host = '', port = 0 } = parseHostPort(text) ?? {};
  if (!/^[\w.:-]+$/.test(host) || port === 0) throw new InvalidArgumentError('It must be host:port.');
  return text;
};

export const parsePort = (text: string): number => parseWhole(text, 1, 65535);

/** Rows in one answer: as many as the platform gives at once. */
export const parseLimit = (text: string): number => parseWhole(text, 1, 2000);

/** Number of a page, from 1. */
export const parsePage = (text: string): number => parseWhole(text, 1, 1_000_000);

/** Devices in one call. */
export const parseCount = (text: string): number => parseWhole(text, 1, 10_000);

/** The number of the first of many devices. */
export const parseStart = (text: string): number => parseWhole(text, 1, 999_999_999);

export const parseSeconds = (text: string): number => parseWhole(text, 0, 31_536_000);

/** Seconds that a device may take. */
export const parseTimeout = (text: string): number => parseWhole(text, 1, 60);

/** Seconds for which a gateway device lets sub-devices join. */
export const parseWindow = (text: string): number => parseWhole(text, 1, 3600);

const parseWhole = (text: string, least: number, most: number): number => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  }
  return value;
};

/** The id of something that the platform has numbered: int64. */
export const parseID = (text: string): string => {
  if (!/^[1-9]\d{0,18}$/.test(text)) throw new InvalidArgumentError('It must be an id, a whole number from 1.');
  return text;
};

/** A length of time: `10s`, `5m`, `1h`, `1d`, `1w`, `1M` (months), `1y`, as the platform takes it. */
export const parseSpan = (text: string): { interval: number; intervalUnit: string } => {
  const [, amount, unit] = /^(\d{1,5})([smhdwMy])$/.exec(text) ?? [];
  if (!unit || Number(amount) === 0) {
    throw new InvalidArgumentError('It must be like 10s, 5m, 1h, 1d, 1w, 1M (months) or 1y.');
  }
  return { interval: Number(amount), intervalUnit: unit === 'M' ? 'n' : unit };
};

/** Names separated by commas, each once. */
export const parseNames = (text: string): string[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('It must be names separated by commas.');
  return [...new Set(names)];
};

/** A device by both its names. */
export const parseDevice = (text: string): { productID: string; deviceName: string } => {
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1) throw new InvalidArgumentError('It must be productKey/deviceName.');
  return { productID: text.slice(0, slash), deviceName: text.slice(slash + 1) };
};

/** Collects what an option that may be given again says. */
export const collect = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** Collects `key=value`, of which the value may be empty and may hold further equals signs. */
export const parseTag = (text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be key=value.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
};

/** Collects `identifier=version`. */
export const parseVersion = (text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> => {
  const [, identifier, version] = /^(.+)=(\d{1,15})$/.exec(text) ?? [];
  if (identifier === undefined) throw new InvalidArgumentError('It must be identifier=version.');
  return { ...before, [identifier]: Number(version) };
};

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Unix milliseconds of a moment: `10m` (ago; s, m, h, d), an ISO date, or unix milliseconds. */
export const parseMoment =
  (now: () => number) =>
  (text: string): number => {
    const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
    if (unit) return now() - Number(amount) * unitMs[unit as keyof typeof unitMs];
    const moment = /^\d{13}$/.test(text) ? Number(text) : /^\d{4}-\d\d/.test(text) ? Date.parse(text) : NaN;
    if (Number.isNaN(moment)) {
      throw new InvalidArgumentError('It must be 10m (ago; s, m, h, d), an ISO date, or unix milliseconds.');
    }
    return moment;
  };

/** A JSON object. @param example what one looks like */
const readJsonObject = (text: string, example: string): object => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidArgumentError(`It must be JSON, for example '${example}'.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidArgumentError(`It must be a JSON object, for example '${example}'.`);
  }
  return value;
};

/** The text of a JSON object, as it is: numbers keep all their digits. */
export const parseJsonObject = (text: string): string => {
  readJsonObject(text, '{"temperature":28}');
  return text;
};

/** Characters of a user context at most: metadata travels in headers, and servers end a call with headers that are too long. */
const MAX_USER = 4096;

/** A user context: what the metadata `ithings-user` holds, before base64. */
export const parseUser = (text: string): UserContext => {
  if (text.length > MAX_USER) throw new InvalidArgumentError(`It must have at most ${MAX_USER} characters.`);
  return readJsonObject(text, '{"TenantCode":"default","UserID":"42","IsAdmin":true}') as UserContext;
};
