/** Authorities and certificates for tests, written to a folder. */
import { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { X509Certificate } from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

export interface CertificateFilesOfTest {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface TestAuthority {
  readonly caFile: string;
  /**
   * Writes `<file>.crt` and `<file>.key`, for these host names and addresses; `days` from now until it ends, negative when
   * it has ended.
   */
  issue(
    file: string,
    options: { commonName: string; names?: readonly string[]; days?: number },
  ): Promise<CertificateFilesOfTest>;
}

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

/** Loaded by who needs it: most specs do not. It needs `reflect-metadata` loaded first. */
const loadX509 = async () => {
  await import('reflect-metadata');
  return import('@peculiar/x509');
};

/** Makes an authority, whose certificate is `<folder>/<name>.crt`. */
export const testAuthority = async (folder: string, name: string): Promise<TestAuthority> => {
  const { BasicConstraintsExtension, PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } =
    await loadX509();
  const keys = await newKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - 30 * DAY_MS),
    notAfter: new Date(Date.now() + 30 * DAY_MS),
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  const write = (file: string, certificate: X509Certificate): string => {
    const path = join(folder, file);
    writeFileSync(path, certificate.toString('pem'));
    return path;
  };
  return {
    caFile: write(`${name}.crt`, authority),
    issue: async (file, { commonName, names = [], days = 1 }) => {
      const own = await newKeys();
      const certificate = await X509CertificateGenerator.create({
        subject: `CN=${commonName}`,
        issuer: authority.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        notBefore: new Date(Date.now() - 10 * DAY_MS),
        notAfter: new Date(Date.now() + days * DAY_MS),
        extensions: [
          new SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
          ),
        ],
      });
      const keyFile = join(folder, `${file}.key`);
      writeFileSync(
        keyFile,
        PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', own.privateKey), 'PRIVATE KEY'),
      );
      return { certFile: write(`${file}.crt`, certificate), keyFile };
    },
  };
};
