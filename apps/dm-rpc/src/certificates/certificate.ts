/** A certificate, with what the platform asks of it. */
import { X509Certificate } from 'node:crypto';
import { ParsedCertificate } from './x509';

export interface Certificate {
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  /** Distinguished names as text, equal where the names are. */
  readonly subject: string;
  readonly issuer: string;
  /** Common names in the subject. */
  readonly commonNames: readonly string[];
  /** Lower-case hex without leading zeros. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whether it may sign others (basicConstraints). */
  readonly isCa: boolean;
  /** Whether a client may show it: extendedKeyUsage is absent or names clientAuth. */
  readonly isForClients: boolean;
  /** For OpenSSL's own checks. */
  readonly x509: X509Certificate;
  readonly der: Uint8Array<ArrayBuffer>;
}

/** RFC 5280, 4.2.1.12: clientAuth and anyExtendedKeyUsage. */
const CLIENT_USAGES = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'];

/** The same number in the same text. */
export const serialText = (hex: string): string => hex.toLowerCase().replace(/^0+(?=.)/, '');

/** A fingerprint as people copy it, with colons and in capitals, as it is kept. */
export const fingerprintText = (text: string): string => text.replaceAll(':', '').trim().toLowerCase();

/** @throws {Error} when it is no certificate */
export const readCertificate = (data: Uint8Array | string): Certificate => {
  const x509 = new X509Certificate(data);
  const der = Uint8Array.from(x509.raw);
  const parsed = new ParsedCertificate(der);
  // Node.js calls the extended key usages so.
  const usages = x509.keyUsage as readonly string[] | undefined;
  return {
    fingerprint: fingerprintText(x509.fingerprint256),
    subject: parsed.subject,
    issuer: parsed.issuer,
    commonNames: parsed.subjectName.getField('CN'),
    serial: serialText(parsed.serialNumber),
    notBefore: parsed.notBefore,
    notAfter: parsed.notAfter,
    isCa: x509.ca,
    isForClients: usages === undefined || usages.some((usage) => CLIENT_USAGES.includes(usage)),
    x509,
    der,
  };
};

/** True when `authority` may have signed `certificate` and has: names, key usage and the signature itself. */
export const isSignedBy = (certificate: Certificate, authority: Certificate): boolean =>
  authority.isCa && certificate.x509.checkIssued(authority.x509) && certificate.x509.verify(authority.x509.publicKey);

/** Why it does not hold at this time (unix milliseconds); undefined when it does. */
export const periodFault = ({ notBefore, notAfter }: Certificate, nowMs: number): string | undefined => {
  if (nowMs < notBefore.getTime()) return 'it is not valid yet';
  return nowMs > notAfter.getTime() ? 'it has expired' : undefined;
};
