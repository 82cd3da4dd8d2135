/**
 * Whose certificate is this: one that is registered for a device, or one that a CA registered for a product has signed
 * itself, with the DeviceName as its only common name. Certificates between the two are not followed: whoever issues
 * with an intermediate CA registers that one. That the caller holds the key was checked in its TLS handshake.
 */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { isSignedBy, periodFault, readCertificate, type Certificate } from '../../certificates/certificate';
import type { DmContext } from '../../context';
import { badParameter, notFound } from '../../wire/errors';

type Methods = Pick<Handlers<typeof services.credentials>, 'resolveCertificate'>;

/** DER of a client certificate at most; a certificate with an RSA key of 8192 bits has some 2 KB. */
const MAX_BYTES = 16_384;
/** Authorities of one name that are tried: each costs a check of a signature. */
const MAX_AUTHORITIES = 20;

/** Why a certificate is not accepted: for the log, never for the answer. */
class Refused extends Error {}

const readClientCertificate = (chain: readonly Buffer[]): Certificate => {
  const [own] = chain;
  if (!own || own.length === 0) throw badParameter('certificates', 'must not be empty');
  if (own.length > MAX_BYTES) throw badParameter('certificates[0]', `must have at most ${MAX_BYTES} bytes`);
  try {
    return readCertificate(own);
  } catch {
    throw badParameter('certificates[0]', 'is no certificate');
  }
};

/** A certificate as one product has it. */
interface Authority {
  readonly productID: string;
  readonly certificate: Certificate;
}

/** The device's name in a certificate that a CA has signed. */
const commonNameOf = ({ isCa, isForClients, commonNames }: Certificate): string => {
  if (isCa) throw new Refused('it is a CA');
  if (!isForClients) throw new Refused('its extendedKeyUsage does not name clientAuth');
  const [deviceName, ...more] = commonNames;
  if (!deviceName || more.length > 0) throw new Refused('its subject does not have one common name');
  return deviceName;
};

export const resolveCertificateHandlers = ({ prisma, log, now }: DmContext): Methods => {
  /** The registered CAs that have signed it. */
  const findAuthorities = async (certificate: Certificate): Promise<Authority[]> => {
    const rows = await prisma.certificate.findMany({
      where: { subject: certificate.issuer, deviceName: '' },
      orderBy: { createdAt: 'desc' },
      take: MAX_AUTHORITIES,
    });
    return rows
      .map(({ productID, der }) => ({ productID, certificate: readCertificate(der) }))
      .filter((authority) => isSignedBy(certificate, authority.certificate));
  };

  const isRevoked = async ({ productID, certificate: { fingerprint } }: Authority): Promise<boolean> =>
    (await prisma.revokedCertificate.count({ where: { productID, fingerprint } })) > 0;

  const isOnList = async ({ serial }: Certificate, authorities: readonly Authority[]): Promise<boolean> => {
    const authority = { in: authorities.map(({ certificate }) => certificate.fingerprint) };
    return (await prisma.revokedSerial.count({ where: { authority, serial } })) > 0;
  };

  /** The devices that the certificate may stand for, by the products of the CAs that count now. */
  const candidatesOf = async (certificate: Certificate, authorities: readonly Authority[]) => {
    if (authorities.length === 0) throw new Refused('it is not registered, and no registered CA has signed it');
    const productID: string[] = [];
    for (const authority of authorities) {
      if (periodFault(authority.certificate, now()) || (await isRevoked(authority))) continue;
      productID.push(authority.productID);
    }
    if (productID.length === 0) throw new Refused('its CA is revoked or has expired');
    return { productID: { in: productID }, deviceName: commonNameOf(certificate) };
  };

  const resolve = async (certificate: Certificate) => {
    const fault = periodFault(certificate, now());
    if (fault) throw new Refused(fault);
    const { fingerprint } = certificate;
    const [authorities, registered] = await Promise.all([
      findAuthorities(certificate),
      prisma.certificate.findUnique({ where: { fingerprint } }),
    ]);
    if (await isOnList(certificate, authorities)) throw new Refused('it is on the revocation list of its CA');
    const where = registered?.deviceName
      ? { productID: registered.productID, deviceName: registered.deviceName }
      : await candidatesOf(certificate, authorities);
    const [found, ...more] = await prisma.device.findMany({
      where,
      select: { productID: true, deviceName: true, product: { select: { productKey: true } } },
    });
    if (!found) throw new Refused('there is no device of that name');
    if (more.length > 0) throw new Refused('several products have that CA and a device of that name');
    const { product, ...device } = found;
    if (await isRevoked({ productID: device.productID, certificate })) throw new Refused('it is revoked');
    return { ...device, ...product };
  };

  return {
    async resolveCertificate({ certificates }) {
      const certificate = readClientCertificate(certificates);
      try {
        return await resolve(certificate);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const { fingerprint, subject } = certificate;
        log.warn({ fingerprint, subject, reason: error.message }, 'a client certificate is not accepted');
        throw notFound('a device of this certificate');
      }
    },
  };
};
