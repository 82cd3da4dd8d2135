/** Whoever decodes as unitedrhino does must refuse what its structs cannot take, or a test with it holds nothing. */
import { status, type ServiceError } from '@grpc/grpc-js';
import { readApplicationMessage } from './application-messages';
import { readDevConn, readDeviceMessage, readDevPublish } from './device-publish';
import { useDevice } from './entities';
import { readEnvelope } from './envelope';
import { readCallError } from './errors';
import { GoJsonError } from './go-json';
import { deviceKey, readDeviceNotice, readProtocolConfigs } from './notices';

const device = { productID: 'p', deviceName: 'd' };
const SPAN = JSON.stringify({ TraceID: 'a'.repeat(32), SpanID: 'b'.repeat(16) });

const failed = (code: status, details: string): ServiceError =>
  Object.assign(new Error(details), { code, details }) as ServiceError;

describe('application messages', () => {
  const base = { device, timestamp: '1778593628940' };
  const PROPERTY = 'application.device.p.d.report.thing.property.t';
  const ACTION = 'application.device.p.d.report.thing.action.echo.resp.up';
  const STATUS = 'application.device.p.d.status.disconnected';

  test.each([
    [PROPERTY, { identifier: 't', param: { any: 1 } }, { kind: 'property', identifier: 't', param: { any: 1 } }],
    ['application.v2.device.p.d.report.thing.property', { params: { t: 1 } }, { kind: 'properties', params: { t: 1 } }],
    [
      'application.device.p.d.report.thing.event.alert.hot',
      { identifier: 'hot', type: 'alert', params: {} },
      { kind: 'event', type: 'alert' },
    ],
    [ACTION, { actionID: 'echo', dir: 'up', reqType: 'resp', code: 200 }, { kind: 'action', dir: 'up', msgToken: '' }],
    [STATUS, { status: 1, unknown: 'passed over' }, { kind: 'status', status: 1 }],
  ])('%s', (subject, more, expected) => {
    const read = readApplicationMessage(subject, JSON.stringify({ ...base, ...more }));
    expect(read).toMatchObject({ device, timestamp: 1778593628940, ...expected });
  });

  test.each([
    ['a timestamp that is a number', STATUS, { timestamp: 1778593628940, status: 1 }],
    ['a timestamp that is no number', STATUS, { timestamp: 'now', status: 1 }],
    ['a status in words', STATUS, { status: 'connected' }],
    ['a device in one text', STATUS, { device: 'p.d', status: 1 }],
    ['params that are a list', 'application.v2.device.p.d.report.thing.property', { params: [1] }],
    ['a code as text', ACTION, { code: '200' }],
  ])('refuses %s', (_what, subject, more) => {
    expect(() => readApplicationMessage(subject, JSON.stringify({ ...base, ...more }))).toThrow(GoJsonError);
  });

  test('knows which subjects its listeners have', () => {
    const subject = 'application.device.p.d.report.thing.property';
    expect(() => readApplicationMessage(subject, JSON.stringify(base))).toThrow(/nobody .* listens/);
  });
});

describe('errors', () => {
  test('are a code, a text and details, which are texts', () => {
    const text = '{"code":100006,"msg":"wrong","details":["productID"],"more":1}';
    expect(readCallError(failed(status.UNKNOWN, text))).toMatchObject({ code: 100006, details: ['productID'] });
    expect(readCallError(failed(status.ABORTED, '{"code":100025,"msg":""}'))).toMatchObject({ code: 100025 });
  });

  test.each([
    ['details that are objects', status.UNKNOWN, '{"code":100006,"msg":"","details":[{"field":"productID"}]}'],
    ['a code as text', status.UNKNOWN, '{"code":"100006","msg":""}'],
    ['no JSON', status.UNKNOWN, 'wrong'],
    ['another status', status.UNIMPLEMENTED, '{"code":100018,"msg":""}'],
  ])('%s: "system error"', (_what, code, text) => {
    expect(readCallError(failed(code, text))).toMatchObject({ code: 100007 });
  });
});

describe('envelopes', () => {
  const envelope = { trace: SPAN, timestamp: 5, data: 'x' };

  test('carry data, a time, and who asked', () => {
    const userCtx = { TenantCode: 'default', ProjectID: '2', UserID: '7', IsAdmin: true };
    const read = readEnvelope(JSON.stringify({ ...envelope, userCtx, kept: true }));
    expect(read).toMatchObject({ data: 'x', timestamp: 5, user: userCtx, objection: undefined });
  });

  test.each(['', '{}', '{"TraceID":"","SpanID":""}', SPAN.replaceAll('a', '0'), SPAN.replace('b'.repeat(16), 'b')])(
    'an error line for the span context %j',
    (trace) => {
      expect(readEnvelope(JSON.stringify({ ...envelope, trace })).objection).toBeTruthy();
    },
  );

  test.each([{ timestamp: '5' }, { data: {} }, { userCtx: { UserID: 7 } }])('%j is dropped', (wrong) => {
    expect(() => readEnvelope(JSON.stringify({ ...envelope, ...wrong }))).toThrow(GoJsonError);
  });
});

describe('messages of devices', () => {
  const publish = {
    topic: '',
    handle: 'thing',
    type: 'property',
    payload: 'e30=',
    timestamp: 5,
    ...device,
    explain: '',
  };

  test('publishes and connections', () => {
    expect(readDevPublish(JSON.stringify(publish))).toMatchObject({ payload: Buffer.from('{}'), protocolCode: '' });
    expect(readDevConn(JSON.stringify({ ...device, timestamp: 5, action: 'connected', epoch: 7 }))).toMatchObject(
      device,
    );
  });

  test.each([{ payload: 'no base64!' }, { payload: {} }, { timestamp: '5' }])('%j is no publish', (wrong) => {
    expect(() => readDevPublish(JSON.stringify({ ...publish, ...wrong }))).toThrow(GoJsonError);
  });

  test('the platform’s message', () => {
    const read = (message: object) => readDeviceMessage(Buffer.from(JSON.stringify(message)));
    expect(read({ method: 'report', sys: { noAsk: true }, params: {} })).toMatchObject({ noAsk: true, code: 0 });
    expect(() => read({ method: 'report', msgToken: 5 })).toThrow(GoJsonError);
    expect(() => read({ method: 'packReport', properties: {} })).toThrow(GoJsonError);
  });
});

test('news name their device, or the configurations of a protocol', () => {
  expect(readDeviceNotice(deviceKey(device))).toEqual(device);
  expect(readProtocolConfigs('[{"a":"b"}]')).toEqual([{ a: 'b' }]);
  expect(readProtocolConfigs('null')).toEqual([]);
  expect(() => readProtocolConfigs('{"code":"aliyunMqtt"}')).toThrow(GoJsonError);
  expect(() => readProtocolConfigs('[{"a":1}]')).toThrow(GoJsonError);
});

test('a device without its position ends a caller', () => {
  const whole = { deviceName: 'd', Position: {}, deviceAlias: {}, version: {}, address: {}, rssi: {} };
  expect(useDevice(whole)).toBe(whole);
  expect(() => useDevice({ ...whole, Position: null })).toThrow(/nil pointer.*Position/);
});
