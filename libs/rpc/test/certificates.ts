/** Authorities and certificates for tests, written to a folder. */
// @peculiar/x509 needs it loaded first.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

export interface CertificateFilesOfTest {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface TestAuthority {
  readonly caFile: string;
  /** Writes `<file>.crt` and `<file>.key`; `days` from now until it ends, negative when it has ended. */
  issue(
    file: string,
    options: { commonName: string; names?: readonly string[]; days?: number },
  ): Promise<CertificateFilesOfTest>;
}

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

export const testAuthority = async (folder: string, name: string): Promise<TestAuthority> => {
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
        extensions: [new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value })))],
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
