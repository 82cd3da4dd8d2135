/**
 * Whether a client certificate proves anything today: signatures over SHA-1 or MD5 can be forged, RSA keys under 2048 bits
 * be found out (NIST SP 800-131A; CA/Browser Forum, Baseline Requirements 6.1.5 and 7.1.3).
 */
// @peculiar/x509 needs it loaded first.
import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { X509Certificate as ParsedCertificate } from '@peculiar/x509';

const MIN_RSA_BITS = 2048;
/** Algorithms that the parser knows by their OIDs alone (RFC 3279, 2.2.1). */
const oldAlgorithms: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'MD2',
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.10040.4.3': 'SHA-1',
};
const WEAK_HASHES = ['SHA-1', 'MD5', 'MD2'];

/**
 * Looks at a client's own certificate and at those between it and a root; the signature of a root on itself means nothing.
 * @param certificates DER, the client's own first
 * @returns what is too weak, in words, or undefined; nothing is said of what is no certificate
 */
export const weaknessOf = (certificates: readonly Buffer[]): string | undefined => {
  for (const [index, der] of certificates.entries()) {
    const name = index === 0 ? 'the client certificate' : 'a certificate that signs it';
    try {
      const x509 = new X509Certificate(der);
      const hash = index === 0 || x509.subject !== x509.issuer ? signatureHash(der) : undefined;
      if (hash && WEAK_HASHES.includes(hash)) return `${name} is signed with ${hash}`;
      const { asymmetricKeyType, asymmetricKeyDetails } = x509.publicKey;
      const bits = asymmetricKeyDetails?.modulusLength;
      if (asymmetricKeyType?.startsWith('rsa') && bits !== undefined && bits < MIN_RSA_BITS) {
        return `${name} has an RSA key of ${bits} bits`;
      }
    } catch {
      return undefined;
    }
  }
  return undefined;
};

const signatureHash = (der: Buffer): string | undefined => {
  const { signatureAlgorithm } = new ParsedCertificate(Uint8Array.from(der));
  const { name, hash } = signatureAlgorithm as { readonly name: string; readonly hash?: string | { name: string } };
  return (typeof hash === 'string' ? hash : hash?.name) ?? oldAlgorithms[name];
};
