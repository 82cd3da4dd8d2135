import { seededRandom } from '@alink/testing';
import { WebSocketFrames } from './websocket-frames';

const frame = (bytes: number, isMasked = true): Buffer => {
  const head = Buffer.alloc(10);
  head[0] = 0x82;
  const mask = isMasked ? 0x80 : 0;
  let length = 2;
  if (bytes < 126) head[1] = mask | bytes;
  else if (bytes < 65_536) {
    head[1] = mask | 126;
    length += head.writeUInt16BE(bytes, 2) - 2;
  } else {
    head[1] = mask | 127;
    length = head.writeBigUInt64BE(BigInt(bytes), 2);
  }
  return Buffer.concat([head.subarray(0, length), Buffer.alloc((isMasked ? 4 : 0) + bytes, 0xff)]);
};

test.each([0, 1, 125, 126, 65_535, 65_536])('frames of %d bytes', (bytes) => {
  const frames = new WebSocketFrames();
  expect(frames.begunIn(Buffer.concat([frame(bytes), frame(bytes), frame(bytes, false)]))).toBe(3);
  expect(frames.begunIn(frame(0))).toBe(1);
});

test('in whatever pieces they come', () => {
  const random = seededRandom(5);
  const sizes = Array.from({ length: 200 }, () => random.pick([0, 0, 1, 60, 125, 126, 300, 65_536]));
  const bytes = Buffer.concat(sizes.map((size) => frame(size, random.int(0, 1) === 1)));
  const frames = new WebSocketFrames();
  let begun = 0;
  for (let at = 0; at < bytes.length;) {
    const to = at + random.int(1, random.pick([3, 50_000]));
    begun += frames.begunIn(bytes.subarray(at, to));
    at = to;
  }
  expect(begun).toBe(sizes.length);
});
