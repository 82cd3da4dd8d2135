import { execFileSync } from 'node:child_process';
import { importThingModel, compileModel, type ThingModel } from '@alink/thing-model';
import { parseClientId, parseUsername, signedContents, verifyPassword } from '@alink/signing';
import { connectParams, securemodes, type ConnectInput } from './connect-params';

const empty: ThingModel = { properties: [], events: [], services: [] };
const input: ConnectInput = {
  productKey: 'aliyun_test_01',
  deviceName: 'dev001',
  secret: 'testsecret001',
  host: '127.0.0.1',
  port: 1883,
  mode: '3',
  signMethod: 'hmacsha256',
  now: 1778593628940,
  model: empty,
};
const modelOf = (dataType: object) =>
  importThingModel({ schema: '', properties: [{ identifier: 'p', accessMode: 'r', dataType }] }).model;
const wordsOf = (line: string) => {
  const shown = execFileSync('sh', ['-c', line.replace(/^\w+/, "printf '%s\\0'")], { encoding: 'utf8' });
  return shown.split('\0').slice(0, -1);
};

test('names the device, the mode and the time', () => {
  expect(connectParams(input)).toMatchObject({
    clientId: 'aliyun_test_01.dev001|securemode=3,signmethod=hmacsha256,timestamp=1778593628940|',
    username: 'dev001&aliyun_test_01',
    password: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    publish: undefined,
  });
});

test.each(securemodes)('the gateway’s check takes the password of mode %s', (mode) => {
  for (const signMethod of ['hmacsha256', 'hmacsha1', 'hmacmd5'] as const) {
    const { clientId, username, password } = connectParams({ ...input, mode, signMethod });
    const parsed = parseClientId(clientId)!;
    expect(parsed.params.get('securemode')).toBe(mode);
    const contents = signedContents({ parsed, ...parseUsername(username)! });
    expect(verifyPassword({ method: signMethod, key: input.secret, contents, password })).toBe(0);
  }
});

test('the command lines can be pasted', () => {
  const { clientId, username, password, subscribe, publish } = connectParams({
    ...input,
    model: modelOf({ type: 'int' }),
  });
  const login = ['-h', '127.0.0.1', '-p', '1883', '-i', clientId, '-u', username, '-P', password];
  expect(wordsOf(subscribe)).toEqual([...login, '-v', '-t', '/sys/aliyun_test_01/dev001/thing/service/property/set']);
  const words = wordsOf(publish!);
  expect(words.slice(0, -1)).toEqual([
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
  const report = JSON.parse(wordsOf(connectParams({ ...input, model }).publish!).at(-1)!) as { params: unknown };
  expect(compileModel(model, 'strong').checkProperties(report.params)).toEqual({
    accepted: report.params,
    rejected: [],
  });
});
