/** What may not be read by people: names of fields that hold secrets, and passwords inside URLs. */

export const MASK = '***';

/** Field names that hold secrets, in lower case without `_` and `-`. */
const secretNames = new Set([
  'password',
  'passwd',
  'pwd',
  'secret',
  'devicesecret',
  'productsecret',
  'secretkey',
  'privatekey',
  'encryptionkey',
  'masterkey',
  'datakey',
  'keymaterial',
  'apikey',
  'accesskey',
  'accesskeysecret',
  'token',
  'devicetoken',
  'accesstoken',
  'sign',
  'signature',
  'authorization',
  'cookie',
]);

/** Whether a field of this name holds a secret, whatever its case: `deviceSecret`, `DEVICE_SECRET`, `device-secret`. */
export const isSecretName = (name: string): boolean => secretNames.has(name.replace(/[_-]/g, '').toLowerCase());

const urlCredentials = /:\/\/([^\s"'\\]*)@/g;

/** PostgreSQL takes a password among a URL's parameters, too (its documentation, "Connection URIs"). */
const urlPassword = /([?&](?:ssl)?password=)[^&\s"'\\]*/gi;

/** Masks user information and passwords in every URL of a text; the user name stays where a password follows it. */
export const maskUrls = (text: string): string =>
  text.includes('://') ? text.replace(urlCredentials, maskCredentials).replace(urlPassword, `$1${MASK}`) : text;

/** The same in a value that is nothing but URLs: there a password goes on behind a blank or a quote, as parsers of URLs read it. */
export const maskUrlValue = (value: string): string =>
  maskUrls(value).replace(/:\/\/((?:(?!:\/\/)[^])*)@/g, maskCredentials);

const maskCredentials = (_all: string, credentials: string): string => {
  const colon = credentials.indexOf(':');
  return colon > 0 ? `://${credentials.slice(0, colon)}:${MASK}@` : `://${MASK}@`;
};

const namedInText =
  /((?:password|passwd|secret|token|sign|signature|authorization|(?:secret|private|encryption|master|api)[_-]?key)\\*"\s*:\s*\\*")[^"\\]*/gi;

/** Masks secrets in a text that holds JSON, however often it is escaped, and passwords in its URLs. */
export const maskText = (text: string): string => maskUrls(text).replace(namedInText, `$1${MASK}`);

/** Levels that are searched; deeper values do not occur in our log calls. */
const MAX_DEPTH = 6;

const isPlain = (value: object) => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const maskValue = (value: unknown, depth: number): unknown => {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => maskValue(item, depth + 1));
  return isPlain(value) ? maskRecord(value as Record<string, unknown>, depth) : value;
};

const maskRecord = (record: Record<string, unknown>, depth: number): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      isSecretName(name) && value !== undefined && value !== null ? MASK : maskValue(value, depth + 1),
    ]),
  );

/** A copy of the record in which every field with a secret's name is masked, a few levels deep. */
export const maskSecrets = (record: Record<string, unknown>): Record<string, unknown> => maskRecord(record, 0);
