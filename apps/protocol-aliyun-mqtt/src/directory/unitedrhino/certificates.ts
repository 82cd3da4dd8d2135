/**
 * Certificates of devices on unitedrhino's dm.rpc, which has a text for each device and none for the CAs of products: the
 * device's `cert`, or its text of code `alink:x509`, holds the certificate in PEM, or its SHA-256 in hex, or several of
 * these. That the client holds the key was checked in its TLS handshake.
 */
import { X509Certificate } from 'node:crypto';
import type { Clock } from '@alink/runtime';
import { isSame, type Device, type DeviceNames, type Devices } from './devices';

/** Code of the text. */
export const CERTIFICATE_TEXT = 'alink:x509';
/** DER of a client certificate at most; a certificate with an RSA key of 8192 bits has some 2 KB. */
const MAX_BYTES = 16_384;

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** 32 bytes in hex, with colons or without. */
const FINGERPRINT = /\b[0-9A-Fa-f]{2}(?::?[0-9A-Fa-f]{2}){31}\b/g;

const plain = (fingerprint: string): string => fingerprint.replaceAll(':', '').toLowerCase();

const fingerprintOfPem = (pem: string): string | undefined => {
  try {
    return plain(new X509Certificate(pem).fingerprint256);
  } catch {
    return undefined;
  }
};

/** SHA-256 of every certificate that a text holds or names. JSON writes the ends of lines as `\n`. */
const fingerprintsIn = (text: string): (string | undefined)[] => {
  const lines = text.replaceAll('\\n', '\n');
  const certificates = lines.match(PEM) ?? [];
  return [...certificates.map(fingerprintOfPem), ...(lines.replace(PEM, '').match(FINGERPRINT) ?? []).map(plain)];
};

interface ClientCertificate {
  readonly fingerprint: string;
  /** The only common name in its subject; undefined where there is none, or several. */
  readonly commonName: string | undefined;
}

/** @returns undefined for what is no certificate of a client that holds now */
const readCertificate = (der: Buffer | undefined, nowMs: number): ClientCertificate | undefined => {
  if (!der || der.length > MAX_BYTES) return undefined;
  try {
    const certificate = new X509Certificate(der);
    const { ca, validFrom, validTo, fingerprint256, subject } = certificate;
    if (ca || nowMs < Date.parse(validFrom) || nowMs > Date.parse(validTo)) return undefined;
    const names = subject.split('\n').filter((line) => line.startsWith('CN='));
    return { fingerprint: plain(fingerprint256), commonName: names.length === 1 ? names[0]!.slice(3) : undefined };
  } catch {
    return undefined;
  }
};

export class Certificates {
  constructor(
    private readonly devices: Devices,
    private readonly clock: Clock,
  ) {}

  /**
   * The device whose certificate it is.
   * @param claimed who the client says that it is; else it is looked for under the certificate's common name
   * @throws {RpcError}
   */
  async ownerOf(der: Buffer | undefined, claimed: DeviceNames | undefined): Promise<Device | undefined> {
    const certificate = readCertificate(der, this.clock.now());
    if (!certificate) return undefined;
    const candidates = await this.candidates(claimed, certificate);
    const matches = await Promise.all(candidates.map((device) => this.has(device, certificate)));
    const [owner, ...more] = candidates.filter((_, at) => matches[at]);
    // One certificate in several devices proves none of them.
    return more.length > 0 ? undefined : owner;
  }

  private async candidates(
    claimed: DeviceNames | undefined,
    { commonName }: ClientCertificate,
  ): Promise<readonly Device[]> {
    if (!claimed) return commonName ? this.devices.namesakes(commonName) : [];
    const device = await this.devices.find(claimed);
    return device ? [device] : [];
  }

  private async has({ productID, deviceName, cert }: Device, { fingerprint }: ClientCertificate): Promise<boolean> {
    if (fingerprintsIn(cert).includes(fingerprint)) return true;
    const asked = { productID, deviceName };
    const { device, params } = await this.devices.client.deviceProfileRead({ device: asked, code: CERTIFICATE_TEXT });
    return device !== null && isSame(device, asked) && fingerprintsIn(params).includes(fingerprint);
  }
}
