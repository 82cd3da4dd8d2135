import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
const dmctl = (args: string, file = pem) =>
  runCli([...args.split(' '), '--endpoint', platform.endpoint], { readFile: async () => Buffer.from(file) });

test('add registers for a device, or a CA without one', async () => {
  const { stdout } = await dmctl('cert add p1 dev001 --pem device.crt --json');
  expect(JSON.parse(stdout)).toEqual({
    productKey: 'p1',
    deviceName: 'dev001',
    kind: 'device',
    subject: 'CN=dev001',
    notAfter: '2030-03-17T17:46:40.000Z',
    state: 'good',
    fingerprint: 'ab'.repeat(32),
  });
  expect(platform.requests.registerCertificate).toEqual({ productID: 'p1', deviceName: 'dev001', pem });
  expect((await dmctl('cert add p1 --pem ca.crt')).stdout).toMatch(/kind: +CA/);
  expect(platform.requests.registerCertificate).toMatchObject({ deviceName: '' });
});

test('a private key is not sent', async () => {
  delete platform.requests.registerCertificate;
  const key = `${pem}-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n`;
  const { code, stderr } = await dmctl('cert add p1 dev001 --pem both.pem', key);
  expect([code, stderr]).toEqual([2, expect.stringContaining('both.pem holds a private key')]);
  expect(stderr).not.toContain('c2VjcmV0');
  expect(platform.requests.registerCertificate).toBeUndefined();
});

test('list', async () => {
  expect((await dmctl('cert list p1')).stdout).toBe('no certificates\n');
  platform.admin.certificates.push({ productID: 'p1', fingerprint: 'cd', subject: 'CN=maker', revoked: true });
  expect((await dmctl('cert list p1')).stdout).toMatch(/CA +CN=maker +revoked +cd\n/);
  platform.admin.certificates.push({ productID: 'p1', fingerprint: 'ef', subject: 'CN=other' });
  expect((await dmctl('cert list p1 --limit 1')).stderr).toBe('1 to 1 of 2; --page 2 shows more\n');
  const { stdout, stderr } = await dmctl('cert list p1 --limit 1 --page 2');
  expect([stdout, stderr]).toEqual([expect.stringMatching(/CN=other +good +ef\n/), '']);
});

test('revoke by fingerprint or by list', async () => {
  expect((await dmctl('cert revoke p1 --fingerprint AB:CD')).stdout).toBe('revoked certificate AB:CD of p1\n');
  expect(platform.requests.revokeCertificate).toEqual({ productID: 'p1', fingerprint: 'AB:CD', crl: '' });
  expect((await dmctl('cert revoke p1 --crl ca.crl', 'the list')).stdout).toBe('revoked what ca.crl lists of p1\n');
  expect(platform.requests.revokeCertificate).toEqual({ productID: 'p1', fingerprint: '', crl: 'the list' });
});
