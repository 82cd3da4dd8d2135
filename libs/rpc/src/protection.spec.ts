import { StartError, type GrpcClientConfig, type GrpcServerConfig } from '@alink/runtime';
import { expectService, isLoopback, rpcClientSettings, rpcServerSettings } from './protection';

const files = { GRPC_TLS_CERT_FILE: 's.crt', GRPC_TLS_KEY_FILE: 's.key' };

describe('rpcServerSettings', () => {
  test.each<[string, GrpcServerConfig]>([
    ['loopback', { HOST: '127.0.0.1' }],
    ['loopback by name', { HOST: 'localhost' }],
    ['loopback of IPv6', { HOST: '::1' }],
    ['gRPC on loopback while MQTT is public', { HOST: '0.0.0.0', GRPC_HOST: '127.0.0.1' }],
    ['tokens', { HOST: '0.0.0.0', GRPC_TOKENS_FILE: 'tokens' }],
    ['client certificates', { HOST: '0.0.0.0', ...files, GRPC_TLS_CLIENT_CA_FILE: 'ca.crt' }],
    ['told by name', { HOST: '0.0.0.0', ALLOW_INSECURE_GRPC: true }],
  ])('accepts %s', (_what, config) => {
    expect(rpcServerSettings(config).host).toBe(config.GRPC_HOST ?? config.HOST);
  });

  test.each<[string, GrpcServerConfig]>([
    ['all addresses', { HOST: '0.0.0.0' }],
    ['all addresses of IPv6', { HOST: '::' }],
    ['one address', { HOST: '10.0.0.7' }],
    ['a name that could be anything', { HOST: 'myhost' }],
    ['gRPC made public', { HOST: '127.0.0.1', GRPC_HOST: '0.0.0.0' }],
    ['encryption alone', { HOST: '0.0.0.0', ...files }],
    ['a switch that is off', { HOST: '0.0.0.0', ALLOW_INSECURE_GRPC: false }],
  ])('refuses %s, naming the choices', (_what, config) => {
    expect(() => rpcServerSettings(config)).toThrow(StartError);
    expect(() => rpcServerSettings(config)).toThrow(
      /GRPC_HOST=127\.0\.0\.1.*GRPC_TOKENS_FILE.*GRPC_TLS_CLIENT_CA_FILE.*ALLOW_INSECURE_GRPC=on/,
    );
  });

  test.each<[GrpcServerConfig, string]>([
    [{ HOST: '::1', GRPC_TLS_CERT_FILE: 's.crt' }, 'GRPC_TLS_CERT_FILE and GRPC_TLS_KEY_FILE must be set together'],
    [{ HOST: '::1', GRPC_TLS_KEY_FILE: 's.key' }, 'GRPC_TLS_CERT_FILE and GRPC_TLS_KEY_FILE must be set together'],
    [{ HOST: '::1', GRPC_TLS_CLIENT_CA_FILE: 'ca.crt' }, 'GRPC_TLS_CLIENT_CA_FILE needs GRPC_TLS_CERT_FILE'],
  ])('refuses half of what belongs together: %j', (config, message) => {
    expect(() => rpcServerSettings(config)).toThrow(message);
  });
});

describe('rpcClientSettings', () => {
  test('nothing set is nothing shown', () => {
    expect(rpcClientSettings({})).toEqual({});
  });

  test.each<[GrpcClientConfig, string]>([
    [{ GRPC_CLIENT_CERT_FILE: 'c.crt' }, 'must be set together'],
    [{ GRPC_CLIENT_CERT_FILE: 'c.crt', GRPC_CLIENT_KEY_FILE: 'c.key' }, 'needs GRPC_CLIENT_CA_FILE'],
    [{ GRPC_TOKEN: 'grüße-token-of-somebody' }, 'GRPC_TOKEN must consist of visible ASCII characters'],
  ])('refuses what cannot be used, without showing it: %#', (config, message) => {
    expect(() => rpcClientSettings(config)).toThrow(message);
    expect(() => rpcClientSettings(config)).not.toThrow(/somebody/);
  });

  test('a service found in the registry is expected under its own name unless another is given', () => {
    expect(expectService({ tls: { caFile: 'ca' } }, 'dm.rpc').tls).toEqual({ caFile: 'ca', serverName: 'dm.rpc' });
    expect(expectService({ tls: { caFile: 'ca', serverName: 'x' } }, 'dm.rpc').tls?.serverName).toBe('x');
    expect(expectService({ token: 't' }, 'dm.rpc')).toEqual({ token: 't' });
  });
});

test.each([
  ['127.8.9.1', true],
  ['LOCALHOST', true],
  ['0.0.0.0', false],
  ['128.0.0.1', false],
  ['127.0.0.1.example.com', false],
  ['localhost.example.com', false],
  ['', false],
])('isLoopback(%j) is %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
