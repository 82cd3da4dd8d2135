import {
  autoLogin,
  certificateLogin,
  iotTokenLogin,
  registrationLogin,
  secretLogin,
  tokenLogin,
  type Signer,
} from './logins';
import { sign } from './password';

const signer: Signer = {
  productKey: 'aliyun_test_01',
  deviceName: 'dev001',
  signMethod: 'hmacsha256',
  now: 1778593628940,
};
const username = 'dev001&aliyun_test_01';
const content = 'clientIdaliyun_test_01.dev001deviceNamedev001productKeyaliyun_test_01timestamp1778593628940';

test.each([
  [false, 3],
  [true, 2],
])('with the DeviceSecret, encrypted %s', (encrypted, securemode) => {
  expect(secretLogin(signer, 'testsecret001', encrypted)).toEqual({
    clientId: `aliyun_test_01.dev001|securemode=${securemode},signmethod=hmacsha256,timestamp=1778593628940|`,
    username,
    password: sign('hmacsha256', 'testsecret001', content),
  });
});

test('automatic registration is the same with the ProductSecret', () => {
  expect(autoLogin({ ...signer, signMethod: 'hmacsha1' }, 'pr0duct')).toEqual({
    clientId: 'aliyun_test_01.dev001|securemode=-2,signmethod=hmacsha1,timestamp=1778593628940|',
    username,
    password: sign('hmacsha1', 'pr0duct', content),
  });
});

test.each([
  ['register', '2'],
  ['regnwl', '-2'],
] as const)('%s signs name, key and a random', (authType, securemode) => {
  expect(registrationLogin(signer, 'pr0duct', authType)).toEqual({
    clientId: `dev001.aliyun_test_01|securemode=${securemode},authType=${authType},random=1778593628940,signmethod=hmacsha256|`,
    username,
    password: sign('hmacsha256', 'pr0duct', 'deviceNamedev001productKeyaliyun_test_01random1778593628940'),
  });
});

test('tokens are sent as they are, and a certificate needs no password', () => {
  expect(tokenLogin(signer, 'KzLKNeWyE7SxiWLuPpZQ000100', '^1^1681709523062^c5cce0a49b03685')).toEqual({
    clientId: 'KzLKNeWyE7SxiWLuPpZQ000100|securemode=-2,authType=connwl|',
    username,
    password: '^1^1681709523062^c5cce0a49b03685',
  });
  expect(iotTokenLogin(signer, 'anIotId', 'aToken')).toEqual({
    clientId: 'aliyun_test_01.dev001|securemode=-1|',
    username: 'anIotId',
    password: 'aToken',
  });
  expect(certificateLogin(signer)).toEqual({
    clientId: 'aliyun_test_01.dev001|securemode=2,signmethod=hmacsha256|',
    username,
    password: undefined,
  });
});
