/** ClientID, user name and password of a CONNECT, and the signature that they make. */
import {
  DEFAULT_SIGN_METHOD,
  formatUsername,
  parseClientId,
  parseUsername,
  sign,
  signedContents,
  verifyPassword,
} from '@alink/signing';
import { fuzzTarget, promise } from '../fuzz-target';
import { isOneLine } from '../plain-text';

const MAX_PROBLEM_LENGTH = 120;
const isLower = (text: string): boolean => text === text.toLowerCase();

const shapes = [
  [
    'a1X.d1|timestamp=2524608000000,_ss=1,_v=sdk-c-4.2.0,securemode=2,signmethod=hmacsha256,ext=3,_conn=tls_1f|',
    'd1&a1X',
  ],
  [
    'a1X&d1|securemode=3,\n        signmethod=hmacsha1,\n        timestamp=1700000000000,lan=JS|Ali,_v=1.2.8|',
    'd1&a1X',
  ],
  [
    '864430010001091|securemode=2,authType=register,random=123,signmethod=hmacsha1,instanceId=iot-06z00|',
    'meter001&a1X',
  ],
  ['k3|authType=connwl,securemode=-2,_ss=1,ext=3,lan=Python,_v=1.2.13|', 'd1&a1X'],
  ['.|securemode=2|', ''],
  ['mosquitto', 'a&b&a1X'],
] as const;

export const clientIdTarget = fuzzTarget<{ clientId: string; username: string; password: string; secret: string }>({
  name: 'client-id',
  seeds: shapes.map(([clientId, username]) => ({
    clientId,
    username,
    password: sign('hmacsha256', 'testsecret001', clientId),
    secret: 'testsecret001',
  })),
  words: [
    '|',
    ',',
    '=',
    '&',
    'timestamp=',
    'signmethod=',
    'hmacmd5',
    'HmacSHA1',
    'ext=1',
    'authType=regnwl',
    '|securemode=3|',
  ],
  check: ({ clientId, username, password, secret }) => {
    const parsed = parseClientId(clientId);
    promise(parsed.raw === clientId, 'the ClientID is kept as it came');
    promise(
      !parsed.clientId.includes('|') && parsed.clientId === parsed.clientId.trim(),
      'the part before the bar is plain',
    );
    promise(Number.isInteger(parsed.ext) && parsed.ext >= 0 && parsed.ext < 1e9, 'ext is a small number');
    for (const [key, value] of parsed.params) {
      promise(key !== '' && key === key.trim() && isLower(key) && !/[,=]/.test(key), 'keys are trimmed and lower case');
      promise(value === value.trim() && !value.includes(','), 'values are trimmed and end at the comma');
    }
    promise(parsed.problem !== undefined || parsed.signMethod !== undefined, 'a missing sign method is a problem');
    promise((parsed.problem?.length ?? 0) <= MAX_PROBLEM_LENGTH, 'a problem is short');
    promise(isOneLine(parsed.problem ?? ''), 'a problem is one line of text');

    const identity = parseUsername(username);
    promise(identity === undefined || formatUsername(identity) === username, 'a user name comes back as it was');
    const method = parsed.signMethod ?? DEFAULT_SIGN_METHOD;
    const contents = signedContents({ parsed, ...(identity ?? { productKey: '', deviceName: '' }) });
    promise(contents.length === 3, 'there are always three contents');
    const signatures = contents.map((content) => sign(method, secret, content));
    const verify = (given: string): number => verifyPassword({ method, key: secret, contents, password: given });
    const expected = (given: string): number => (secret === '' ? -1 : signatures.indexOf(given));
    for (const signature of signatures) {
      promise(verify(signature) === expected(signature), 'a signature passes');
      promise(verify(signature.toUpperCase()) === expected(signature), 'a signature passes in upper case');
      promise(
        verify(`${signature.slice(0, -1)}${password.at(-1) ?? ''}`) === -1 ||
          password.endsWith(signature.at(-1)!) ||
          password.endsWith(signature.at(-1)!.toUpperCase()),
        'another last character does not pass',
      );
    }
    promise(
      verify(password) === expected(/^[0-9a-fA-F]*$/.test(password) ? password.toLowerCase() : password),
      'only a signature passes',
    );
    return `${parsed.problem?.slice(0, 12)} ${method} ${/^(register|regnwl|connwl|id2)$/.exec(parsed.authType ?? '')?.[0]} ${Math.min(parsed.params.size, 12)} ${identity === undefined} ${parsed.ext > 0}`;
  },
});
