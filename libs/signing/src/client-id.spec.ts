import { createHash } from 'node:crypto';
import { MAX_CLIENT_ID_LENGTH, parseClientId, type ParsedClientId } from './client-id';

type Expected = Partial<Omit<ParsedClientId, 'raw' | 'params'>>;

const C_TIMESTAMP = '2524608000000';

/** What each SDK really sends; the file named is where it is put together. */
const sdkShapes: readonly [name: string, raw: string, expected: Expected][] = [
  [
    'C SDK 3.0.1, dev_sign_mqtt.c',
    'a1X.d1|timestamp=2524608000000,_v=sdk-c-3.0.1,securemode=2,signmethod=hmacsha256,lan=C,gw=0,ext=0,user=kv|',
    { clientId: 'a1X.d1', securemode: '2', signMethod: 'hmacsha256', timestamp: C_TIMESTAMP, ext: 0 },
  ],
  [
    'Link SDK for C 4.2.0, core_auth.c',
    'a1X.d1|timestamp=2524608000000,_ss=1,_v=sdk-c-4.2.0,securemode=2,signmethod=hmacsha256,ext=3,_conn=tls_1f|',
    { clientId: 'a1X.d1', securemode: '2', signMethod: 'hmacsha256', timestamp: C_TIMESTAMP, ext: 3 },
  ],
  [
    'Link SDK for C 4.x with an empty part of the user',
    'a1X.d1|timestamp=2524608000000,_ss=1,_v=sdk-c-4.2.0,securemode=2,signmethod=hmacsha256,ext=3,|',
    { clientId: 'a1X.d1', securemode: '2', signMethod: 'hmacsha256', timestamp: C_TIMESTAMP, ext: 3 },
  ],
  [
    'Link SDK for C 4.1.0 with assigned client id',
    '|timestamp=2524608000000,_ss=1,_v=sdk-c-4.1.0,securemode=2,signmethod=hmacsha256,ext=3,_conn=tls_1f|',
    { clientId: '', securemode: '2', signMethod: 'hmacsha256', timestamp: C_TIMESTAMP, ext: 3 },
  ],
  [
    'alibabacloud-iot-device-sdk 1.2.8, model.js',
    'a1X&d1|securemode=3,signmethod=hmacsha1,timestamp=1700000000000,lan=NodeJS,_v=1.2.8|',
    { clientId: 'a1X&d1', securemode: '3', signMethod: 'hmacsha1', timestamp: '1700000000000', ext: 0 },
  ],
  ...['JS|Ali', 'JS|WX', 'JS|Broswer ', 'JS|UNKNOW'].map((lan): [string, string, Expected] => [
    `alibabacloud-iot-device-sdk 1.2.8 as ${lan.trim()}`,
    `a1X&d1|securemode=3,signmethod=hmacsha1,timestamp=1700000000000,lan=${lan},_v=1.2.8|`,
    { clientId: 'a1X&d1', securemode: '3', signMethod: 'hmacsha1', timestamp: '1700000000000' },
  ]),
  [
    'aliyun-iot-device-sdk 1.0.1: line feeds and eight blanks between the pairs',
    'a1X&d1_aliyun-iot-device-sdk-js|securemode=3,\n        signmethod=hmacsha1,\n        timestamp=1700000000000|',
    {
      clientId: 'a1X&d1_aliyun-iot-device-sdk-js',
      securemode: '3',
      signMethod: 'hmacsha1',
      timestamp: '1700000000000',
    },
  ],
  [
    'aliyun-iot-linkkit 1.2.13, linkkit.py: seconds',
    'a1X&d1|securemode=2,signmethod=hmacsha1,ext=1,_ss=1,lan=Python,_v=1.2.13,sii=a:b,timestamp=1700000000|',
    { clientId: 'a1X&d1', securemode: '2', signMethod: 'hmacsha1', timestamp: '1700000000', ext: 1 },
  ],
  [
    'Android Link SDK: DeviceName first, no timestamp',
    'd1&a1X|securemode=2,_v=1.7.3,lan=Android,os=12,signmethod=hmacsha1,ext=1|',
    { clientId: 'd1&a1X', securemode: '2', signMethod: 'hmacsha1', timestamp: undefined, ext: 1 },
  ],
  [
    'QuecPython',
    'anything|securemode=3,signmethod=hmacsha256|',
    { clientId: 'anything', securemode: '3', signMethod: 'hmacsha256', timestamp: undefined },
  ],
  [
    'Link SDK for C 4.2.0, device token',
    'k3|authType=connwl,securemode=-2,_ss=1,ext=3,_v=sdk-c-4.2.0|',
    { clientId: 'k3', authType: 'connwl', securemode: '-2', signMethod: 'hmacmd5', ext: 3 },
  ],
  [
    'aliyun-iot-linkkit 1.2.13, device token',
    'k3|authType=connwl,securemode=-2,_ss=1,ext=3,lan=Python,_v=1.2.13|',
    { clientId: 'k3', authType: 'connwl', securemode: '-2', ext: 3 },
  ],
  [
    'Android Link SDK, device token',
    'k3|securemode=-2,_v=1.7.3,lan=Android,os=12,signmethod=hmacsha1,authType=connwl,ext=1|',
    { clientId: 'k3', authType: 'connwl', securemode: '-2', signMethod: 'hmacsha1', ext: 1 },
  ],
  ['documentation, device token', 'k3|securemode=-2,authType=connwl|', { authType: 'connwl', securemode: '-2' }],
  [
    'Link SDK for C 4.x, aiot_dynregmq_api.c',
    'd1.a1X|random=42,authType=register,securemode=2,signmethod=hmacsha256,instanceId=iot-06z00|',
    {
      clientId: 'd1.a1X',
      authType: 'register',
      random: '42',
      instanceId: 'iot-06z00',
      securemode: '2',
      signMethod: 'hmacsha256',
    },
  ],
  [
    'documentation, ID²',
    'x|securemode=8,signmethod=hmacsha256,timestamp=2524608000000,authtype=id2|',
    { authType: 'id2', securemode: '8' },
  ],
  [
    'firmware of the Living platform (C SDK 2.3.0_FY on ESP8266): authtype names an application, and chooses no way in',
    'k0.d1|securemode=2,tokenType=0,token=00,_v=sdk-c-2.3.0_FY_1.6.6,timestamp=2524608000000,signmethod=hmacsha1,lan=C,authtype=custom-ilop,_fy=1.6.6,_ss=1|',
    { clientId: 'k0.d1', authType: undefined, securemode: '2', signMethod: 'hmacsha1', timestamp: C_TIMESTAMP },
  ],
  ['documentation, first X.509 connect', '.|securemode=2|', { clientId: '.', securemode: '2', signMethod: 'hmacmd5' }],
  [
    'user manual of aliyunMqtt',
    'aliyun_test_01.dev001|securemode=3,signmethod=hmacsha256,timestamp=1778593628940|',
    { clientId: 'aliyun_test_01.dev001', securemode: '3', signMethod: 'hmacsha256', timestamp: '1778593628940' },
  ],
];

describe('what SDKs send', () => {
  test.each(sdkShapes)('%s', (_name, raw, expected) => {
    expect(parseClientId(raw)).toMatchObject({ raw, hasParams: true, ...expected });
    expect(parseClientId(raw).problem).toBeUndefined();
  });

  test('the bar in lan=JS|Ali belongs to the value', () => {
    expect(parseClientId('a|lan=JS|Ali,_v=1.2.8|').params.get('lan')).toBe('JS|Ali');
    expect(parseClientId('a|_v=1.2.8,lan=JS|Broswer |').params.get('lan')).toBe('JS|Broswer');
  });
});

describe('tolerance', () => {
  test('keys in any case and order, values of signmethod and authType too', () => {
    const parsed = parseClientId('a|EXT=1,AuthType=RegNWL,SignMethod=HmacSHA1,SecureMode=2,InstanceID=Iot-1|');
    expect(parsed).toMatchObject({ ext: 1, authType: 'regnwl', signMethod: 'hmacsha1', securemode: '2' });
    expect(parsed.instanceId).toBe('Iot-1');
  });

  test.each(['custom-ilop', 'CUSTOM-ILOP', 'custom', 'mqtt', '', '0', 'constructor'])(
    'authType "%s" chooses no way in',
    (name) => {
      const parsed = parseClientId(`a|securemode=2,authType=${name},timestamp=7|`);
      expect(parsed).toMatchObject({ authType: undefined, timestamp: '7', problem: undefined });
      expect(parsed.params.get('authtype')).toBe(name);
    },
  );

  test.each(['register', 'RegNWL', 'CONNWL', 'Id2'])('authType "%s" does', (name) => {
    expect(parseClientId(`a|AUTHTYPE=${name}|`).authType).toBe(name.toLowerCase());
  });

  test.each([
    ['sha256', 'hmacsha256'],
    ['Sha256', 'hmacsha256'],
    ['sha1', 'hmacsha1'],
    ['md5', 'hmacmd5'],
    ['HmacMD5', 'hmacmd5'],
  ])('signmethod %s means %s', (name, method) => {
    expect(parseClientId(`a|signmethod=${name}|`).signMethod).toBe(method);
  });

  test('white space around everything', () => {
    expect(parseClientId(' \n a b \t| securemode = 3 ,\n timestamp = 7 | \r\n')).toMatchObject({
      clientId: 'a b',
      securemode: '3',
      timestamp: '7',
      problem: undefined,
    });
  });

  test('only the first "=" parts key and value, and a value may be empty', () => {
    const { params } = parseClientId('a|token=x=y==,empty=,=nokey,noequals,|');
    expect([...params]).toEqual([
      ['token', 'x=y=='],
      ['empty', ''],
    ]);
  });

  test('of a key given twice the first stands', () => {
    expect(parseClientId('a|timestamp=1,Timestamp=2|').timestamp).toBe('1');
  });

  test('a closing bar may be repeated', () => {
    expect(parseClientId('a|timestamp=1||')).toMatchObject({ timestamp: '1', problem: undefined });
    expect(parseClientId(`a|timestamp=1${'|'.repeat(60_000)}`).timestamp).toBe('1');
    expect(parseClientId('a||')).toMatchObject({ clientId: 'a', hasParams: true, problem: undefined });
  });

  test.each(['', 'x', '-1', '1e3', '99999999999'])('ext "%s" is 0', (ext) => {
    expect(parseClientId(`a|ext=${ext}|`)).toMatchObject({ ext: 0, problem: undefined });
  });

  test.each(['cloud_publisher_001', '', '  x '])('plain id "%s" is well formed', (raw) => {
    expect(parseClientId(raw)).toMatchObject({ clientId: raw.trim(), hasParams: false, problem: undefined, ext: 0 });
  });
});

describe('malformed', () => {
  test.each([
    ['a|securemode=3', 'the parameters have no closing "|"'],
    ['|', 'the parameters have no closing "|"'],
    ['a|securemode=3|tail', 'there is text after the closing "|"'],
    ['a|lan=JS|Ali', 'there is text after the closing "|"'],
    ['a|signmethod=hmacsha512|', 'signmethod "hmacsha512" is none of hmacmd5, hmacsha1, hmacsha256'],
    ['a|signmethod=|', 'signmethod "" is none of hmacmd5, hmacsha1, hmacsha256'],
    // Found by fuzzing: the problem goes to logs and terminals, which obey control characters.
    ['|signmethod=h\t8\u001b[2J\ud800|', 'signmethod "h?8?[2J?" is none of hmacmd5, hmacsha1, hmacsha256'],
    ['x'.repeat(MAX_CLIENT_ID_LENGTH + 1), 'it is longer than 1024 characters'],
  ])('%.40s', (raw, problem) => {
    expect(parseClientId(raw).problem).toBe(problem);
  });

  test('an unknown sign method leaves none, and what could be read stays', () => {
    const parsed = parseClientId('a|signmethod=rot13,timestamp=5');
    expect(parsed).toMatchObject({ clientId: 'a', hasParams: true, timestamp: '5' });
    expect(parsed.signMethod).toBeUndefined();
  });
});

test('5000 random ids: never throws, and the parts stay within the input', () => {
  const pieces = [
    '|',
    ',',
    '=',
    ' ',
    '\n',
    'a',
    'é',
    '\ud800',
    '\0',
    'ext',
    'signmethod',
    'hmacsha1',
    '9',
    '-2',
    'JS|Ali',
  ];
  const tape = createHash('shake256', { outputLength: 5000 * 16 })
    .update('client ids')
    .digest();
  for (let start = 0; start < tape.length; start += 16) {
    const bytes = tape.subarray(start, start + 1 + (tape[start]! % 16));
    const raw = Array.from(bytes, (byte) => pieces[byte % pieces.length]).join('');
    const parsed = parseClientId(raw);
    expect(parsed.hasParams).toBe(raw.includes('|'));
    expect(raw.startsWith(parsed.clientId, raw.indexOf(parsed.clientId))).toBe(true);
    expect(parsed.clientId).not.toContain('|');
    expect(Number.isSafeInteger(parsed.ext)).toBe(true);
    for (const [key, value] of parsed.params) {
      expect(raw.toLowerCase()).toContain(key);
      expect(raw).toContain(value);
    }
    if (parsed.problem === undefined) expect(parsed.signMethod).toBeDefined();
  }
});
