/** PROXY headers, versions 1 and 2, at the start of a connection from a named proxy. */
import { readProxyHeader } from '@alink/app-protocol-aliyun-mqtt/parsers';
import { isIP } from 'node:net';
import { fuzzTarget, promise } from '../fuzz-target';

/** Bytes beyond which a header cannot be unfinished: the fixed part and the longest tail that is read. */
const MAX_HEADER_BYTES = 16 + 2048;
/** Lengths of prefixes that are tried: around the ends of signatures, fixed parts and addresses. */
const PREFIXES = [1, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17, 27, 28, 29, 51, 52, 53, 106, 107, 108, 231, 232, 233];

type Answer = ReturnType<typeof readProxyHeader> | Error;

const read = (bytes: Buffer): Answer => {
  try {
    return readProxyHeader(bytes);
  } catch (error) {
    promise(error instanceof Error, 'what is thrown is an Error');
    if (error.message.startsWith('broken promise')) throw error;
    promise(/^[\x20-\x7e]{1,100}$/.test(error.message), 'a refusal is one short line');
    return error;
  }
};

const describe = (answer: Answer): string =>
  answer instanceof Error
    ? answer.message
    : answer === undefined
      ? 'more'
      : answer.value
        ? `v${isIP(answer.value.address)}`
        : 'local';

const same = (left: Answer, right: Answer): boolean =>
  left instanceof Error ? right instanceof Error : JSON.stringify(left) === JSON.stringify(right);

const signature = '0d0a0d0a000d0a515549540a';
const fromHex = (rest: string): Buffer => Buffer.from(signature + rest.replaceAll(' ', ''), 'hex');
const headers = [
  Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.1 56324 1883\r\n\x10\x0c'),
  Buffer.from('PROXY TCP6 2001:db8::1 2001:db8::2 56324 1883\r\n'),
  Buffer.from('PROXY UNKNOWN\r\n'),
  fromHex('21 11 000c c0000201 c6336401 dc04 075b 10 0c'),
  fromHex('21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 dc04 075b'),
  fromHex('20 00 0000'),
  fromHex('21 11 0013 c0000201 c6336401 dc04 075b 04 0004 00000000'),
  fromHex(`21 31 00d8 ${'2f'.repeat(216)}`),
];

export const proxyHeaderTarget = fuzzTarget<{ bytes: Uint8Array }>({
  name: 'proxy-header',
  seeds: headers.map((bytes) => ({ bytes })),
  words: [
    'PROXY ',
    'TCP4 ',
    'TCP6 ',
    'UNKNOWN',
    '\r\n',
    '192.0.2.1',
    '::1',
    ' 1883',
    '\r\n\r\n\0\r\nQUIT\n',
    '!',
    '\u0011',
    '\0\u000c',
  ],
  check: ({ bytes }) => {
    const buffer = Buffer.from(bytes);
    const whole = read(buffer);
    if (whole !== undefined && !(whole instanceof Error)) {
      promise(whole.taken > 0 && whole.taken <= buffer.length, 'a header ends within what has come');
      const { value } = whole;
      promise(!value || isIP(value.address) !== 0, 'a source is an address');
      promise(
        !value || (Number.isInteger(value.port) && value.port >= 0 && value.port <= 65_535),
        'a source has a port',
      );
    }
    promise(whole !== undefined || buffer.length < MAX_HEADER_BYTES, 'a header is not waited for without end');
    // A decision stands, whatever comes after.
    let decided: Answer;
    for (const length of PREFIXES.filter((length) => length < buffer.length)) {
      const answer = read(buffer.subarray(0, length));
      if (decided === undefined) decided = answer;
      else promise(same(answer, decided), 'a decision stands when more bytes come');
    }
    if (decided !== undefined) promise(same(whole, decided), 'a decision stands to the end');
    return describe(whole);
  },
});
