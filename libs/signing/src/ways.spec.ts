import { parseClientId } from './client-id';
import type { Signer } from './logins';
import { loginOf, type Way } from './ways';

const signer: Signer = {
  productKey: 'pk',
  deviceName: 'dev001',
  signMethod: 'hmacsha1',
  now: 1,
  extra: { _ss: '1', ext: '1' },
};

const ways: readonly (readonly [Way, string, string | undefined])[] = [
  [{ mode: 'secret', deviceSecret: 's' }, '2', '1'],
  [{ mode: 'auto', productSecret: 'p' }, '-2', '1'],
  [{ mode: 'register', productSecret: 'p' }, '2', undefined],
  [{ mode: 'regnwl', productSecret: 'p' }, '-2', undefined],
  [{ mode: 'connwl', clientId: 'c', deviceToken: 't' }, '-2', '1'],
  [{ mode: 'iotToken', iotId: 'i', iotToken: 't' }, '-1', undefined],
  [{ mode: 'x509' }, '2', '1'],
];

test.each(ways)('%j', (way, securemode, unasked) => {
  const { clientId } = loginOf(way, signer, true);
  const { params, problem } = parseClientId(clientId);
  expect(problem).toBeUndefined();
  expect(params.get('securemode')).toBe(securemode);
  // Those that fetch credentials, and those whose names come from elsewhere, have no further parameters.
  expect(params.get('_ss')).toBe(unasked);
});
