import { ProtocolFault } from '../link/protocol-fault';
import { FrameRules } from './frame-rules';

const judged = (rules: FrameRules, bytes: Buffer): number | string => {
  const verdict = rules.judge(bytes[0]!, bytes.subarray(1));
  return verdict instanceof ProtocolFault ? verdict.message : verdict;
};
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

test.each([
  ['DISCONNECT', hex('e000'), /^the client sent DISCONNECT before CONNECT; .*close the socket/],
  ['PINGREQ', hex('c000'), /^the client sent PINGREQ before CONNECT/],
  ['CONNECT with flag bits', hex('120c'), /^the client sent CONNECT with wrong flag bits \(first byte 0x12\); .*0x10$/],
  ['AT text', Buffer.from('AT+CIPSEND=32\r\n'), /text before CONNECT: "AT\+CIPSEND=32\\r\\n"; .*transparent mode/],
  ['one character', Buffer.from('A'), /text before CONNECT: "A"/],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n'), /text before CONNECT: "GET .*; this port speaks MQTT/],
  ['nothing of MQTT', hex('00ff00'), /^the client sent the byte 0x0 before CONNECT/],
])('%s before CONNECT is named', (_name, bytes, words) => {
  expect(judged(new FrameRules(), bytes)).toMatch(words);
});

describe('after CONNECT', () => {
  const connected = (): FrameRules => {
    const rules = new FrameRules();
    expect(judged(rules, hex('10'))).toBe(0x10);
    return rules;
  };

  test.each(['30', '31', '32', '3d', '40', '50', '62', '70', '82', 'a2', 'c0', 'e0'])('0x%s may come', (byte) => {
    expect(judged(connected(), hex(byte))).toBe(parseInt(byte, 16));
  });

  test('UNSUBSCRIBE without its flag bits is meant as one', () => {
    expect(judged(connected(), hex('a0'))).toBe(0xa2);
  });

  test.each([
    ['10', /^the client sent a second CONNECT on one connection; .*wait for the CONNACK/],
    ['36', /PUBLISH with wrong flag bits \(first byte 0x36\); set its QoS/],
    ['80', /SUBSCRIBE with wrong flag bits \(first byte 0x80\); begin SUBSCRIBE with 0x82/],
    ['a4', /UNSUBSCRIBE with wrong flag bits .*0xa2/],
    ['60', /PUBREL with wrong flag bits .*0x62/],
    ['c1', /PINGREQ with wrong flag bits .*0xc0/],
    ['20', /CONNACK, which no client sends/],
    ['f0', /a packet of type 15, which no client sends/],
    ['00', /a packet of type 0, which no client sends/],
  ])('0x%s ends the connection, and says why', (byte, words) => {
    expect(judged(connected(), hex(byte))).toMatch(words);
  });
});
