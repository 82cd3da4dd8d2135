/** A certificate revocation list (RFC 5280, section 5), as far as it can be taken at its word. */
import { type Certificate, serialText } from './certificate';
import { ParsedCertificate, X509Crl } from './x509';

export interface RevocationList {
  readonly madeAt: Date;
  /** Lower-case hex without leading zeros. */
  readonly serials: readonly string[];
}

/** Extensions that change nothing of what the list says: authorityKeyIdentifier and cRLNumber. */
const HARMLESS = ['2.5.29.35', '2.5.29.20'];

/**
 * Reads a list in PEM that `authority` has signed.
 * @returns undefined when another one has signed it
 * @throws {Error} when it is no list, or one that says more than can be read here, such as a delta
 */
export const readRevocationList = async (pem: string, authority: Certificate): Promise<RevocationList | undefined> => {
  const crl = new X509Crl(pem);
  if (crl.issuer !== authority.subject) return undefined;
  if (!(await crl.verify({ publicKey: new ParsedCertificate(authority.der) }))) return undefined;
  for (const { type, critical } of crl.extensions) {
    if (critical && !HARMLESS.includes(type)) throw new Error(`the critical extension ${type} is not known`);
  }
  return { madeAt: crl.thisUpdate, serials: crl.entries.map((entry) => serialText(entry.serialNumber)) };
};
