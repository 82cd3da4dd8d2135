import { tlsFault } from './tls-fault';

const error = (message: string, code?: string, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), code === undefined ? {} : { code });

test.each([
  [
    error('self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN'),
    'its certificate is not trusted',
  ],
  // grpc-js keeps the words alone.
  [
    error('14 UNAVAILABLE: No connection established. Last error: Error: unable to verify the first certificate.'),
    'its certificate is not trusted',
  ],
  [error('x', 'CERT_HAS_EXPIRED'), 'its certificate has expired'],
  [
    error("Hostname/IP does not match certificate's altnames: Host: etcd. is not in the cert's altnames: DNS:db"),
    'its certificate is for another name',
  ],
  [error('outer', undefined, error('x', 'ERR_TLS_CERT_ALTNAME_INVALID')), 'its certificate is for another name'],
  [
    error('...:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:...:SSL alert number 116'),
    'it does not take our client certificate, or wants one',
  ],
  [error('...:SSL routines:ssl3_get_record:wrong version number:...'), 'it does not speak TLS there'],
])('%s: %s', (thrown, words) => expect(tlsFault(thrown)).toBe(words));

test.each([error('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'), undefined, 'text', null])(
  '%p is not about TLS',
  (thrown) => expect(tlsFault(thrown)).toBeUndefined(),
);

test('a chain that closes a circle ends', () => {
  const first = error('a');
  first.cause = error('b', undefined, first);
  expect(tlsFault(first)).toBeUndefined();
});
