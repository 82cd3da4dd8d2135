import { hostPort, parseHostPort } from './host-port';

test.each([
  ['10.0.0.1', 9081, '10.0.0.1:9081'],
  ['dm.example', 9081, 'dm.example:9081'],
  ['::1', 9081, '[::1]:9081'],
  ['[::1]', 9081, '[::1]:9081'],
  ['fd00:10:244::7', 0, '[fd00:10:244::7]:0'],
  ['fe80::1%eth0', 1, '[fe80::1%eth0]:1'],
])('%s and %d are %s', (host, port, text) => {
  expect(hostPort(host, port)).toBe(text);
  expect(parseHostPort(text)).toEqual({ host: host.replace(/^\[|\]$/g, ''), port });
});

test.each(['', 'host', ':1', 'host:', '::1:9081', 'host:65536', '[::1]', '[nonsense]:1', 'http://host:1', 'a@b:1'])(
  '%p is no address',
  (text) => expect(parseHostPort(text)).toBeUndefined(),
);
