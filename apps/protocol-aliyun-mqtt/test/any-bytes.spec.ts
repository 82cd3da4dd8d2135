/**
 * Whatever bytes come in, on whatever port and in whatever state, the node answers or closes; it never throws past
 * its handlers and never grows beyond its bounds. Seeds are fixed, so what fails fails again; FUZZ_SEED tries others, and
 * FUZZ_CONNECTIONS more of them.
 */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { generate, type Packet } from 'mqtt-packet';
import { systemClock } from '@alink/runtime';
import { eventually, seededRandom, type SeededRandom } from '@alink/testing';
import { limits } from '../src/limits';
import { PRODUCT_KEY, startDeviceNode, type DeviceNode } from './device-node';

// Keys of the development CA take seconds on a busy machine.
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_122);
/** Connections of each kind. */
const CONNECTIONS = Number(process.env['FUZZ_CONNECTIONS'] ?? 150);
/** Connections at a time. */
const AT_ONCE = 25;
const DEVICES = 10;

let node: DeviceNode;
const escaped: unknown[] = [];
const onEscaped = (error: unknown): void => void escaped.push(error);
beforeAll(async () => {
  process.on('uncaughtException', onEscaped);
  process.on('unhandledRejection', onEscaped);
  // With limits that these floods reach.
  node = await startDeviceNode(
    { UPLINKS_PER_SECOND_PER_DEVICE: 20, UPLINK_BYTES_PER_SECOND_PER_DEVICE: 4_000_000 },
    systemClock,
  );
});
afterAll(async () => {
  await node.stop();
  process.off('uncaughtException', onEscaped);
  process.off('unhandledRejection', onEscaped);
});
afterEach(async () => {
  // Nothing is left behind, nothing has escaped, and a device is served as if nothing had happened.
  await eventually(async () => {
    const { waiting, opening } = node.guard.queues.mqtt;
    const connected = node.clients();
    const sessions = node.sessions.size;
    expect({ waiting, opening, connected, sessions }).toEqual({ waiting: 0, opening: 0, connected: 0, sessions: 0 });
  });
  expect(escaped).toEqual([]);
  const { raw, code } = await node.connect('dev-bystander');
  expect(code).toBe(0);
  await raw.close();
  await eventually(async () => expect(node.sessions.size).toBe(0));
});

/** A connection that is sent anything, and notes what comes back. */
const dial = async (
  port: number,
  tls = false,
): Promise<{ socket: Socket; closed: Promise<void>; answers: Buffer[] }> => {
  const socket = tls
    ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    : connectTcp(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const answers: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => void answers.push(chunk));
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  // TLS may be refused before it begins.
  await Promise.race([once(socket, tls ? 'secureConnect' : 'connect'), closed]).catch(() => undefined);
  return { socket, closed, answers };
};

/** Writes in pieces of any size, which arrive one by one or together. */
const writeInPieces = async (socket: Socket, bytes: Buffer, random: SeededRandom): Promise<void> => {
  for (let at = 0; at < bytes.length;) {
    const size = random.int(1, random.pick([1, 7, 300, 100_000]));
    if (socket.destroyed) return;
    socket.write(bytes.subarray(at, at + size));
    at += size;
    if (random.int(0, 3) === 0) await pause(0);
  }
};

const connectPacket = (random: SeededRandom): Packet => {
  const name = `dev${random.int(1, DEVICES)}`;
  const { clientId, username, password } = node.credentials(name, random.int(0, 4) === 0 ? 'wrong' : undefined);
  return {
    cmd: 'connect',
    ...random.pick([
      { protocolId: 'MQTT', protocolVersion: 4 } as const,
      { protocolId: 'MQIsdp', protocolVersion: 3 } as const,
    ]),
    clean: random.pick([true, false]),
    keepalive: random.pick([30, 60, 1200]),
    clientId: random.pick([clientId, clientId, clientId, `plain-${name}`, 'x|', '']) || 'x',
    username,
    password: Buffer.from(password),
    ...(random.int(0, 5) === 0 && {
      will: { topic: `/${PRODUCT_KEY}/${name}/user/will`, payload: Buffer.from('gone'), qos: 1 as const, retain: true },
    }),
  };
};

const topicOf = (random: SeededRandom): string => {
  const name = `dev${random.int(1, DEVICES)}`;
  return random.pick([
    `/sys/${PRODUCT_KEY}/${name}/thing/event/property/post`,
    `/sys/${PRODUCT_KEY}/${name}/thing/service/property/set_reply`,
    `/sys/${PRODUCT_KEY}/${name}/rrpc/response/1`,
    `/ext/rrpc/1/${PRODUCT_KEY}/${name}/user/x`,
    `/ext/ntp/${PRODUCT_KEY}/${name}/request`,
    `/${PRODUCT_KEY}/${name}/user/update`,
    '/',
    '$SYS/uptime',
    random.text(20),
    'constructor',
    '__proto__',
  ]);
};

const payloadOf = (random: SeededRandom): Buffer =>
  random.pick([
    () => Buffer.from('{"id":"1","version":"1.0","params":{"temperature":20},"method":"thing.event.property.post"}'),
    () => Buffer.from('{"id":1,"params":{"__proto__":{"x":1},"constructor":[]}}'),
    () => Buffer.from('['.repeat(random.int(1, 5000))),
    () => random.bytes(random.int(0, 2000)),
    () => Buffer.alloc(0),
    () => Buffer.alloc(limits.maxPayloadBytes + random.pick([0, 1]), 0x20),
  ])();

/** Any packet that a client may send, and some that only a server may. */
const anyPacket = (random: SeededRandom): Packet => {
  const messageId = random.int(1, 65_535);
  const qos = random.pick([0, 1, 2] as const);
  return random.pick<() => Packet>([
    () => connectPacket(random),
    () => publish(random, qos, messageId),
    () => publish(random, qos, messageId),
    () => ({ cmd: 'subscribe', messageId, subscriptions: [{ topic: filterOf(random), qos }] }),
    () => ({ cmd: 'unsubscribe', messageId, unsubscriptions: [filterOf(random)] }),
    () => ({ cmd: 'puback', messageId }),
    () => ({ cmd: 'pubrec', messageId }),
    () => ({ cmd: 'pubrel', messageId }),
    () => ({ cmd: 'pubcomp', messageId }),
    () => ({ cmd: 'pingreq' }),
    () => ({ cmd: 'disconnect' }),
    () => ({ cmd: 'connack', returnCode: 0, sessionPresent: false }),
    () => ({ cmd: 'suback', messageId, granted: [0, 128] }),
    () => ({ cmd: 'pingresp' }),
  ])();
};
const publish = (random: SeededRandom, qos: 0 | 1 | 2, messageId: number): Packet => ({
  cmd: 'publish',
  topic: topicOf(random),
  payload: payloadOf(random),
  qos,
  messageId,
  dup: random.pick([true, false]),
  retain: random.pick([true, false]),
});
const filterOf = (random: SeededRandom): string =>
  random.pick([topicOf(random), '#', '+/+', `/${PRODUCT_KEY}/+/user/#`, '/#/x', 'a+b']);

/** Where the body of a packet begins: after its type and length. */
const bodyAt = (packet: Buffer): number => {
  let at = 1;
  while (packet[at]! & 0x80) at += 1;
  return at + 1;
};
/** Changes bytes of the packet from `from` on; its length stays. */
const mutate = (packet: Buffer, from: number, random: SeededRandom): Buffer => {
  const changed = Buffer.from(packet);
  if (changed.length <= from) return changed;
  for (let n = random.int(1, 4); n > 0; n--) {
    changed[random.int(from, changed.length - 1)] = random.pick([0, 0xff, 0x7f, 0x80, random.int(0, 255)]);
  }
  return changed;
};

/** Runs one conversation for each of the seeds, some at a time. */
const converse = async (offset: number, act: (random: SeededRandom) => Promise<void>): Promise<void> => {
  const queue = Array.from({ length: CONNECTIONS }, (_, n) => seed + offset + n);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) await act(seededRandom(next));
    }),
  );
};

/** More bytes than any packet may have, none of which begins one: a parser that waits for the rest of one gets it. */
const filler = Buffer.alloc(limits.maxPacketBytes + 1024, 0xff);

test('random bytes, on every port: closed', async () => {
  await converse(0, async (random) => {
    const { mqtt, tls, ws } = node.ports;
    const { socket, closed } = await dial(random.pick([mqtt, tls, ws]));
    const first = random.pick([[], [0x16], [0x16, 0x03, 0x01], [0x10], [0x47, 0x45, 0x54, 0x20]]);
    await writeInPieces(socket, Buffer.from([...first, ...random.bytes(random.int(1, 4000))]), random);
    socket.end();
    await closed;
  });
}, 300_000); // as many connections as FUZZ_CONNECTIONS asks for

test.each([
  ['TCP', false],
  ['TLS', true],
])(
  'packets whose frames are whole, in any order and with any bytes inside, over %s: answered or closed',
  async (_name, tls) => {
    await converse(tls ? 10_000 : 20_000, async (random) => {
      const { socket, closed, answers } = await dial(node.ports.mqtt, tls);
      const packets = Array.from({ length: random.int(1, 30) }, () => anyPacket(random));
      if (random.int(0, 4) > 0) packets.unshift(connectPacket(random));
      const share = random.pick([0, 0.1, 0.5]);
      const bytes = packets.map((packet) => {
        const frame = generate(packet);
        return random.next() < share ? mutate(frame, bodyAt(frame), random) : frame;
      });
      await writeInPieces(socket, Buffer.concat(bytes), random);
      if (!socket.destroyed) socket.write(generate({ cmd: 'pingreq' }));
      const answered = (async () => {
        while (!socket.destroyed && !Buffer.concat(answers).includes(Buffer.from([0xd0, 0x00]))) await pause(20);
      })();
      await Promise.race([closed, answered]);
      socket.destroy();
      await closed;
    });
  },
  300_000, // as many connections as FUZZ_CONNECTIONS asks for
);

test('packets with any byte changed, lengths too: closed in the end', async () => {
  await converse(30_000, async (random) => {
    const { socket, closed } = await dial(node.ports.mqtt);
    const packets = [connectPacket(random), ...Array.from({ length: random.int(0, 10) }, () => anyPacket(random))];
    const at = random.int(0, packets.length - 1);
    const bytes = packets.map((packet, n) => (n === at ? mutate(generate(packet), 0, random) : generate(packet)));
    await writeInPieces(socket, Buffer.concat(bytes), random);
    if (!socket.destroyed) socket.write(filler);
    await closed;
  });
}, 300_000); // as many connections as FUZZ_CONNECTIONS asks for

test('memory stays bounded under announced and never finished packets', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  const connections = await Promise.all(
    Array.from({ length: 50 }, async (_, n) => {
      const connection = await dial(node.ports.mqtt);
      const { clientId, username, password } = node.credentials(`dev-of-many-${n}`);
      const fields = { protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 1200 } as const;
      connection.socket.write(
        generate({ cmd: 'connect', ...fields, clientId, username, password: Buffer.from(password) }),
      );
      await eventually(() => expect(Buffer.concat(connection.answers).toString('hex')).toBe('20020000'));
      return connection;
    }),
  );
  await Promise.all(
    connections.map(async ({ socket }, n) => {
      // Half of them stay below the bound and never finish; the others announce 200 MB, and send 4 of them.
      const [announced, parts] = n % 2 ? [[0x80, 0x80, 0xc0, 0x64], 700] : [[0x80, 0x80, 0x10], 40];
      socket.write(Buffer.from([0x30, ...announced]));
      for (let part = 0; part < parts && !socket.destroyed; part++) {
        socket.write(Buffer.alloc(6000, 0x41));
        await pause(1);
      }
    }),
  );
  await eventually(async () => expect(connections.filter(({ socket }) => !socket.destroyed)).toHaveLength(25));
  expect(used() - before).toBeLessThan(25 * limits.maxPacketBytes + 32 * 1024 * 1024);
  for (const { socket } of connections) socket.destroy();
  await Promise.all(connections.map(({ closed }) => closed));
  await eventually(async () => expect(used() - before).toBeLessThan(16 * 1024 * 1024));
});
