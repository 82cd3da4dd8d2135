import { generate } from 'mqtt-packet';
import { PacketSplitter, PacketType } from './packet-splitter';

/** Type and bytes of every packet that a splitter finds in these pieces. */
const found = (pieces: readonly Buffer[]): [number, string][] => {
  const packets: [number, string][] = [];
  const splitter = new PacketSplitter(({ type, bytes, body, end }) =>
    packets.push([type, bytes.subarray(body, end).toString('latin1')]),
  );
  for (const piece of pieces) splitter.push(piece);
  return packets;
};

const publish = (payload: string): Buffer =>
  generate({ cmd: 'publish', topic: 't', payload, qos: 0, dup: false, retain: false });

const LONG = 'x'.repeat(20_000);
const stream = Buffer.concat([
  generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }),
  generate({ cmd: 'puback', messageId: 258 }),
  publish(LONG),
  generate({ cmd: 'pingresp' }),
  publish('y'),
]);
const expected = [
  [PacketType.connack, '\x00\x00'],
  [PacketType.puback, '\x01\x02'],
  [PacketType.publish, `\x00\x01t${LONG}`],
  [13, ''],
  [PacketType.publish, '\x00\x01ty'],
];

test('packets in one piece', () => {
  expect(found([stream])).toEqual(expected);
});

test.each([1, 2, 3, 5, 1000])('packets in pieces of %d bytes', (size) => {
  const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, n) =>
    stream.subarray(n * size, (n + 1) * size),
  );
  expect(found(pieces)).toEqual(expected);
});

test('what it keeps is its own: the buffer may be filled again', () => {
  const buffer = Buffer.from(publish('abc'));
  const packets: string[] = [];
  const splitter = new PacketSplitter(({ bytes, body, end }) => packets.push(bytes.toString('latin1', body, end)));
  const whole = Buffer.from(buffer);
  splitter.push(buffer.subarray(0, 5));
  buffer.fill(0);
  splitter.push(whole.subarray(5));
  expect(packets).toEqual(['\x00\x01tabc']);
});

test('a length of five bytes is none', () => {
  expect(() => found([Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1])])).toThrow(RangeError);
});
