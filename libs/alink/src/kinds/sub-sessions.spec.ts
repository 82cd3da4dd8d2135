import { readFileSync } from 'node:fs';
import { verifySubDevice, verifySubDeviceOfProduct } from '@alink/signing';
import { publish } from '../../test/publish';
import type { Question } from '../questions';
import { sessionError } from '../session-error';

const ask = (name: string, params: unknown) =>
  publish({ scope: 'ext', path: `session/combine/${name}` }, JSON.stringify({ id: '7', params }))!;

const lamp = { productKey: 'a1S', deviceName: 'lamp1' };
const signed = { ...lamp, sign: '00' };
const unnamed = { productKey: '', deviceName: '' };

/** Where each of these is asked, and answered. */
const topics = {
  login: '/ext/session/a1X/d1/combine/login',
  logout: '/ext/session/a1X/d1/combine/logout',
  batch_login: '/ext/session/a1X/d1/combine/batch_login',
  batch_logout: '/ext/session/a1X/d1/combine/batch_logout',
};

test.each(Object.entries(topics))('%s is answered on its own topic, whatever is wrong', (name, topic) => {
  const data = name.startsWith('batch') ? [] : unnamed;
  for (const payload of ['no json', '{"id":"7"}', '{"id":"7","params":5}']) {
    const { reply, ask: asked } = publish({ scope: 'ext', path: `session/combine/${name}` }, payload)!;
    expect(asked).toBeUndefined();
    expect(reply!.topic).toBe(`${topic}_reply`);
    expect(JSON.parse(reply!.payload)).toMatchObject({ method: `combine.${name}`, data });
    expect(JSON.parse(reply!.failed!(500).payload)).toMatchObject({ code: 500, method: `combine.${name}`, data });
  }
});

test.each<[name: string, params: unknown, code: number, message: string, data: unknown]>([
  ['login', lamp, 460, 'request parameter error: item 1 has no sign', lamp],
  ['login', { sign: '00' }, 460, 'request parameter error: item 1 names no device', unnamed],
  ['login', { ...signed, clientId: {} }, 460, 'request parameter error: clientId of item 1', lamp],
  ['login', { ...signed, deviceName: 'a/b' }, 6100, 'device not found', { ...lamp, deviceName: 'a/b' }],
  ['login', { ...signed, deviceName: '"}{' }, 6100, 'device not found', { ...lamp, deviceName: '' }],
  ['login', [], 460, 'request parameter error: params is empty', []],
  ['login', { deviceList: signed }, 460, 'request parameter error: deviceList is no list', []],
  ['batch_login', { deviceList: [] }, 460, 'request parameter error: deviceList is empty', []],
  [
    'batch_login',
    { deviceList: Array.from({ length: 51 }, () => signed) },
    460,
    'request parameter error: deviceList has more than 50 items',
    [],
  ],
  ['batch_login', { deviceList: [signed, signed] }, 460, 'request parameter error: item 2 names a device again', []],
  ['logout', { ...lamp, productKey: '' }, 520, 'device no session', { ...lamp, productKey: '' }],
  [
    'batch_logout',
    Array.from({ length: 51 }, () => lamp),
    460,
    'request parameter error: params has more than 50 items',
    [],
  ],
])('%s of %j is refused with %i', (name, params, code, message, data) => {
  const { reply, ask: asked, problems } = ask(name, params);
  expect(asked).toBeUndefined();
  expect(JSON.parse(reply!.payload)).toMatchObject({ code, message: expect.stringContaining(message), data });
  expect(problems).toMatchObject([{ code, step: expect.stringMatching(/^[A-Z].*\.$/) }]);
});

const fifty = Array.from({ length: 50 }, (_, index) => ({ ...lamp, deviceName: `lamp${index}` }));

test('fifty may come or go at once', () => {
  const logins = fifty.map((each) => ({ ...each, sign: '00' }));
  expect(ask('batch_login', { deviceList: logins }).ask!.question).toEqual({
    kind: 'subSession.login',
    devices: logins,
  });
  expect(ask('batch_logout', fifty).ask!.question).toEqual({ kind: 'subSession.logout', devices: fifty });
});

test('a device that is logged out twice at once is logged out', () => {
  expect(ask('batch_logout', { deviceList: [lamp, lamp] }).ask!.question).toMatchObject({ devices: [lamp] });
});

test('a batch that is refused without names names all of its devices', () => {
  const { told } = ask('batch_login', { deviceList: [signed] }).ask!;
  expect(JSON.parse(told({ code: 500 })!.payload)).toMatchObject({
    code: 500,
    message: 'service error',
    data: [lamp],
  });
});

test('nothing of a device but its names is told', () => {
  const { told } = ask('batch_login', { deviceList: [signed] }).ask!;
  const refused = { ...lamp, deviceSecret: 's3cr3t' };
  expect(JSON.parse(told({ code: 6287, data: [refused] })!.payload)).toMatchObject({ data: [lamp] });
});

test('each SDK signs what is asked', () => {
  const vectors = JSON.parse(
    readFileSync(new URL('../../../testing/vectors/sub-devices.json', import.meta.url), 'utf8'),
  ) as { secrets: { device: string; product: string }; cases: readonly { question: Question }[] };
  const { device, product } = vectors.secrets;
  let signatures = 0;
  for (const { question } of vectors.cases) {
    if (question.kind === 'topology.add' || question.kind === 'subSession.login') {
      for (const each of question.devices) expect([each, verifySubDevice(each, device)]).toEqual([each, true]);
      signatures += question.devices.length;
    } else if (question.kind === 'topology.registerSigned') {
      for (const each of question.devices) expect(verifySubDeviceOfProduct(each, product)).toBe(true);
      signatures += question.devices.length;
    }
  }
  expect(signatures).toBeGreaterThan(20);
});

test.each([
  [427, 'device connect in elsewhere'],
  [520, 'device session error'],
  [521, 'device deleted'],
  [522, 'device forbidden'],
  [6401, 'topo relation not exist'],
] as const)('that a session has ended with %i is told on /ext/error', (code, message) => {
  const gateway = { productKey: 'a1X', deviceName: 'd1' };
  expect(sessionError(gateway, lamp, code, '35974024')).toEqual({
    topic: '/ext/error/a1X/d1',
    payload: `{"id":"35974024","code":${code},"message":"${message}","data":{"productKey":"a1S","deviceName":"lamp1"}}`,
  });
});
