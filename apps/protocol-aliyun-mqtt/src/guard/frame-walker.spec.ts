import { generate, type Packet } from 'mqtt-packet';
import { seededRandom } from '@alink/testing';
import { FrameWalker } from './frame-walker';

const limits = { maxFirstBytes: 1000, maxFilters: 10 };
const filters = (count: number): string[] => Array.from({ length: count }, (_, n) => `/a/${'b'.repeat(n * 7)}`);
const subscribe = (count: number): Packet => ({
  cmd: 'subscribe',
  messageId: 1,
  subscriptions: filters(count).map((topic) => ({ topic, qos: 1 })),
});
/** The shortest frame of price one. */
const PUBACK = generate({ cmd: 'puback', messageId: 1 });
const publish = (bytes: number): Packet => ({
  cmd: 'publish',
  topic: 't',
  payload: Buffer.alloc(bytes),
  qos: 0,
  dup: false,
  retain: false,
});

/** What the bytes cost in all, when they come in pieces of these sizes. */
const priceOf = (bytes: Buffer, size: () => number): number => {
  const walker = new FrameWalker(limits);
  let price = 0;
  for (let at = 0; at < bytes.length;) {
    at += walker.walk(bytes.subarray(at, at + size()), Infinity);
    price += walker.price;
  }
  expect(walker.fault).toBeUndefined();
  return price;
};

test('a frame costs one, a PINGREQ ten, and each filter one more, in whatever pieces they come', () => {
  const packets: Packet[] = [
    { cmd: 'pingreq' },
    publish(0),
    subscribe(10),
    publish(70_000),
    { cmd: 'unsubscribe', messageId: 2, unsubscriptions: filters(4) },
    { cmd: 'puback', messageId: 1 },
  ];
  const bytes = Buffer.concat(packets.map((packet) => generate(packet)));
  expect(priceOf(bytes, () => Infinity)).toBe(15 + 14);
  const random = seededRandom(16);
  for (let n = 0; n < 20; n++) expect(priceOf(bytes, () => 1 + Math.floor(random.next() * 9))).toBe(29);
});

test('it stops before the frame that is too many for now, and goes on there', () => {
  const walker = new FrameWalker(limits);
  const frames = Buffer.alloc(40, PUBACK);
  expect(walker.walk(frames, 3)).toBe(12);
  expect(walker.price).toBe(3);
  expect(walker.walk(frames.subarray(12), Infinity)).toBe(28);
  expect(walker.price).toBe(7);
});

test.each([
  ['a first frame of too many bytes', publish(1001), 'the client sent a CONNECT of more than 1000 bytes'],
  ['too many filters', subscribe(11), 'the client sent a SUBSCRIBE of more than 10 filters'],
  [
    'too many filters to take back',
    { cmd: 'unsubscribe', messageId: 1, unsubscriptions: filters(11) } as Packet,
    'the client sent a UNSUBSCRIBE of more than 10 filters',
  ],
])('%s is a fault', (_what, packet, fault) => {
  const walker = new FrameWalker(limits);
  walker.walk(generate(packet), Infinity);
  expect(walker.fault).toMatchObject({ name: 'ProtocolFault', did: fault });
});

test('lists of filters that are torn or lie about their lengths end with their frame', () => {
  const walker = new FrameWalker(limits);
  // The first filter says that it has 65,535 bytes; its frame has three more.
  const lying = Buffer.from([0x82, 7, 0, 1, 0xff, 0xff, 1, 2, 3]);
  walker.walk(Buffer.concat([lying, PUBACK]), Infinity);
  expect(walker).toMatchObject({ price: 3, fault: undefined });
});
