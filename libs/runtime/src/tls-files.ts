/** Certificates with which this process, as a client, trusts a server and shows itself to it. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { StartError } from './start-error';

export interface TlsFiles {
  /** Authorities (PEM) of the server's certificate; without it those of the system. */
  readonly caFile?: string;
  /** Certificate chain to show, and its key (PEM). */
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** What the files hold, under the names that Node's TLS has for it. */
export interface TlsContents {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/**
 * Reads them and tries them out: a library would find out later, and say it less clearly.
 * @param whose in words, for the error: `NATS`
 * @throws {StartError} when a file cannot be read or used
 */
export const readTlsFiles = (whose: string, { caFile, certFile, keyFile }: TlsFiles): TlsContents => {
  const read = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));
  try {
    const contents = { ca: read(caFile), cert: read(certFile), key: read(keyFile) };
    const { ca, cert, key } = contents;
    if (ca) new X509Certificate(ca);
    if (cert && key && !new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw new Error('the key is not that of the certificate');
    }
    createSecureContext(contents);
    return contents;
  } catch (error) {
    const paths = [caFile, certFile, keyFile].filter((path) => path !== undefined).join(', ');
    throw new StartError(`the certificates for ${whose} cannot be used (${paths}): ${(error as Error).message}`, {
      cause: error,
    });
  }
};
