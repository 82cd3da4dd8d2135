/** Certificates of devices and CAs of products: register, list, revoke. */
import type { services } from '@alink/contract';
import type { CallContext, Handlers } from '@alink/rpc';
import { fingerprintText, periodFault, readCertificate, type Certificate } from '../../certificates/certificate';
import { readRevocationList, type RevocationList } from '../../certificates/crl';
import type { DmContext } from '../../context';
import type { Transaction } from '../../transaction';
import { badParameter, duplicate, isUniqueViolation, noProduct, notFound } from '../../wire/errors';
import { requireDeviceName, requireProductID } from '../../wire/fields';
import { pageOf } from '../../wire/paging';
import { unixSeconds } from '../../wire/times';
import { requireLockedDevice } from '../lock-device';
import { requireLockedProduct } from '../lock-product';

type Methods = Pick<
  Handlers<typeof services.deviceAdmin>,
  'registerCertificate' | 'listCertificates' | 'revokeCertificate'
>;

/** Letters of a certificate in PEM, and of a revocation list, of which 20,000 entries have about a megabyte. */
const MAX_PEM = 32_768;
const MAX_CRL = 2_000_000;
/** Milliseconds that the clock of a CA may be ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** One certificate and nothing else: a key that came along would be a secret in the wrong place. */
const readPem = (pem: string): Certificate => {
  if (pem.length > MAX_PEM) throw badParameter('pem', `must have at most ${MAX_PEM} characters`);
  if (pem.match(/-----BEGIN [A-Z0-9 ]+-----/g)?.join() !== '-----BEGIN CERTIFICATE-----') {
    throw badParameter('pem', 'must hold one certificate and nothing else');
  }
  try {
    return readCertificate(pem);
  } catch {
    throw badParameter('pem', 'is no certificate that can be read');
  }
};

const requireFingerprint = (text: string): string => {
  const fingerprint = fingerprintText(text);
  if (!/^[0-9a-f]{64}$/.test(fingerprint)) throw badParameter('fingerprint', 'must be a SHA-256 in hex');
  return fingerprint;
};

export const certificateHandlers = ({ prisma, audit, changes, now }: DmContext): Methods => {
  const checkUse = (certificate: Certificate, deviceName: string): void => {
    if (!deviceName && !certificate.isCa) throw badParameter('pem', 'must be a CA where no deviceName is given');
    if (deviceName && certificate.isCa) throw badParameter('pem', 'must be no CA where a deviceName is given');
    if (now() > certificate.notAfter.getTime()) throw badParameter('pem', String(periodFault(certificate, now())));
  };

  const revokeOne = async (call: CallContext, productID: string, fingerprint: string): Promise<void> => {
    const deviceName = await audit.transact(call, async (tx, note) => {
      await requireLockedProduct(tx, productID);
      const registered = await tx.certificate.findFirst({ where: { productID, fingerprint } });
      const data = { productID, fingerprint, revokedAt: new Date(now()) };
      await tx.revokedCertificate.createMany({ data, skipDuplicates: true });
      const deviceName = registered?.deviceName ?? '';
      note('certificate.revoke', { productID, deviceName }, { fingerprint });
      return deviceName;
    });
    if (deviceName) changes.deviceChanged({ productID, deviceName });
    // Of what a CA has signed nobody knows here which device shows it.
    else changes.productChanged(productID);
  };

  /** The CA of the product that has signed the list. */
  const findAuthority = async (productID: string, pem: string) => {
    if (pem.length > MAX_CRL) throw badParameter('crl', `must have at most ${MAX_CRL} characters`);
    const rows = await prisma.certificate.findMany({ where: { productID, deviceName: '' } });
    for (const { der } of rows) {
      const authority = readCertificate(der);
      const list = await readRevocationList(pem, authority).catch(() => {
        throw badParameter('crl', 'is no revocation list in PEM that can be read; deltas and indirect lists cannot');
      });
      if (list) return { authority: authority.fingerprint, list };
    }
    throw badParameter('crl', `is not signed by a registered CA of product ${productID}`);
  };

  /** The list takes the place of the one before, which it contains unless the CA has changed its mind. */
  const putInForce = async (tx: Transaction, authority: string, { madeAt, serials }: RevocationList): Promise<void> => {
    const row = await tx.certificate.findUnique({ where: { fingerprint: authority } });
    if (!row) throw notFound('the CA of this list');
    if (row.crlMadeAt && row.crlMadeAt > madeAt) throw badParameter('crl', 'is older than the one in force');
    await tx.revokedSerial.deleteMany({ where: { authority } });
    await tx.$executeRaw`
      INSERT INTO revoked_serial (authority, serial) SELECT ${authority}, u FROM unnest(${serials}::text[]) AS u
      ON CONFLICT DO NOTHING`;
    await tx.certificate.update({ where: { fingerprint: authority }, data: { crlMadeAt: madeAt } });
  };

  const revokeList = async (call: CallContext, productID: string, pem: string): Promise<void> => {
    const { authority, list } = await findAuthority(productID, pem);
    if (list.madeAt.getTime() > now() + CLOCK_SKEW_MS) throw badParameter('crl', 'was made in the future');
    await audit.transact(call, async (tx, note) => {
      await requireLockedProduct(tx, productID);
      await putInForce(tx, authority, list);
      note('certificate.revoke', { productID }, { authority, madeAt: list.madeAt, serials: list.serials.length });
    });
    changes.productChanged(productID);
  };

  /** Whether a certificate is revoked, by its fingerprint or by a list of its CA. */
  const revocationsOf = async (productID: string) => {
    const [byFingerprint, bySerial] = await Promise.all([
      prisma.revokedCertificate.findMany({ where: { productID } }),
      prisma.revokedSerial.findMany({
        where: { certificate: { productID } },
        include: { certificate: { select: { subject: true } } },
      }),
    ]);
    const fingerprints = new Set(byFingerprint.map((row) => row.fingerprint));
    const serials = new Set(bySerial.map((row) => `${row.serial} of ${row.certificate.subject}`));
    return (fingerprint: string, der: Uint8Array): boolean => {
      if (fingerprints.has(fingerprint) || serials.size === 0) return fingerprints.has(fingerprint);
      const { serial, issuer } = readCertificate(der);
      return serials.has(`${serial} of ${issuer}`);
    };
  };

  return {
    async registerCertificate(request, call) {
      const productID = requireProductID('productID', request.productID);
      const deviceName = request.deviceName && requireDeviceName('deviceName', request.deviceName);
      const certificate = readPem(request.pem);
      checkUse(certificate, deviceName);
      const { fingerprint, subject, notAfter, der } = certificate;
      try {
        await audit.transact(call, async (tx, note) => {
          if (deviceName) await requireLockedDevice(tx, { productID, deviceName });
          else await requireLockedProduct(tx, productID);
          await tx.certificate.create({ data: { productID, deviceName, fingerprint, subject, notAfter, der } });
          note('certificate.register', { productID, deviceName }, { fingerprint, subject });
        });
      } catch (error) {
        throw isUniqueViolation(error) ? duplicate(`certificate ${fingerprint}`) : error;
      }
      const revoked = (await revocationsOf(productID))(fingerprint, der);
      return { productID, deviceName, fingerprint, subject, notAfter: unixSeconds(notAfter), revoked };
    },

    async listCertificates(request) {
      const productID = requireProductID('productID', request.productID);
      const deviceName = request.deviceName && requireDeviceName('deviceName', request.deviceName);
      const product = await prisma.product.findUnique({ where: { productID }, select: { productID: true } });
      if (!product) throw noProduct(productID);
      const where = { productID, ...(deviceName && { deviceName }) };
      const { page, size } = request;
      const [rows, total, isRevoked] = await Promise.all([
        prisma.certificate.findMany({
          where,
          orderBy: [{ deviceName: 'asc' }, { createdAt: 'asc' }, { fingerprint: 'asc' }],
          ...pageOf(page === '0' && size === '0' ? null : { page, size, orders: [] }),
        }),
        prisma.certificate.count({ where }),
        revocationsOf(productID),
      ]);
      return {
        total,
        certificates: rows.map(({ der, ...row }) => ({
          productID,
          deviceName: row.deviceName,
          fingerprint: row.fingerprint,
          subject: row.subject,
          notAfter: unixSeconds(row.notAfter),
          revoked: isRevoked(row.fingerprint, der),
        })),
      };
    },

    async revokeCertificate({ productID: given, fingerprint, crl }, call) {
      const productID = requireProductID('productID', given);
      if ((fingerprint === '') === (crl === '')) throw badParameter('fingerprint', 'or crl must be set, and not both');
      if (fingerprint) await revokeOne(call, productID, requireFingerprint(fingerprint));
      else await revokeList(call, productID, crl);
      return {};
    },
  };
};
