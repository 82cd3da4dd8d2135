/** A certificate authority for development, made once in DATA_DIR, and server certificates signed by it. */
// @peculiar/x509 needs it loaded first.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** Names and addresses that a development server is dialled by. */
const DEVELOPMENT_NAMES = ['localhost', hostname()];
const DEVELOPMENT_ADDRESSES = ['127.0.0.1', '::1'];
const DAY_MS = 24 * 3600_000;
/** Long enough that nobody meets the end during development, within what clients accept for private authorities. */
const CA_DAYS = 3650;
const SERVER_DAYS = 825;
/** A server certificate is made anew when it ends within this time. */
const RENEW_DAYS = 30;

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
type Algorithm = typeof RSA | typeof ECDSA;

/** PEM texts of a key and its certificate. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface DevelopmentCertificates {
  /** File of the authority's certificate: what devices and `mosquitto --cafile` must trust. */
  readonly caFile: string;
  /** SHA-256 of the authority's certificate, hex pairs with colons. */
  readonly fingerprint: string;
  readonly rsa: KeyAndCertificate;
  readonly ecdsa: KeyAndCertificate;
}

/**
 * Gives the certificates in `<dataDir>/tls`, made where they are missing or about to end. RSA with SHA-256 is what the
 * Link SDKs for C need; ECDSA serves everybody else faster.
 */
export const developmentCertificates = async (dataDir: string, now: number): Promise<DevelopmentCertificates> => {
  const folder = join(dataDir, 'tls');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ca = await load(folder, 'ca', now, () => makeAuthority(now));
  const sign = (algorithm: Algorithm) => () => makeServer(algorithm, ca, now);
  return {
    caFile: join(folder, 'ca.crt'),
    fingerprint: await fingerprintOf(ca.cert),
    rsa: await load(folder, 'server-rsa', now, sign(RSA)),
    ecdsa: await load(folder, 'server-ecdsa', now, sign(ECDSA)),
  };
};

const load = async (
  folder: string,
  name: string,
  now: number,
  make: () => Promise<KeyAndCertificate>,
): Promise<KeyAndCertificate> => {
  const files = { key: join(folder, `${name}.key`), cert: join(folder, `${name}.crt`) };
  if (existsSync(files.key) && existsSync(files.cert)) {
    const kept = { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.cert, 'utf8') };
    if (new X509Certificate(kept.cert).notAfter.getTime() > now + RENEW_DAYS * DAY_MS) return kept;
  }
  const made = await make();
  writeFileSync(files.key, made.key, { mode: 0o600 });
  chmodSync(files.key, 0o600);
  writeFileSync(files.cert, made.cert);
  return made;
};

const makeAuthority = async (now: number): Promise<KeyAndCertificate> => {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Alink Platform development CA',
    keys,
    signingAlgorithm: RSA,
    ...validity(now, CA_DAYS),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { key: await privateKeyPem(keys.privateKey), cert: `${cert.toString('pem')}\n` };
};

const makeServer = async (algorithm: Algorithm, ca: KeyAndCertificate, now: number): Promise<KeyAndCertificate> => {
  const issuer = new X509Certificate(ca.cert);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.create({
    subject: 'CN=Alink Platform development server',
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await importPrivateKey(ca.key),
    signingAlgorithm: RSA,
    ...validity(now, SERVER_DAYS),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      // keyEncipherment: the Link SDKs for C send the secret encrypted with the RSA key.
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...DEVELOPMENT_NAMES.map((value) => ({ type: 'dns' as const, value })),
        ...DEVELOPMENT_ADDRESSES.map((value) => ({ type: 'ip' as const, value })),
      ]),
    ],
  });
  return { key: await privateKeyPem(keys.privateKey), cert: `${cert.toString('pem')}\n` };
};

/** Begins a day early: devices' clocks run late. */
const validity = (now: number, days: number) => ({
  notBefore: new Date(now - DAY_MS),
  notAfter: new Date(now + days * DAY_MS),
});

const fingerprintOf = async (pem: string): Promise<string> => {
  const digest = await new X509Certificate(pem).getThumbprint('SHA-256');
  return Buffer.from(digest)
    .toString('hex')
    .toUpperCase()
    .replace(/..(?!$)/g, '$&:');
};

const privateKeyPem = async (key: webcrypto.CryptoKey): Promise<string> => {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{1,64}/g, '$&\n')}-----END PRIVATE KEY-----\n`;
};

const importPrivateKey = (pem: string): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('pkcs8', Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'), RSA, false, [
    'sign',
  ]);
