/**
 * What a DATABASE_URL says: where the database is, who asks, and how the connection is protected (PostgreSQL
 * documentation, "Connection URIs" and "SSL Support"). The client reads such URLs too, but takes a protection that it does
 * not know for none.
 */
import type { ConnectionOptions } from 'node:tls';
import { readTlsFiles, StartError, type TlsContents } from '@alink/runtime';

export interface DatabaseConnection {
  /** Without the parameters about TLS. Holds the password. */
  readonly connectionString: string;
  /** As the client takes it; undefined where the URL says nothing about TLS. */
  readonly ssl: false | ConnectionOptions | undefined;
  /** `user@host:port/database`, without the password. */
  readonly place: string;
}

/** How much each mode checks of the server's certificate; the two that may fall back to plain text are not among them. */
const MODES: Readonly<Record<string, false | 'nothing' | 'authority' | 'name'>> = {
  disable: false,
  'no-verify': 'nothing',
  'verify-ca': 'authority',
  require: 'name',
  'verify-full': 'name',
};

/** What the client of Node.js writes for the two commonest. */
const SWITCHES: Readonly<Record<string, string>> = {
  true: 'require',
  '1': 'require',
  false: 'disable',
  '0': 'disable',
};

const FILES: readonly string[] = ['sslrootcert', 'sslcert', 'sslkey'];

/** Parameters that protect a connection, whoever reads them: one that is not known here must not be passed over. */
const PROTECTING = /ssl|channel_?binding|gssenc|require_?auth|uselibpqcompat/i;

/**
 * Reads a DATABASE_URL.
 * @throws {StartError} in words without the password: for another kind of URL, a protection that is not known or that
 *   could fall back to plain text, files that cannot be used
 */
export const readDatabaseUrl = (text: string): DatabaseConnection => {
  const url = parse(text);
  const place = placeOf(url);
  const given = new Map<string, string>();
  for (const [name, value] of [...url.searchParams]) {
    if (!PROTECTING.test(name)) continue;
    given.set(name, value);
    url.searchParams.delete(name);
  }
  return { connectionString: given.size === 0 ? text : url.href, ssl: protection(given), place };
};

const parse = (text: string): URL => {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Told below: the parser's own message would hold the URL, and the password in it.
  }
  if (url?.protocol !== 'postgresql:' && url?.protocol !== 'postgres:') {
    throw new StartError('DATABASE_URL must look like postgresql://user:password@host:5432/database');
  }
  return url;
};

const placeOf = ({ username, hostname, port, pathname }: URL): string =>
  `${decodeURIComponent(username)}@${hostname}:${port || 5432}${pathname}`;

const protection = (given: ReadonlyMap<string, string>): DatabaseConnection['ssl'] => {
  if (given.size === 0) return undefined;
  const unknown = [...given.keys()].find((name) => name !== 'sslmode' && name !== 'ssl' && !FILES.includes(name));
  if (unknown)
    throw new StartError(`DATABASE_URL has ${unknown}, which is not supported: use sslmode and ${FILES.join(', ')}`);
  const files = { caFile: given.get('sslrootcert'), certFile: given.get('sslcert'), keyFile: given.get('sslkey') };
  if ((files.certFile === undefined) !== (files.keyFile === undefined)) {
    throw new StartError('sslcert and sslkey must stand in DATABASE_URL together');
  }
  const hasFiles = FILES.some((name) => given.has(name));
  const checks = modeOf(given);
  if (checks === false) {
    if (hasFiles) throw new StartError(`DATABASE_URL has sslmode=disable, and ${FILES.join(', ')} ask for TLS`);
    return false;
  }
  if (checks === 'authority' && files.caFile === undefined) {
    throw new StartError('sslmode=verify-ca in DATABASE_URL needs sslrootcert beside it');
  }
  return tlsOptions(checks, readTlsFiles('PostgreSQL', files));
};

const modeOf = (given: ReadonlyMap<string, string>): (typeof MODES)[string] => {
  const mode = given.get('sslmode') ?? SWITCHES[given.get('ssl') ?? 'true'] ?? '';
  const checks = Object.hasOwn(MODES, mode) ? MODES[mode] : undefined;
  if (checks !== undefined) return checks;
  const why = mode === 'prefer' || mode === 'allow' ? ` (${mode} could fall back to plain text)` : '';
  throw new StartError(`sslmode in DATABASE_URL must be one of ${Object.keys(MODES).join(', ')}${why}`);
};

const tlsOptions = (checks: 'nothing' | 'authority' | 'name', contents: TlsContents): ConnectionOptions => {
  const known = Object.fromEntries(Object.entries(contents).filter(([, value]) => value !== undefined));
  if (checks === 'nothing') return { ...known, rejectUnauthorized: false };
  return checks === 'authority' ? { ...known, checkServerIdentity: () => undefined } : known;
};
