import { sign } from './password';
import type { SignMethod } from './sign-method';
import { subDeviceContent, verifySubDevice, verifySubDeviceOfProduct, type SubDeviceSignature } from './sub-device';

const device = { productKey: 'a1X', deviceName: 'd1' };
const SECRET = 's3cr3t';

/** What an SDK sends of a sub-device, and the text that it signs. */
const sent: readonly [sdk: string, given: Omit<SubDeviceSignature, 'sign'>, method: SignMethod, content: string][] = [
  [
    'Link SDK for C 3.x, topo/add',
    { ...device, clientId: 'a1X.d1', timestamp: '4711', signMethod: 'hmacSha1' },
    'hmacsha1',
    'clientIda1X.d1deviceNamed1productKeya1Xtimestamp4711',
  ],
  [
    'Link SDK for C 3.x, login',
    {
      ...device,
      clientId: 'a1X.d1|_v=sdk-c-3.0.1|',
      timestamp: '4711',
      signMethod: 'hmacSha1',
      cleanSession: 'true',
    },
    'hmacsha1',
    'clientIda1X.d1|_v=sdk-c-3.0.1|deviceNamed1productKeya1Xtimestamp4711',
  ],
  [
    'Link SDK for C 4.x, batch login',
    {
      ...device,
      clientId: 'a1X.d1|_ss=1,_v=sdk-c-4.1.0|',
      timestamp: '1700000000000',
      signMethod: 'hmacSha256',
      cleanSession: 'false',
    },
    'hmacsha256',
    'clientIda1X.d1|_ss=1,_v=sdk-c-4.1.0|deviceNamed1productKeya1Xtimestamp1700000000000',
  ],
  [
    'Python SDK, batch login',
    {
      ...device,
      clientId: 'a1X&d1|lan=Python,_v=2.2.1,_ss=1|',
      timestamp: '1700000000000',
      signMethod: 'hmacSha1',
      cleanSession: 'true',
    },
    'hmacsha1',
    'clientIda1X&d1|lan=Python,_v=2.2.1,_ss=1|deviceNamed1productKeya1Xtimestamp1700000000000',
  ],
  [
    'Android SDK, login without timestamp',
    { ...device, clientId: 'd1&a1X', signMethod: 'hmacsha1' },
    'hmacsha1',
    'clientIdd1&a1XdeviceNamed1productKeya1X',
  ],
  [
    'documentation, where clientId and signMethod are optional',
    { ...device, timestamp: '123' },
    'hmacmd5',
    'deviceNamed1productKeya1Xtimestamp123',
  ],
  [
    'documentation, method "Sha256"',
    { ...device, clientId: '123', timestamp: '123', signMethod: 'Sha256' },
    'hmacsha256',
    'clientId123deviceNamed1productKeya1Xtimestamp123',
  ],
];

describe('a sub-device that its gateway device adds or logs in', () => {
  test.each(sent)('%s', (_sdk, given, method, content) => {
    expect(subDeviceContent(given)).toBe(content);
    const right = sign(method, SECRET, content);
    expect(verifySubDevice({ ...given, sign: right }, SECRET)).toBe(true);
    expect(verifySubDevice({ ...given, sign: right.toUpperCase() }, SECRET)).toBe(true);
    expect(verifySubDevice({ ...given, sign: right }, 'another')).toBe(false);
    expect(verifySubDevice({ ...given, deviceName: 'd2', sign: right }, SECRET)).toBe(false);
  });

  test('the client id is signed whole, bars included', () => {
    const given = { ...device, clientId: 'a1X.d1|_ss=1,_v=sdk-c-4.1.0|', timestamp: '1700000000000' };
    const vector = 'B3379D6D5BC0D7A682E0F38508AF04F0AD9A7F8AA3F7D24BE19132FF3DF9D788';
    expect(verifySubDevice({ ...given, signMethod: 'hmacSha256', sign: vector }, SECRET)).toBe(true);
    const cut = { ...given, clientId: 'a1X.d1', signMethod: 'hmacSha256' };
    expect(verifySubDevice({ ...cut, sign: vector }, SECRET)).toBe(false);
  });

  test.each([
    ['without the client id', 'deviceNamed1productKeya1Xtimestamp9'],
    ['with cleanSession', 'cleanSessiontrueclientIdcdeviceNamed1productKeya1Xtimestamp9'],
  ])('it may have signed %s', (_how, content) => {
    const given = { ...device, clientId: 'c', timestamp: '9', cleanSession: 'true', signMethod: 'HMACSHA1' };
    expect(verifySubDevice({ ...given, sign: sign('hmacsha1', SECRET, content) }, SECRET)).toBe(true);
  });

  test.each(['hmacMd5', 'hmacSha1', 'hmacSha256', 'Sha256', 'HMACSHA256', 'hmacmd5', 'sha1'])(
    'method %s is known',
    (signMethod) => {
      expect(verifySubDevice({ ...device, signMethod, sign: '' }, SECRET)).toBe(false);
    },
  );

  test.each(['', 'hmacSha512', 'plain', 'constructor'])('there is no method "%s"', (signMethod) => {
    expect(verifySubDevice({ ...device, signMethod, sign: '00' }, SECRET)).toBe('unknownMethod');
  });

  test('a device without a secret is open to nobody', () => {
    expect(verifySubDevice({ ...device, sign: sign('hmacmd5', '', subDeviceContent(device)) }, '')).toBe(false);
  });
});

describe('a sub-device that its gateway device registers with the ProductSecret', () => {
  const given = { ...device, random: '42', signMethod: 'hmacSha256' };
  const vector = 'E96C2F1059E8C7616380F96D1C0A67F843286F3D3230CA47EC4ECCDE6A685575';

  test('signs its names and the random text', () => {
    expect(verifySubDeviceOfProduct({ ...given, sign: vector }, 'ps3cr3t')).toBe(true);
    expect(verifySubDeviceOfProduct({ ...given, sign: vector }, SECRET)).toBe(false);
    expect(verifySubDeviceOfProduct({ ...given, random: '43', sign: vector }, 'ps3cr3t')).toBe(false);
    expect(verifySubDeviceOfProduct({ ...given, signMethod: 'rsa', sign: vector }, 'ps3cr3t')).toBe('unknownMethod');
  });
});
