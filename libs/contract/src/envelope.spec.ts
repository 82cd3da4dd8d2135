import { newSpanContext } from './span-context';
import { decodeEnvelope, encodeEnvelope, isKeptCopy } from './envelope';

/** A span context that Go's OpenTelemetry takes: `TraceIDFromHex` refuses other lengths and zeros. */
const SPAN: unknown = expect.stringMatching(
  /^\{"TraceID":"(?!0{32})[0-9a-f]{32}","SpanID":"(?!0{16})[0-9a-f]{16}","TraceFlags":"01","TraceState":"","Remote":false\}$/,
);

describe('envelope', () => {
  test('is the JSON that the platform’s other services read', () => {
    const body = encodeEnvelope('{"a":"ü\\n\u2028"}', 1778593628940);
    expect(JSON.parse(body)).toEqual({ trace: SPAN, timestamp: 1778593628940, data: '{"a":"ü\\n\u2028"}' });
    expect(JSON.parse(encodeEnvelope('x', 1, { user: { TenantCode: 't', ProjectID: '12' } }))).toEqual({
      trace: SPAN,
      timestamp: 1,
      data: 'x',
      userCtx: { TenantCode: 't', ProjectID: '12' },
    });
  });

  test('comes back as it was', () => {
    const user = { UserID: '740358923100', IsAdmin: true };
    expect(decodeEnvelope(encodeEnvelope('hello', 5, { user }))).toEqual({
      trace: SPAN,
      timestamp: 5,
      data: 'hello',
      userCtx: user,
    });
    expect(decodeEnvelope(encodeEnvelope('', 0))).toEqual({ trace: SPAN, timestamp: 0, data: '', userCtx: undefined });
  });

  test('begins a trace of its own, or goes on with the one that it is given', () => {
    const traces = Array.from({ length: 100 }, () => decodeEnvelope(encodeEnvelope('x', 1)).trace);
    expect(new Set(traces).size).toBe(100);
    const trace = newSpanContext();
    expect(decodeEnvelope(encodeEnvelope('x', 1, { trace }))).toMatchObject({ trace });
  });

  test('of a copy says so, whoever asked for it', () => {
    const user = { UserID: '1' };
    for (const options of [{ kept: true }, { kept: true, user }]) {
      const body = encodeEnvelope('{}', 5, options);
      expect(JSON.parse(body)).toMatchObject({ data: '{}', kept: true });
      expect(isKeptCopy(Buffer.from(body))).toBe(true);
      expect(decodeEnvelope(body)).toMatchObject({ data: '{}', timestamp: 5 });
    }
  });

  test.each([
    encodeEnvelope(',"kept":true}', 5),
    encodeEnvelope('{}', 5, { user: { a: 1, kept: true } }),
    encodeEnvelope('{}', 5, { kept: false }),
    '',
    '}',
  ])('%s is no copy', (body) => {
    expect(isKeptCopy(Buffer.from(body))).toBe(false);
  });

  test('from elsewhere carries its span, and may lack what is optional', () => {
    const trace = '{"TraceID":"0af7651916cd43dd8448eb211c80319c","SpanID":"b7ad6b7169203331"}';
    expect(decodeEnvelope(JSON.stringify({ trace, timestamp: 7, data: '{}' }))).toMatchObject({ trace, timestamp: 7 });
    expect(decodeEnvelope('{"data":"x"}')).toMatchObject({ trace: '', timestamp: 0, data: 'x' });
  });

  test('of unitedrhino that says nothing has no data at all', () => {
    const trace = '{"TraceID":"0af7651916cd43dd8448eb211c80319c","SpanID":"b7ad6b7169203331"}';
    expect(decodeEnvelope(JSON.stringify({ trace, timestamp: 7 }))).toEqual({ trace, timestamp: 7, data: '' });
  });

  test.each([
    ['{"data":"","userCtx":0}', 0],
    ['{"data":"","userCtx":[]}', 0],
    ['{"data":"","timestamp":1e999}', 0],
    ['{"data":"","timestamp":"7"}', 7],
    ['{"data":"","timestamp":{"valueOf":1,"toString":1}}', 0],
    [`{"data":"","timestamp":${'['.repeat(6000)}${']'.repeat(6000)}}`, 0],
  ])('%.40s has no user and a time (found by fuzzing)', (body, timestamp) => {
    expect(decodeEnvelope(body)).toEqual({ trace: '', timestamp, data: '', userCtx: undefined });
  });

  test.each([
    '',
    '{',
    'null',
    '1',
    '"x"',
    '[]',
    '{}',
    '{"timestamp":7}',
    '{"data":null}',
    '{"trace":"","data":null}',
    '{"data":{"a":1}}',
  ])('%j is none', (body) => {
    expect(() => decodeEnvelope(body)).toThrow(/JSON|envelope/);
  });
});
