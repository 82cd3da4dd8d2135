/** The HMACs that a device may sign with, and the many ways in which devices write their names. */

/** Name of the HMAC as CONNECT carries it in `signmethod` (Alibaba Cloud IoT documentation, "MQTT-TCP"). */
export type SignMethod = 'hmacmd5' | 'hmacsha1' | 'hmacsha256';

/** What applies to a ClientID without `signmethod` (Alibaba Cloud IoT documentation, "MQTT-TCP"). */
export const DEFAULT_SIGN_METHOD: SignMethod = 'hmacmd5';

/** OpenSSL's name of the digest under each HMAC. */
export const digestNames = { hmacmd5: 'md5', hmacsha1: 'sha1', hmacsha256: 'sha256' } as const;

const methods = new Map<string, SignMethod>(
  Object.entries(digestNames).flatMap(([method, digest]) => [
    [method, method as SignMethod],
    [digest, method as SignMethod],
  ]),
);

/**
 * Reads a sign method in any case. `sha256`, `Sha1` and the like mean the HMAC: the Node SDK 1.2.8 lists them, and no
 * SDK computes a plain digest. Returns undefined for any other name.
 */
export const parseSignMethod = (name: string): SignMethod | undefined => methods.get(name.trim().toLowerCase());
