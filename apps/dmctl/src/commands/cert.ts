import { isoOfSeconds } from '@alink/operator/words';
import type { Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseLimit, parsePage } from '../parse-options';
import { readTextFile } from '../read-text-file';
import type { Session } from '../session';

export const addCertCommands = (cert: Command, io: Io): void => {
  withExample(
    cert
      .command('add')
      .description('register the certificate of a device, or a CA whose certificates bear DeviceNames of a product')
      .argument('<productKey>')
      .argument('[deviceName]', 'left out for a CA')
      .requiredOption('--pem <file>', 'the certificate, - for standard input')
      .action(
        inSession(
          io,
          async ({ admin, out }, { pem: file }: { pem: string }, productID: string, deviceName?: string) => {
            const pem = await readTextFile(io, file);
            // It must not leave this machine, whatever the platform would say to it.
            if (/PRIVATE KEY-----/.test(pem)) throw new CliError(ExitCode.usage, `${file} holds a private key`);
            out.record(rowOf(await admin.registerCertificate({ productID, deviceName, pem })));
          },
        ),
      ),
    'cert add aliyun_test_01 dev001 --pem device.crt',
    'cert add aliyun_test_01 --pem ca.crt',
  );

  withExample(
    cert
      .command('list')
      .description('list registered certificates')
      .argument('<productKey>')
      .argument('[deviceName]', 'of this device only')
      .option('--limit <n>', 'rows of a page', parseLimit, 100)
      .option('--page <n>', 'from 1', parsePage, 1)
      .action(inSession(io, listCertificates)),
    'cert list aliyun_test_01',
  );

  withExample(
    cert
      .command('revoke')
      .description('revoke certificates; sessions made with them are cut')
      .argument('<productKey>')
      .option('--fingerprint <sha256>', 'a registered certificate, or one that a registered CA signed')
      .option('--crl <file>', 'revocation list (PEM) of a registered CA, which replaces the one before')
      .action(
        inSession(
          io,
          async (
            { admin, out },
            { fingerprint, crl: file }: { fingerprint?: string; crl?: string },
            productID: string,
          ) => {
            if (!fingerprint === !file) throw new CliError(ExitCode.usage, 'either --fingerprint or --crl');
            const crl = file && (await readTextFile(io, file));
            await admin.revokeCertificate({ productID, fingerprint, crl });
            const what = fingerprint ? `certificate ${fingerprint}` : `what ${file} lists`;
            out.done({ revoked: fingerprint ?? file, productKey: productID }, `revoked ${what} of ${productID}`);
          },
        ),
      ),
    'cert revoke aliyun_test_01 --fingerprint 6B:86:B2:73:FF:34:FC:E1:9D:6B:80:4E:FF:5A:3F:57:47:AD:A4:EA:A2:2F:1D:49:C0:1E:52:DD:B7:87:5B:4B',
    'cert revoke aliyun_test_01 --crl ca.crl',
  );
};

const listCertificates = async (
  { admin, out }: Session,
  { limit, page }: { limit: number; page: number },
  productID: string,
  deviceName?: string,
): Promise<void> => {
  const { certificates, total } = await admin.listCertificates({ productID, deviceName, page, size: limit });
  const columns = ['deviceName', 'kind', 'subject', 'notAfter', 'state', 'fingerprint'] as const;
  out.rows(certificates.map(rowOf), columns, 'no certificates');
  out.pageNote({ page, size: limit, shown: certificates.length, total: Number(total) });
};

type Certificate = Awaited<ReturnType<Session['admin']['registerCertificate']>>;

const rowOf = ({ productID, deviceName, fingerprint, subject, notAfter, revoked }: Certificate) => ({
  productKey: productID,
  deviceName: deviceName || undefined,
  kind: deviceName ? 'device' : 'CA',
  subject,
  notAfter: isoOfSeconds(notAfter),
  state: revoked ? 'revoked' : 'good',
  fingerprint,
});
