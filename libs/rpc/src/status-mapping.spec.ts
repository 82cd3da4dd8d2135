import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { RpcError } from './rpc-error';
import { fromServiceError, toStatus } from './status-mapping';

const serviceError = (code: status, details: string): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata: new Metadata() });

describe('toStatus', () => {
  test.each([
    [100006, status.UNKNOWN],
    [100009, status.UNKNOWN],
    [2000003, status.UNKNOWN],
    [100025, status.ABORTED],
    [100024, status.FAILED_PRECONDITION],
  ])('code %i travels as status %i with JSON in its message', (code, expected) => {
    expect(toStatus(new RpcError(code, 'words', { details: ['more'] }))).toEqual({
      code: expected,
      details: `{"code":${code},"msg":"words","details":["more"]}`,
    });
  });

  test('the cause stays here and a long message is cut', () => {
    const { details } = toStatus(new RpcError(100007, 'x'.repeat(5000), { cause: new Error('inner words') }));
    expect(details).not.toContain('inner words');
    expect(details.length).toBeLessThan(1100);
  });
});

describe('fromServiceError', () => {
  const read = (code: status, details: string) => fromServiceError(serviceError(code, details), '/dm.X/y', 'dm.rpc');

  test('JSON in the message gives code, words and details back', () => {
    expect(read(status.UNKNOWN, '{"code":100009,"msg":"no such device","details":["name",1]}')).toMatchObject({
      code: 100009,
      message: 'no such device',
      details: ['name', '1'],
      unavailable: false,
    });
    expect(read(status.UNKNOWN, '{"code":100010}')).toMatchObject({ code: 100010, message: '', details: [] });
  });

  test.each([
    [status.UNAVAILABLE, 'No connection', 100007, true],
    [status.DEADLINE_EXCEEDED, 'Deadline exceeded', 100016, false],
    [status.UNIMPLEMENTED, 'unknown method', 100018, false],
    [status.INVALID_ARGUMENT, 'bad', 100006, false],
    [status.UNKNOWN, 'plain words', 100007, false],
    [status.UNKNOWN, '{"code":"x"}', 100007, false],
    [status.UNKNOWN, '{broken', 100007, false],
  ])('status %i "%s" is code %i', (code, details, expected, unavailable) => {
    const error = read(code, details);
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ code: expected, unavailable });
    expect(error.cause).toMatchObject({ details });
  });
});
