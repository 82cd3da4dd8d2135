/** With certificates that openssl makes, as people do. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from '@alink/testing';
import { weaknessOf } from './certificate-strength';

const folder = temporaryFolder('strength');
afterAll(() => removeFolder(folder));

const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
/** @returns the DER of a certificate that signs itself */
const selfSigned = (name: string, key: string[], hash: string): Buffer => {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.crt`, '-outform', 'DER'];
  openssl('req', '-x509', '-nodes', '-subj', `/CN=${name}`, '-days', '9', ...key, hash, ...files);
  return readFileSync(join(folder, `${name}.crt`));
};
const rsa = (bits: number): string[] => ['-newkey', `rsa:${bits}`];
const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];

test.each([
  ['RSA of 2048 bits with SHA-256', rsa(2048), '-sha256', undefined],
  ['P-256 with SHA-256', ec, '-sha256', undefined],
  ['P-256 with SHA-384', ec, '-sha384', undefined],
  ['RSA of 1024 bits', rsa(1024), '-sha256', 'the client certificate has an RSA key of 1024 bits'],
  ['SHA-1 by RSA', rsa(2048), '-sha1', 'the client certificate is signed with SHA-1'],
  ['SHA-1 by ECDSA', ec, '-sha1', 'the client certificate is signed with SHA-1'],
  ['MD5', rsa(2048), '-md5', 'the client certificate is signed with MD5'],
])('%s', (name, key, hash, weakness) => {
  expect(weaknessOf([selfSigned(name.replaceAll(' ', '-'), key, hash)])).toBe(weakness);
});

test('RSA-PSS with SHA-1 is seen, too', () => {
  const pss = [...rsa(2048), '-sigopt', 'rsa_padding_mode:pss'];
  expect(weaknessOf([selfSigned('pss-weak', pss, '-sha1')])).toBe('the client certificate is signed with SHA-1');
  expect(weaknessOf([selfSigned('pss', pss, '-sha256')])).toBeUndefined();
});

test('of those sent along the key counts, and the signature unless it is their own', () => {
  const own = selfSigned('own', ec, '-sha256');
  expect(weaknessOf([own, selfSigned('root', rsa(2048), '-sha1')])).toBeUndefined();
  expect(weaknessOf([own, selfSigned('short-root', rsa(1024), '-sha256')])).toBe(
    'a certificate that signs it has an RSA key of 1024 bits',
  );
  openssl('req', '-new', '-nodes', ...ec, '-subj', '/CN=between', '-keyout', 'between.key', '-out', 'between.csr');
  openssl('x509', '-inform', 'DER', '-in', 'root.crt', '-out', 'root.pem');
  const signer = ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial', '-days', '9', '-sha1'];
  openssl('x509', '-req', '-in', 'between.csr', ...signer, '-outform', 'DER', '-out', 'between.crt');
  expect(weaknessOf([own, readFileSync(join(folder, 'between.crt'))])).toBe(
    'a certificate that signs it is signed with SHA-1',
  );
});

test('nothing is said of what is no certificate', () => {
  expect(weaknessOf([])).toBeUndefined();
  expect(weaknessOf([Buffer.from('a certificate')])).toBeUndefined();
});
