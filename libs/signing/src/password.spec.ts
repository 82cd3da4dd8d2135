import { parseClientId } from './client-id';
import { clientIdContent, dynregContent, signedContents } from './content';
import { sign, verifyPassword } from './password';
import type { SignMethod } from './sign-method';

const documented = { productKey: 'pk', deviceName: 'device' };
const cDevice = { productKey: 'a1X', deviceName: 'd1' };
const C_TIMESTAMP = '2524608000000';

/** Published signatures and ones that the SDKs were seen to make. */
const vectors: readonly [name: string, method: SignMethod, key: string, content: string, password: string][] = [
  ...(
    [
      ['hmacmd5', '789', '14b198324fe55e1d3c88f2e705e201ee'],
      ['hmacsha1', '789', 'fafd82a3d602b37fb0fa8b7892f24a477f851a14'],
      ['hmacsha256', '789', '6074a46a91b1ebb2cc4ea42790ad0e80202c9843859fc292e57c4eb19fad9e57'],
      ['hmacmd5', undefined, '2ce7304ec0ddd548eb1492d65ac0b334'],
      ['hmacsha1', undefined, '3504e4df7ce4766d30f796ee973c9ce7fc5425cb'],
      ['hmacsha256', undefined, 'c8cb3dcb7159682438e5fd9a9c34f398e41bb8edb6f222795e307bafee151090'],
    ] as const
  ).map(([method, time, password]): (typeof vectors)[number] => [
    `documentation "MQTT-TCP", ${method}, ${time ? 'with' : 'without'} timestamp`,
    method,
    'secret',
    clientIdContent('12345', documented, time),
    password,
  ]),
  [
    'Link SDK for C 4.x, core_auth.c',
    'hmacsha256',
    's3cr3t',
    clientIdContent('a1X.d1', cDevice, C_TIMESTAMP),
    '0109625E627B30F9BD872991BBFD4104E4C5D05AA2700A70F590DDE0E5831A8B',
  ],
  [
    'Link SDK for C 4.1 with assigned client id',
    'hmacsha256',
    's3cr3t',
    clientIdContent('', cDevice, C_TIMESTAMP),
    '29447BCBF3FBBD3B2DC1D437B40AE0DB4B0E9075385701261C11F501B71022A4',
  ],
  [
    'Link SDK for C 4.x, aiot_dynregmq_api.c',
    'hmacsha256',
    'ps3cr3t',
    dynregContent({ ...cDevice, random: '42' }),
    'E96C2F1059E8C7616380F96D1C0A67F843286F3D3230CA47EC4ECCDE6A685575',
  ],
  [
    'Link SDK for C 4.x, sub-device login: bars inside the client id are signed',
    'hmacsha256',
    's3cr3t',
    clientIdContent('a1X.d1|_ss=1,_v=sdk-c-4.1.0|', cDevice, '1700000000000'),
    'B3379D6D5BC0D7A682E0F38508AF04F0AD9A7F8AA3F7D24BE19132FF3DF9D788',
  ],
];

describe('vectors', () => {
  test.each(vectors)('%s', (_name, method, key, content, password) => {
    expect(sign(method, key, content)).toBe(password.toLowerCase());
    for (const given of [password.toLowerCase(), password.toUpperCase()]) {
      expect(verifyPassword({ method, key, contents: [content], password: given })).toBe(0);
    }
  });

  test('user manual of aliyunMqtt: the whole ClientID is signed', () => {
    const parsed = parseClientId('aliyun_test_01.dev001|securemode=3,signmethod=hmacsha256,timestamp=1778593628940|');
    const contents = signedContents({ parsed, productKey: 'aliyun_test_01', deviceName: 'dev001' });
    const password = '87954302c6bbb203f8f386d84574dae4227f1f8cc1bdc8b83407c324edce95c8';
    expect(verifyPassword({ method: 'hmacsha256', key: 'testsecret001', contents, password })).toBe(2);
  });
});

describe('verifyPassword', () => {
  const check = { method: 'hmacsha256', key: 'secret', contents: ['one', 'two', 'three'] } as const;

  test.each(check.contents.map((content, index) => [content, index] as const))(
    'a password over content "%s" gives index %i',
    (content, index) => {
      expect(verifyPassword({ ...check, password: sign('hmacsha256', 'secret', content) })).toBe(index);
    },
  );

  test('the first of equal contents is reported', () => {
    const password = sign('hmacsha256', 'secret', 'same');
    expect(verifyPassword({ ...check, contents: ['same', 'same'], password })).toBe(0);
  });

  const right = sign('hmacsha256', 'secret', 'one');
  test.each([
    ['empty', ''],
    ['another key', sign('hmacsha256', 'Secret', 'one')],
    ['another content', sign('hmacsha256', 'secret', 'four')],
    ['another method', sign('hmacsha1', 'secret', 'one')],
    ['a digit short', right.slice(0, -1)],
    ['a byte short', right.slice(0, -2)],
    ['hex and more text', `${right}zz`],
    ['hex and a byte more', `${right}00`],
    ['no hex', 'z'.repeat(64)],
    ['zeros', '0'.repeat(64)],
    ['not ASCII', 'é'.repeat(64)],
  ])('refuses: %s', (_name, password) => {
    expect(verifyPassword({ ...check, password })).toBe(-1);
  });

  test('what only looks like the signature matches nothing (found by fuzzing: Buffer.from takes U+0130 for "0")', () => {
    const password = sign('hmacmd5', 'k', 'x');
    const lookalike = String.fromCharCode(0x100 + password.charCodeAt(0)) + password.slice(1);
    expect(Buffer.from(lookalike, 'hex')).toEqual(Buffer.from(password, 'hex'));
    for (const given of [lookalike, `${password}\0`, ` ${password}`, password.slice(1)]) {
      expect(verifyPassword({ method: 'hmacmd5', key: 'k', contents: ['x'], password: given })).toBe(-1);
    }
    expect(verifyPassword({ method: 'hmacmd5', key: 'k', contents: ['x'], password })).toBe(0);
  });

  test('an empty key matches nothing', () => {
    expect(verifyPassword({ ...check, key: '', password: sign('hmacsha256', '', 'one') })).toBe(-1);
  });
});
