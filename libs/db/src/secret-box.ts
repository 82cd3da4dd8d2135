/** Seals secrets before they are stored: AES-256-GCM, with the row they belong to as additional data. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeFile } from '@alink/text';
import { writeOnce } from './write-once';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

/** A stored secret cannot be opened: another key, or the text was changed. Says nothing about the secret. */
export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
}

export interface SecretBox {
  /** Name of the key that seals: a hash of it, so that it can stand in the stored text. */
  readonly keyId: string;
  /** Names of all keys at hand: what bears one of them in the stored text opens. */
  readonly keyIds: readonly string[];
  /**
   * @param owner what the secret belongs to, for example `device:<productID>/<deviceName>`: a sealed text that is moved to another row
   *   does not open there
   * @returns `v1.<key id>.<base64url of nonce, ciphertext and tag>`
   */
  seal(secret: string, owner: string): string;
  /**
   * Keys for something else than secrets, derived from those at hand: the first is that of the key that seals.
   * @param purpose each has keys of its own, from which no other can be told
   */
  keysFor(purpose: string): readonly Buffer[];
  /** @throws {SecretBoxError} when it does not open */
  open(sealed: string, owner: string): string;
}

/**
 * @param key the key that seals, 32 bytes
 * @param formerKeys keys that still open what was sealed before the key was changed
 */
export const createSecretBox = (key: Buffer, formerKeys: readonly Buffer[] = []): SecretBox => {
  const idOf = (bytes: Buffer) =>
    createHash('sha256').update('alink-secret-box').update(bytes).digest('hex').slice(0, 8);
  const keys = new Map([...formerKeys, key].map((bytes) => [idOf(bytes), bytes]));
  const keyId = idOf(key);
  return {
    keyId,
    keyIds: [...keys.keys()],
    seal(secret, owner) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(owner));
      const body = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${keyId}.${body.toString('base64url')}`;
    },
    keysFor: (purpose) =>
      [key, ...formerKeys].map((bytes) => Buffer.from(hkdfSync('sha256', bytes, '', `alink ${purpose}`, KEY_BYTES))),
    open(sealed, owner) {
      const [version, id = '', text = ''] = sealed.split('.');
      if (version !== VERSION) throw new SecretBoxError('a stored secret has an unknown format');
      const keyOfText = keys.get(id);
      if (!keyOfText) throw new SecretBoxError(`a stored secret was sealed with key ${id}, which is not at hand`);
      const body = Buffer.from(text, 'base64url');
      try {
        const tag = body.subarray(body.length - TAG_BYTES);
        const decipher = createDecipheriv('aes-256-gcm', keyOfText, body.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        })
          .setAAD(Buffer.from(owner))
          .setAuthTag(tag);
        const opened = decipher.update(body.subarray(NONCE_BYTES, body.length - TAG_BYTES));
        return Buffer.concat([opened, decipher.final()]).toString('utf8');
      } catch (error) {
        throw new SecretBoxError('a stored secret does not open: it was changed or moved', { cause: error });
      }
    },
  };
};

/**
 * Reads a key as configuration gives it: 32 bytes in hex or base64.
 * @throws {Error} naming SECRET_KEY, without its value
 */
export const parseSecretKey = (text: string): Buffer => {
  const trimmed = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  if (key.length !== KEY_BYTES || !/^[\w+/-]+={0,2}$/.test(trimmed)) {
    throw new Error('SECRET_KEY must be 32 bytes in hex or base64 (make one with: openssl rand -hex 32)');
  }
  return key;
};

/** The key in `<dataDir>/secret.key`, made at the first call and readable by its owner only. */
export const loadSecretKeyFile = async (dataDir: string): Promise<Buffer> => {
  const file = join(dataDir, 'secret.key');
  await mkdir(dataDir, { recursive: true });
  await writeOnce(file, `${randomBytes(KEY_BYTES).toString('hex')}\n`);
  return parseSecretKey(decodeFile(file, await readFile(file)));
};
