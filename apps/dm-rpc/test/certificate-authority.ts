/** A certification authority for tests: makes certificates and revocation lists. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
  type X509Certificate as ParsedCertificate,
} from '@peculiar/x509';

export { Extension };

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

const makeKeys = (algorithm: object): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm as webcrypto.EcKeyGenParams, true, ['sign', 'verify']);

export interface Issued {
  readonly pem: string;
  readonly der: Buffer;
  readonly parsed: ParsedCertificate;
}

export interface IssueOptions {
  readonly isCa?: boolean;
  readonly usages?: string[];
  readonly serial?: string;
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
}

export interface Authority extends Issued {
  issue(subject: string, options?: IssueOptions): Promise<Issued>;
  /** A list of these; `age` in milliseconds. */
  revoke(certificates: readonly Issued[], age?: number, extensions?: Extension[]): Promise<string>;
}

const issued = (parsed: ParsedCertificate): Issued => ({
  parsed,
  pem: parsed.toString('pem'),
  der: Buffer.from(parsed.rawData),
});

let serials = 0x0a00;

export const createAuthority = async (
  name: string,
  { algorithm = 'EC', from = -1, to = 10 }: { algorithm?: 'EC' | 'RSA' } & IssueOptions = {},
): Promise<Authority> => {
  const signingAlgorithm = algorithm === 'EC' ? EC : RSA;
  const keys = await makeKeys(signingAlgorithm);
  const period = (fromDays: number, toDays: number) => ({
    notBefore: new Date(Date.now() + fromDays * DAY_MS),
    notAfter: new Date(Date.now() + toDays * DAY_MS),
  });
  const parsed = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name,
    ...period(from, to),
    keys,
    signingAlgorithm,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    ...issued(parsed),
    async issue(subject, { isCa = false, usages, serial, from = -1, to = 5 } = {}) {
      const device = await makeKeys(EC);
      return issued(
        await X509CertificateGenerator.create({
          serialNumber: serial ?? (serials++).toString(16).padStart(4, '0'),
          issuer: parsed.subject,
          subject,
          ...period(from, to),
          signingKey: keys.privateKey,
          publicKey: device.publicKey,
          signingAlgorithm,
          extensions: [
            new BasicConstraintsExtension(isCa, undefined, true),
            ...(usages ? [new ExtendedKeyUsageExtension(usages)] : []),
          ],
        }),
      );
    },
    async revoke(certificates, age = 0, extensions = []) {
      const crl = await X509CrlGenerator.create({
        issuer: parsed.subject,
        thisUpdate: new Date(Date.now() - age),
        nextUpdate: new Date(Date.now() + 30 * DAY_MS),
        entries: certificates.map(({ parsed: { serialNumber } }) => ({ serialNumber, revocationDate: new Date() })),
        signingAlgorithm,
        signingKey: keys.privateKey,
        extensions,
      });
      return crl.toString('pem');
    },
  };
};
