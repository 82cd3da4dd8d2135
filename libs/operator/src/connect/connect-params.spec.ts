import { execFileSync } from 'node:child_process';
import { importThingModel, compileModel, type ThingModel } from '@alink/thing-model';
import {
  dynregContent,
  parseClientId,
  parseUsername,
  sign,
  signedContents,
  verifyPassword,
  type SignMethod,
} from '@alink/signing';
import { connectParams, httpParams } from './connect-params';
import { isEncrypted, transports, type Endpoint } from './endpoint';
import type { Signer, Way } from '@alink/signing';

const empty: ThingModel = { properties: [], events: [], services: [] };
const signer: Signer = {
  productKey: 'aliyun_test_01',
  deviceName: 'dev001',
  signMethod: 'hmacsha256',
  now: 1778593628940,
};
const endpoint: Endpoint = { transport: 'tcp', host: '127.0.0.1', port: 1883 };
const secret: Way = { mode: 'secret', deviceSecret: 'testsecret001' };
const signMethods: SignMethod[] = ['hmacsha256', 'hmacsha1', 'hmacmd5'];
const modelOf = (dataType: object) =>
  importThingModel({ schema: '', properties: [{ identifier: 'p', accessMode: 'r', dataType }] }).model;
/** The words that a shell makes of a line, its program included. */
const wordsOf = (line: string) => {
  const shown = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return shown.split('\0').slice(0, -1);
};
/** The values that follow an option in a line. */
const valueOf = (line: string, option: string) => {
  const words = wordsOf(line);
  return words.includes(option) ? words[words.indexOf(option) + 1] : undefined;
};

test('names the device, the mode and the time', () => {
  expect(connectParams(secret, endpoint, signer, empty)).toMatchObject({
    clientId: 'aliyun_test_01.dev001|securemode=3,signmethod=hmacsha256,timestamp=1778593628940|',
    username: 'dev001&aliyun_test_01',
    password: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    publish: undefined,
  });
});

describe('the node’s check takes the password', () => {
  test.each(transports)('of a DeviceSecret over %s, and securemode says whether that is encrypted', (transport) => {
    for (const signMethod of signMethods) {
      const params = connectParams(secret, { ...endpoint, transport }, { ...signer, signMethod }, empty);
      expect(parseClientId(params.clientId).params.get('securemode')).toBe(isEncrypted(transport) ? '2' : '3');
      expectProof(params, signMethod, 'testsecret001');
    }
  });

  test('of automatic registration', () => {
    const params = connectParams({ mode: 'auto', productSecret: 'pr0duct' }, endpoint, signer, empty);
    expect(parseClientId(params.clientId).params.get('securemode')).toBe('-2');
    expectProof(params, 'hmacsha256', 'pr0duct');
  });

  const expectProof = (
    { clientId, username, password }: { clientId: string; username: string; password: string | undefined },
    method: SignMethod,
    key: string,
  ) => {
    const contents = signedContents({ parsed: parseClientId(clientId), ...parseUsername(username)! });
    expect(verifyPassword({ method, key, contents, password: password! })).toBe(0);
  };

  test.each(['register', 'regnwl'] as const)('of %s', (mode) => {
    const params = connectParams({ mode, productSecret: 'pr0duct' }, endpoint, signer, empty);
    const { params: pairs } = parseClientId(params.clientId);
    expect(pairs.get('securemode')).toBe(mode === 'register' ? '2' : '-2');
    expect(pairs.get('authtype') ?? pairs.get('authType')).toBe(mode);
    const random = pairs.get('random')!;
    expect(params.password).toBe(sign('hmacsha256', 'pr0duct', dynregContent({ ...signer, random })));
    expect(params.publish).toBeUndefined();
    expect(wordsOf(params.subscribe).slice(-5)).toEqual(['-C', '1', '-v', '-t', `/ext/${mode}`]);
  });
});

test('a token is the password itself', () => {
  const way: Way = {
    mode: 'connwl',
    clientId: 'KzLKNeWyE7SxiWLuPpZQ000100',
    deviceToken: '^1^1681709523062^c5cce0a49b03685',
  };
  expect(connectParams(way, endpoint, signer, empty)).toMatchObject({
    clientId: 'KzLKNeWyE7SxiWLuPpZQ000100|securemode=-2,authType=connwl|',
    username: 'dev001&aliyun_test_01',
    password: '^1^1681709523062^c5cce0a49b03685',
  });
  expect(connectParams({ mode: 'iotToken', iotId: 'i', iotToken: 't' }, endpoint, signer, empty)).toMatchObject({
    clientId: 'aliyun_test_01.dev001|securemode=-1|',
    username: 'i',
    password: 't',
  });
});

test('with a certificate there is no password', () => {
  const certificate = { certFile: 'my device.crt', keyFile: 'device.key' };
  const tls: Endpoint = { ...endpoint, transport: 'tls', caFile: 'ca.crt', certificate };
  for (const target of [tls, { ...tls, transport: 'wss' as const }]) {
    const { password, subscribe } = connectParams({ mode: 'x509' }, target, signer, empty);
    expect(password).toBeUndefined();
    expect(valueOf(subscribe, '-P')).toBeUndefined();
    expect(valueOf(subscribe, '--cert')).toBe('my device.crt');
    expect(valueOf(subscribe, '--key')).toBe('device.key');
  }
});

test('the command lines can be pasted', () => {
  const { clientId, username, password, subscribe, publish } = connectParams(
    secret,
    endpoint,
    signer,
    modelOf({ type: 'int' }),
  );
  const login = ['-h', '127.0.0.1', '-p', '1883', '-i', clientId, '-u', username, '-P', password];
  const setTopic = '/sys/aliyun_test_01/dev001/thing/service/property/set';
  expect(wordsOf(subscribe)).toEqual(['mosquitto_sub', ...login, '-v', '-t', setTopic]);
  const words = wordsOf(publish!);
  expect(words.slice(0, -1)).toEqual([
    'mosquitto_pub',
    ...login,
    ...['-q', '1', '-t', '/sys/aliyun_test_01/dev001/thing/event/property/post', '-m'],
  ]);
  expect(JSON.parse(words.at(-1)!)).toEqual({
    id: '1',
    version: '1.0',
    params: { p: 0 },
    method: 'thing.event.property.post',
  });
});

test.each([
  ['tcp', ['mosquitto_sub'], undefined, undefined],
  ['tls', ['mosquitto_sub'], '--cafile', undefined],
  ['ws', ['npx', 'mqtt', 'subscribe'], undefined, 'ws'],
  ['wss', ['npx', 'mqtt', 'subscribe'], '--ca', 'wss'],
] as const)('over %s', (transport, program, trustOption, protocol) => {
  const { subscribe, publish } = connectParams(
    secret,
    { ...endpoint, transport, caFile: '/etc/ca.crt' },
    signer,
    modelOf({ type: 'int' }),
  );
  expect(wordsOf(subscribe).slice(0, program.length)).toEqual(program);
  for (const line of [subscribe, publish!]) {
    expect(valueOf(line, '-l')).toBe(protocol);
    expect(valueOf(line, trustOption ?? '--cafile')).toBe(trustOption && '/etc/ca.crt');
  }
  const trusting = connectParams(secret, { ...endpoint, transport }, signer, empty).subscribe;
  expect(wordsOf(trusting).includes('--tls-use-os-certs')).toBe(transport === 'tls');
});

test('requests over HTTPS', () => {
  const params = httpParams({ host: 'gw.example', port: 9109, caFile: 'ca.crt' }, signer, {
    productSecret: 'pr0duct',
    deviceSecret: 'testsecret001',
  });
  const [register, authenticate] = [params.register, params.authenticate].map((line) => ({
    words: wordsOf(line),
    form: Object.fromEntries(new URLSearchParams(valueOf(line, '-d'))),
  }));
  expect(register?.words.at(-1)).toBe('https://gw.example:9109/auth/register/device');
  expect(register?.words.slice(0, 4)).toEqual(['curl', '-sS', '--cacert', 'ca.crt']);
  expect(register?.form).toEqual({
    productKey: 'aliyun_test_01',
    deviceName: 'dev001',
    random: '1778593628940',
    signMethod: 'hmacsha256',
    sign: sign('hmacsha256', 'pr0duct', 'deviceNamedev001productKeyaliyun_test_01random1778593628940'),
  });
  expect(authenticate?.words.at(-1)).toBe('https://gw.example:9109/auth/devicename');
  expect(authenticate?.form).toMatchObject({
    signmethod: 'hmacsha256',
    sign: sign(
      'hmacsha256',
      'testsecret001',
      'clientIdaliyun_test_01.dev001deviceNamedev001productKeyaliyun_test_01timestamp1778593628940',
    ),
  });
  expect(JSON.stringify(params)).not.toMatch(/pr0duct|testsecret001/);
});

test.each([
  { type: 'int', specs: { min: '5', max: '9' } },
  { type: 'float', specs: { max: '-1' } },
  { type: 'double', specs: {} },
  { type: 'bool', specs: { 0: 'a', 1: 'b' } },
  { type: 'enum', specs: { 3: 'c' } },
  { type: 'text', specs: { length: '2' } },
  { type: 'date' },
  { type: 'struct', specs: [{ identifier: 'm', dataType: { type: 'int', specs: { min: '3' } } }] },
  { type: 'array', specs: { size: '1', item: { type: 'text' } } },
  { type: 'array', specs: { size: '0', item: { type: 'text' } } },
])('the sample report of %j passes strong validation', (dataType) => {
  const model = modelOf(dataType);
  const { publish } = connectParams(secret, endpoint, signer, model);
  const report = JSON.parse(wordsOf(publish!).at(-1)!) as { params: unknown };
  expect(compileModel(model, 'strong').checkProperties(report.params)).toEqual({
    accepted: report.params,
    rejected: [],
  });
});
