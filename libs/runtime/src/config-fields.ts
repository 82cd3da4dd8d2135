/** Fields for configuration schemas: each reads one environment variable and says in words what it wants. */
import * as z from 'zod';
import { parseHostPort } from '@alink/text';
import { isTimeZone } from './time-zone';

/** What a field tells about itself. */
interface FieldFacts {
  /** Ends the sentence "must be ...". */
  readonly wants: string;
  /** Never shown. */
  readonly secret?: boolean;
}

const facts = z.registry<FieldFacts>();

const field = <T extends z.ZodType>(schema: T, wants: string, secret = false): T => {
  facts.add(schema, { wants, secret });
  return schema;
};

/** The facts of a field, also when it was made optional or given a default afterwards. */
export const factsOf = (schema: z.ZodType): FieldFacts | undefined => {
  const own = facts.get(schema);
  if (own) return own;
  const { innerType, in: input } = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  const inner = innerType ?? input;
  return inner && factsOf(inner);
};

/** Text becomes another type, or an issue when `read` gives undefined. */
const parsed = <T>(read: (text: string) => T | undefined) =>
  z.string().transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: 'does not parse' });
    return z.NEVER;
  });

const integer = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);

/** A TCP port; 0 lets the system choose. */
export const port = (fallback: number) =>
  field(
    parsed((text) => {
      const value = integer(text);
      return value !== undefined && value <= 65535 ? value : undefined;
    }).default(fallback),
    'a port number, 0 to 65535',
  );

/** A whole number within bounds. */
export const wholeNumber = (fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) =>
  field(
    parsed((text) => {
      const value = integer(text);
      return value !== undefined && value >= min && value <= max ? value : undefined;
    }).default(fallback),
    max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number, ${min} to ${max}`,
  );

/** A length of time in seconds, fractions allowed. */
export const durationSeconds = (fallback: number, { min = 0, max = 31_536_000 } = {}) =>
  field(
    parsed((text) => {
      const value = /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : undefined;
      return value !== undefined && value >= min && value <= max ? value : undefined;
    }).default(fallback),
    `a number of seconds, ${min} to ${max}`,
  );

const hostPattern = /^[A-Za-z0-9_.:-]{1,253}$/;

/** A host name or an IP address, without port. */
export const host = (fallback: string) =>
  field(
    parsed((text) => (hostPattern.test(text) ? text : undefined)),
    'a host name or an IP address',
  ).default(fallback);

const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const isHostPort = (text: string): boolean => {
  const address = parseHostPort(text.replace(/^https?:\/\//, ''));
  return address !== undefined && hostPattern.test(address.host);
};

/** One or more `host:port`, separated by commas; `http://` or `https://` may stand before them. */
export const hostList = (fallback: string) =>
  field(
    parsed((text) => {
      const hosts = splitList(text);
      return hosts.length > 0 && hosts.every(isHostPort) ? hosts : undefined;
    }),
    'host:port, several separated by commas',
  ).default(splitList(fallback));

/** A URL with one of the schemes, for example `['nats', 'tls']`; with `many`, several separated by commas. */
export const url = (schemes: readonly string[], { many = false } = {}) =>
  field(
    parsed((text) => ((many ? splitList(text) : [text]).every((item) => isUrl(item, schemes)) ? text : undefined)),
    `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}${many ? ', several separated by commas' : ''}`,
  );

/** An `http://` or `https://` URL without query, to which paths are added: a slash at its end is taken away. */
export const baseUrl = () =>
  field(
    parsed((text) => {
      if (!isUrl(text, ['http', 'https'])) return undefined;
      const { username, password, search, hash } = new URL(text);
      return username || password || search || hash ? undefined : text.replace(/\/+$/, '');
    }),
    'a URL that starts with http:// or https://, without user and query',
  );

const isUrl = (text: string, schemes: readonly string[]): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return hostname !== '' && schemes.includes(protocol.slice(0, -1));
};

/** The name of a time zone in IANA's database. */
export const timeZone = (fallback: string) =>
  field(
    parsed((text) => (isTimeZone(text) ? text : undefined)).default(fallback),
    'a time zone of the IANA database, such as Asia/Shanghai',
  );

/** Names of pino's levels, from most to least. */
const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof levels)[number];

/** One of the logger's levels. */
export const logLevel = (fallback: LogLevel = 'info') => oneOf(levels, fallback);

/** One of a few words. */
export const oneOf = <const T extends string>(words: readonly T[], fallback: NoInfer<T>) =>
  field(z.enum(words).default(fallback as never), `one of ${words.join(', ')}`);

const switchWords: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  yes: true,
  1: true,
  off: false,
  false: false,
  no: false,
  0: false,
};

/** A switch: on or off (also true, yes, 1, false, no, 0). */
export const onOff = (fallback: boolean) =>
  field(parsed((text) => switchWords[text.toLowerCase()]).default(fallback), 'on or off');

/** Any text that is not blank. */
export const text = (wants = 'set') => field(z.string().min(1), wants);

/** A text that is never shown, neither in an error nor in the effective values. */
export const secret = (wants = 'set') => field(z.string().min(1), wants, true);
