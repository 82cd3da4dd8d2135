/**
 * Names of files that devices download, of which nobody can make one without the key: `{ref}.{end}.{code}`, where the end is
 * in Unix seconds and the code an HMAC-SHA256 over both. Nothing has to be kept about one, and it ends by itself.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bytes of the code: 128 bits are beyond guessing, and the URL stays short. */
const CODE_BYTES = 16;

/** What a file may be called: letters, digits, `_`, `~` and `-`. */
const TOKEN = /^([\w~-]{1,128})\.([0-9a-z]{1,10})\.([\w-]{22})$/;

/** The same anywhere in a text, after a slash: as URLs have it. */
const IN_TEXT = /\/[\w~-]{1,128}\.[0-9a-z]{1,10}\.[\w-]{22}(?![\w-])/g;

const codeOf = (key: string | Buffer, signed: string): Buffer =>
  createHmac('sha256', key).update(`alink-file ${signed}`).digest().subarray(0, CODE_BYTES);

/**
 * @param ref what the file is called where it stands
 * @param endsAt Unix seconds
 */
export const signFileToken = (key: string | Buffer, ref: string, endsAt: number): string => {
  const signed = `${ref}.${endsAt.toString(36)}`;
  return `${signed}.${codeOf(key, signed).toString('base64url')}`;
};

/** The `ref` that a token claims; undefined for what has not the form of one, or has ended. @param now Unix milliseconds */
export const claimedFile = (token: string, now: number): string | undefined => {
  const [, ref, end = ''] = TOKEN.exec(token) ?? [];
  return ref !== undefined && Number.parseInt(end, 36) * 1000 > now ? ref : undefined;
};

/**
 * The `ref` of a token that one of the keys has signed and that has not ended; undefined for any other text.
 * @param now Unix milliseconds
 */
export const readFileToken = (keys: readonly (string | Buffer)[], token: string, now: number): string | undefined => {
  const ref = claimedFile(token, now);
  if (ref === undefined) return undefined;
  const dot = token.lastIndexOf('.');
  const code = Buffer.from(token.slice(dot + 1), 'base64url');
  const signed = token.slice(0, dot);
  return keys.some((key) => timingSafeEqual(codeOf(key, signed), code)) ? ref : undefined;
};

/** A text for a log: whoever reads that must not have the files. */
export const maskFileTokens = (text: string): string => text.replace(IN_TEXT, '/***');

/** Seconds for which a URL is good at least ("Alibaba Cloud IoT documentation, 'OTA'": 24 hours). */
const LIFE_S = 24 * 3600;
/** All that is signed within an hour ends at the same time: many devices are then told one URL, which can be cached. */
const STEP_S = 3600;

/** When a token that is signed now ends, in Unix seconds. @param now Unix milliseconds */
export const fileTokenEnd = (now: number): number => Math.ceil(now / 1000 / STEP_S) * STEP_S + LIFE_S;
