import { readProxyHeader } from './proxy-header';

const v2 = (rest: string): Buffer => Buffer.from(`0d0a0d0a000d0a515549540a${rest.replaceAll(' ', '')}`, 'hex');

const complete: [string, Buffer, string | undefined, number | undefined][] = [
  ['version 1, IPv4', Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.1 56324 1883\r\n'), '192.0.2.1', 56_324],
  ['version 1, IPv6', Buffer.from('PROXY TCP6 2001:db8::1 2001:db8::2 1 1883\r\n'), '2001:db8::1', 1],
  ['version 1, unknown', Buffer.from('PROXY UNKNOWN\r\n'), undefined, undefined],
  ['version 2, IPv4', v2('21 11 000c c0000201 c6336401 dc04 075b'), '192.0.2.1', 56_324],
  [
    'version 2, IPv4 and extensions',
    v2('21 11 0013 c0000201 c6336401 dc04 075b 04 0004 00000000'),
    '192.0.2.1',
    56_324,
  ],
  [
    'version 2, IPv6',
    v2('21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 dc04 075b'),
    '2001:db8::1',
    56_324,
  ],
  [
    'version 1, IPv4 in IPv6',
    Buffer.from('PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.1 56324 1883\r\n'),
    '192.0.2.1',
    56_324,
  ],
  [
    'version 2, IPv4 in IPv6',
    v2('21 21 0024 00000000000000000000ffffc0000201 00000000000000000000ffffc6336401 dc04 075b'),
    '192.0.2.1',
    56_324,
  ],
  ['version 2, of the proxy itself', v2('20 00 0000'), undefined, undefined],
  ['version 2, a socket file', v2(`21 31 00d8 ${'2f'.repeat(216)}`), undefined, undefined],
];

describe.each(complete)('%s', (_name, header, address, port) => {
  const value = address === undefined ? undefined : { address, port };

  test('is read, and what follows is left', () => {
    expect(readProxyHeader(Buffer.concat([header, Buffer.from('\x10\x0cMQTT')]))).toEqual({
      value,
      taken: header.length,
    });
  });

  test('is waited for to its last byte', () => {
    for (let length = 0; length < header.length; length++) {
      expect(readProxyHeader(header.subarray(0, length))).toBeUndefined();
    }
    expect(readProxyHeader(header)).toEqual({ value, taken: header.length });
  });
});

describe('no header', () => {
  test.each<[string, Buffer]>([
    ['MQTT', Buffer.from('\x10\x0c')],
    ['another case', Buffer.from('proxy ')],
    ['version 1 without end', Buffer.from(`PROXY TCP4 ${'1'.repeat(107)}`)],
    ['version 2, too long', v2('21 11 ffff')],
    // Found by fuzzing: what the library throws is no Error.
    ['version 1, empty', Buffer.from('PROXY \r\n')],
    ['version 2, an unknown family', v2('21 f1 0000')],
    ['version 2, shorter than its addresses', v2('21 11 0001 00')],
    // Found by fuzzing: any text passed for an address.
    ['version 1, a name', Buffer.from('PROXY TCP4 \x1b[2J evil 1 1\r\n')],
    ['version 1, no port', Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 65536 1\r\n')],
    ['version 3 of the proxy itself', v2('30 00 0000')],
  ])('%s', (_name, bytes) => {
    let thrown: unknown;
    try {
      readProxyHeader(bytes);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expect((thrown as Error).message).toMatch(/^[\x20-\x7e]+PROXY header[\x20-\x7e]*$/);
  });
});
