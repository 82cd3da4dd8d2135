/** The MQTT client identifier of a device: free text, then parameters between bars. */
import { DEFAULT_SIGN_METHOD, parseSignMethod, type SignMethod } from './sign-method';

/**
 * Characters in a ClientID above which it is refused. SDKs stay under 200 (buffer of C SDK 3.x); user-made parameters
 * of the C and Android SDKs may add to that. Without a limit one CONNECT could carry 64 KB into every log line.
 */
export const MAX_CLIENT_ID_LENGTH = 1024;

/** What chooses another way in than the DeviceSecret; `id2` is a security chip's. */
export type AuthType = 'register' | 'regnwl' | 'connwl' | 'id2';

/** A ClientID, taken apart. */
export interface ParsedClientId {
  /** As the device sent it. */
  readonly raw: string;
  /** The part before the first bar, trimmed; may be empty. Free text, not the device's identity. */
  readonly clientId: string;
  /** Whether the id has a parameter section at all. A plain id has none and is well formed. */
  readonly hasParams: boolean;
  /** Why the id is malformed, in words for a log; absent when it is well formed. */
  readonly problem?: string;
  /** Every parameter by its lower-cased key. Of a key given twice the first stands: SDKs put user parameters last. */
  readonly params: ReadonlyMap<string, string>;
  /**
   * `2` TLS, `3` TCP, `-1` iotToken, `-2` device token or automatic registration, `8` ID²; others choose nothing. The
   * device's claim, not proof of TLS.
   */
  readonly securemode?: string;
  /** Absent only where the device names a method that does not exist. */
  readonly signMethod?: SignMethod;
  /** The way in that `authType` chooses; absent where it chooses none, whatever it says: see {@link parseAuthType}. */
  readonly authType?: AuthType;
  /** Any text; only feeds the signature. Milliseconds, seconds and a constant all occur. */
  readonly timestamp?: string;
  /** Feeds the signature of dynamic registration. */
  readonly random?: string;
  readonly instanceId?: string;
  /** Bitmap, 0 when absent or no number: bit 0 = synchronous calls come on `/ext/rrpc/{id}/{topic}`. */
  readonly ext: number;
}

/** Splits `k1=v1,k2=v2`. Blanks and line feeds around keys and values go, empty parts and parts without `=` too. */
const parsePairs = (section: string): ReadonlyMap<string, string> => {
  const params = new Map<string, string>();
  for (const part of section.split(',')) {
    const equals = part.indexOf('=');
    const key = part.slice(0, Math.max(equals, 0)).trim().toLowerCase();
    if (key && !params.has(key)) params.set(key, part.slice(equals + 1).trim());
  }
  return params;
};

const authTypes: ReadonlySet<string> = new Set<AuthType>(['register', 'regnwl', 'connwl', 'id2']);

/**
 * Reads the way in that a device asks for, in any case. Any other value chooses none, and must keep no device out: the
 * firmware of Alibaba's Living platform puts `authtype=custom-ilop` into every ClientID, names an application with it,
 * and signs as everybody does (its C SDK 2.3.0, as ESP8266 and TG7100 modules carry it).
 */
const parseAuthType = (value: string | undefined): AuthType | undefined => {
  const name = value?.toLowerCase() ?? '';
  return authTypes.has(name) ? (name as AuthType) : undefined;
};

const parseExt = (value: string | undefined): number => (value && /^\d{1,9}$/.test(value) ? Number(value) : 0);

/** Text of a stranger, fit for a log line and a terminal. */
const printable = (text: string): string => text.slice(0, 32).replace(/[^\x20-\x7e]/g, '?');

/** Where the parameters stand in a trimmed id: from the first bar to the last, since `lan=JS|Ali` has a bar inside. */
const findSection = (id: string, firstBar: number): { section: string; problem?: string } => {
  const lastBar = id.lastIndexOf('|');
  if (firstBar === lastBar) {
    return { section: id.slice(firstBar + 1), problem: 'the parameters have no closing "|"' };
  }
  // More than one bar at the end is the closing bar repeated, not a part of the last value.
  let end = lastBar;
  while (end > firstBar + 1 && id[end - 1] === '|') end--;
  const section = id.slice(firstBar + 1, end);
  return lastBar === id.length - 1 ? { section } : { section, problem: 'there is text after the closing "|"' };
};

/**
 * Takes a ClientID `{clientId}|k1=v1,k2=v2|` apart. Never throws: what is wrong stands in `problem`, and everything
 * that could be read is there all the same. Sources: Alibaba Cloud IoT documentation, "MQTT-TCP"; Link SDK for C
 * (`core_auth.c`, `dev_sign_mqtt.c`), Node (`model.js`), Python (`linkkit.py`), Android.
 */
export const parseClientId = (raw: string): ParsedClientId => {
  const id = raw.trim();
  const firstBar = id.indexOf('|');
  const hasParams = firstBar >= 0;
  const found = hasParams ? findSection(id, firstBar) : { section: '' };
  const params = parsePairs(found.section);
  const methodName = params.get('signmethod');
  const signMethod = methodName === undefined ? DEFAULT_SIGN_METHOD : parseSignMethod(methodName);
  let problem = found.problem;
  if (raw.length > MAX_CLIENT_ID_LENGTH) problem = `it is longer than ${MAX_CLIENT_ID_LENGTH} characters`;
  else if (!signMethod) problem ??= `signmethod "${printable(methodName!)}" is none of hmacmd5, hmacsha1, hmacsha256`;
  return {
    raw,
    clientId: hasParams ? id.slice(0, firstBar).trim() : id,
    hasParams,
    problem,
    params,
    securemode: params.get('securemode'),
    signMethod,
    authType: parseAuthType(params.get('authtype')),
    timestamp: params.get('timestamp'),
    random: params.get('random'),
    instanceId: params.get('instanceid'),
    ext: parseExt(params.get('ext')),
  };
};
