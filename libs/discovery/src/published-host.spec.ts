import { isIPv4 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
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

describe('which of the machine’s addresses', () => {
  const address = (text: string, internal = false) =>
    ({ address: text, family: text.includes(':') ? 'IPv6' : 'IPv4', internal }) as NetworkInterfaceInfo;
  const published = (...eth0: NetworkInterfaceInfo[]) => publishedHost('::', undefined, { eth0 });

  test('an IPv4 one if there is any, else an IPv6 one that others may reach', () => {
    const [loopback, local, global] = [address('127.0.0.1', true), address('fe80::1'), address('fd00::7')];
    expect(published(loopback, local, global, address('10.1.2.3'))).toBe('10.1.2.3');
    expect(published(loopback, local, global)).toBe('fd00::7');
    expect(published(loopback, local)).toBe('127.0.0.1');
  });
});
