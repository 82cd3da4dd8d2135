import { checkOwnCalls } from './own-calls';

test.each([
  [
    { GRPC_TOKENS_FILE: 'tokens' },
    'GRPC_TOKENS_FILE is set, and the services of this process call each other: set GRPC_TOKEN to',
  ],
  [{ GRPC_TLS_CERT_FILE: 's.crt' }, 'set GRPC_CLIENT_CA_FILE to the authority that signed it'],
  [
    { GRPC_TLS_CERT_FILE: 's.crt', GRPC_CLIENT_CA_FILE: 'ca.crt', GRPC_TLS_CLIENT_CA_FILE: 'ca.crt' },
    'set GRPC_CLIENT_CERT_FILE to a certificate of that authority',
  ],
])('%j lacks what its own callers must show', (config, message) => {
  expect(() => checkOwnCalls({ HOST: '127.0.0.1', ...config })).toThrow(message);
});

test('nothing asked needs nothing, and what is asked may be shown', () => {
  expect(() => checkOwnCalls({ HOST: '127.0.0.1' })).not.toThrow();
  expect(() => checkOwnCalls({ HOST: '0.0.0.0', GRPC_TOKENS_FILE: 'tokens', GRPC_TOKEN: 'x' })).not.toThrow();
});
