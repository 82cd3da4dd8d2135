import { Code } from '@alink/contract/codes';
import { RpcError } from '@alink/rpc/rpc-error';
import { StartError } from '@alink/runtime';
import { importThingModel } from '@alink/thing-model';
import { describeError, type Steps } from './describe-error';
import { OperatorError } from './operator-error';

const steps: Steps = {
  afterRefusal: (code, asked) => `step for ${code} of ${asked?.service}`,
  afterStranger: 'log in',
  withoutEtcd: ({ service }) => `find ${service}`,
  afterSilence: ({ service }) => `start ${service}`,
};
const tried = [{ service: 'dm.rpc', where: 'localhost:9081' }];
const described = (error: unknown, etcdTrouble?: string) => {
  const { kind, message, details } = describeError(error, { tried, etcdTrouble, steps });
  return { kind, message, ...details };
};
const gone = new RpcError(Code.system, 'no connection', { unavailable: true });

test('what is in words already stays', () => {
  const error = new OperatorError('unusable', 'no such file');
  expect(describeError(error, { tried, steps })).toBe(error);
});

test('a "no" has its code, and the step of the tool at hand', () => {
  expect(described(new RpcError(Code.notEmpty, 'p has devices'))).toEqual({
    kind: 'refused',
    message: `p has devices (${Code.notEmpty})`,
    code: Code.notEmpty,
    hint: `step for ${Code.notEmpty} of dm.rpc`,
  });
});

test('a change of what does not exist has the step of what does not exist', () => {
  expect(described(new RpcError(Code.parameter, 'device d of p does not exist'))).toMatchObject({
    code: Code.parameter,
    hint: `step for ${Code.notFound} of dm.rpc`,
  });
});

test('of a device that is not there, the platform need not say so itself', () => {
  const { message } = described(new RpcError(Code.deviceOffline, ''));
  expect(message).toBe(`the device is offline (${Code.deviceOffline})`);
  expect(described(new RpcError(Code.deviceOffline, 'the device is offline: d')).message).toBe(
    `the device is offline: d (${Code.deviceOffline})`,
  );
});

test('who does not answer is named, and where it was looked for', () => {
  expect(described(gone)).toEqual({
    kind: 'unreachable',
    message: 'dm.rpc is not reachable (tried localhost:9081)',
    hint: 'start dm.rpc',
  });
  expect(described(gone, 'does not answer')).toEqual({
    kind: 'unreachable',
    message: 'etcd does not answer (looked for localhost:9081)',
    hint: 'find dm.rpc',
  });
  const late = new RpcError(Code.system, 'late', { cause: { code: 4 } });
  expect(described(late).message).toBe('dm.rpc did not answer in time (tried localhost:9081)');
});

test('a stranger is told to say who it is', () => {
  const error = new RpcError(Code.permission, 'a token is needed', { cause: { code: 16 } });
  expect(described(error)).toMatchObject({ kind: 'refused', hint: 'log in' });
});

test('what was given and cannot be used is no refusal', () => {
  let thrown: unknown;
  try {
    importThingModel('{"properties":1}');
  } catch (error) {
    thrown = error;
  }
  expect(described(thrown)).toMatchObject({ kind: 'unusable', message: expect.stringMatching(/^thing model: /) });
  expect(described(new StartError('ETCD_HOSTS: bad'))).toEqual({ kind: 'unusable', message: 'ETCD_HOSTS: bad' });
});

test('a fault of ours says where it happened', () => {
  expect(described(new TypeError('x is not a function')).hint).toContain('describe-error.spec');
});
