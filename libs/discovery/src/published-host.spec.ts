import { isIPv4 } from 'node:net';
import { publishedHost } from './published-host';

test('a host that names an interface is published as it is', () => {
  expect(publishedHost('10.1.2.3')).toBe('10.1.2.3');
  expect(publishedHost('127.0.0.1', '10.9.9.9')).toBe('127.0.0.1');
});

test.each(['', '0.0.0.0', '::'])('listening on every interface (%p) publishes the pod address', (host) => {
  expect(publishedHost(host, '10.9.9.9')).toBe('10.9.9.9');
});

test.each([undefined, ''])('without a pod address (%p) an IPv4 address of the machine is published', (podIp) => {
  const host = publishedHost('0.0.0.0', podIp);
  expect(isIPv4(host)).toBe(true);
  expect(host).not.toBe('0.0.0.0');
});
