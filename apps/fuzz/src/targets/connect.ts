/** What comes over a device's connection: MQTT frames as aedes parses them behind the frame guard, and the CONNECT inside. */
import { FrameScanner, readAttempt } from '@alink/app-protocol-aliyun-mqtt/parsers';
import { deviceCredentials } from '@alink/signing';
import { isDeepStrictEqual } from 'node:util';
import mqtt, { type Packet } from 'mqtt-packet';
import { fuzzTarget, promise } from '../fuzz-target';

/** Bytes of a frame body that the guard lets pass; small, so that what it stops is met often. */
const MAX_FRAME_BYTES = 4096;
/** Bytes of a fixed header: one for the type, four for the length. */
const MAX_HEADER_BYTES = 5;

const credentials = deviceCredentials({
  productKey: 'a1X',
  deviceName: 'd1',
  deviceSecret: 'testsecret001',
  timestamp: 1,
});
const connect: Packet = {
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
  ...credentials,
  password: Buffer.from(credentials.password),
};
const packets: Packet[] = [
  connect,
  { ...connect, protocolId: 'MQIsdp', protocolVersion: 3 },
  { ...connect, protocolVersion: 5, properties: { sessionExpiryInterval: 9, userProperties: { a: 'b' } } },
  { ...connect, will: { topic: 'w', payload: Buffer.from('x'), qos: 1, retain: true } },
  { ...connect, clientId: '.|securemode=2|', username: undefined, password: undefined },
  {
    cmd: 'publish',
    topic: '/sys/a1X/d1/thing/event/property/post',
    payload: '{}',
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
  },
  { cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: '/sys/a1X/d1/#', qos: 1 }] },
  { cmd: 'unsubscribe', messageId: 3, unsubscriptions: ['a'] },
  { cmd: 'puback', messageId: 4 },
  { cmd: 'pubrel', messageId: 5 },
  { cmd: 'pingreq' },
  { cmd: 'disconnect' },
];

interface Parsed {
  readonly packets: readonly Packet[];
  readonly fault: string | undefined;
}

/** Feeds pieces to the guard and the parser, as one connection does, until one of them ends it. */
const parse = (pieces: readonly Buffer[]): Parsed => {
  const scanner = new FrameScanner(MAX_FRAME_BYTES);
  const parser = mqtt.parser();
  const packets: Packet[] = [];
  let fault: string | undefined;
  parser.on('packet', (packet) => packets.push(packet));
  parser.on('error', (error: Error) => (fault ??= error.message));
  for (const piece of pieces) {
    fault ??= scanner.push(piece)?.fault.message;
    if (fault) break;
    const waiting = parser.parse(piece);
    promise(fault !== undefined || waiting <= MAX_FRAME_BYTES + MAX_HEADER_BYTES, 'at most one frame is buffered');
  }
  return { packets, fault };
};

const inPieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));

/** Reads a CONNECT as the node does. */
const readConnect = (packet: Packet): string => {
  if (packet.cmd !== 'connect') return packet.cmd;
  const { clientId, identity, username, password } = readAttempt({
    clientId: packet.clientId,
    username: packet.username ?? '',
    password: packet.password?.toString() ?? '',
    keepalive: packet.keepalive ?? 0,
    address: '127.0.0.1:1',
    secure: false,
  });
  promise(
    typeof clientId.raw === 'string' && typeof username === 'string' && typeof password === 'string',
    'a CONNECT is made of texts',
  );
  promise(
    clientId.raw.length + username.length + password.length <= MAX_FRAME_BYTES,
    'a CONNECT is no longer than its frame',
  );
  return `connect${packet.protocolVersion} ${identity !== undefined} ${clientId.hasParams} ${clientId.problem?.slice(0, 12)}`;
};

export const connectTarget = fuzzTarget<{ bytes: Uint8Array }>({
  name: 'connect',
  seeds: [...packets, ...packets].map((packet, n) => ({
    bytes: n < packets.length ? mqtt.generate(packet) : Buffer.concat([mqtt.generate(connect), mqtt.generate(packet)]),
  })),
  words: ['MQTT', 'MQIsdp', '\u0000\u0004MQTT\u0004', '\u0010', '0', '\u0000\u0000', '|securemode=3|', 'd1&a1X'],
  check: ({ bytes }) => {
    const buffer = Buffer.from(bytes);
    const whole = parse([buffer]);
    const read = whole.packets.map(readConnect);
    // The same login, however the network cuts it. (Of other packets that are too short the parser reads what is missing
    // from whatever stands behind them, so those are not compared.)
    const login = whole.packets[0];
    for (const size of login?.cmd === 'connect' ? [1, 7] : []) {
      promise(
        isDeepStrictEqual({ ...parse(inPieces(buffer, size)).packets[0] }, { ...login }),
        'pieces give the same login',
      );
    }
    return `${read.slice(0, 3).join()} ${whole.fault?.replace(/\d+/g, '#')}`;
  },
});
