/**
 * What MQTT 3.1.1 has a server close a connection for, byte by byte: the client is cut, and whoever looks after it finds a
 * line that says what it did and what to do. What real devices get wrong without harm is served.
 */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Duplex } from 'node:stream';
import { createMemoryBus } from '@alink/bus';
import { decodeEnvelope, subjects, type HubLogEntry } from '@alink/contract';
import { systemClock } from '@alink/runtime';
import { eventually, RawMqtt, spawnProgram } from '@alink/testing';
import WebSocket, { createWebSocketStream } from 'ws';
import { PRODUCT_KEY, startDeviceNode, type DeviceNode } from './device-node';

const bus = createMemoryBus();
const entries: HubLogEntry[] = [];
let node: DeviceNode;
beforeAll(async () => {
  node = await startDeviceNode({}, systemClock, { bus });
  await bus.consume({ durable: 'lines', maxBatch: 100, maxWaitMs: 1 }, async (batch) => {
    for (const { subject, data } of batch) {
      if (subject === subjects.hubLog) entries.push(JSON.parse(decodeEnvelope(data.toString()).data) as HubLogEntry);
    }
  });
});
afterAll(() => node?.stop());

const text = (bytes: string | Buffer): Buffer => {
  const body = Buffer.from(bytes as string);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  return Buffer.concat([length, body]);
};
const packet = (type: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.from([type, ...length]), body]);
};

interface ConnectBytes {
  readonly level?: number;
  readonly flags?: number;
  readonly clientId?: string | Buffer;
  readonly username?: string | Buffer;
  readonly will?: boolean;
}
/** A CONNECT of the device, with what is given in its place. */
const connectBytes = (deviceName: string, over: ConnectBytes = {}): Buffer => {
  const good = node.credentials(deviceName);
  const { level = 4, flags = 0xc2, clientId = good.clientId, username = good.username, will = false } = over;
  return packet(
    0x10,
    text('MQTT'),
    Buffer.from([level, flags, 0, 60]),
    ...(level === 5 ? [Buffer.of(0)] : []),
    text(clientId),
    ...(will ? [text('t'), text('gone')] : []),
    text(username),
    text(good.password),
  );
};

const dial: Record<string, () => Promise<Duplex>> = {
  TCP: async () => {
    const socket = connectTcp({ port: node.ports.mqtt, host: '127.0.0.1' });
    await once(socket, 'connect');
    return socket;
  },
  TLS: async () => {
    const socket = connectTls({ port: node.ports.mqtt, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    return socket;
  },
  WebSocket: async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${node.ports.ws}/mqtt`, ['mqtt']);
    await once(socket, 'open');
    const stream = createWebSocketStream(socket);
    socket.once('close', () => stream.destroy());
    return stream;
  },
};
/** @returns all that comes back, as hex digits, until the other end closes */
const answerTo = async (bytes: Buffer | string, conn?: Duplex): Promise<string> => {
  const socket = conn ?? (await dial['TCP']!());
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(bytes);
  await closed;
  return Buffer.concat(received).toString('hex');
};
/** Lines of the node's log for people. */
const told = (words: RegExp): string[] =>
  node.lines.filter((each) => each.includes('"level":"warn"')).filter((each) => words.test(each));
const line = (words: RegExp) => eventually(() => expect(told(words)).not.toEqual([]));
const row = (deviceName: string, words: RegExp) =>
  eventually(() =>
    expect(entries).toContainEqual(expect.objectContaining({ deviceName, content: expect.stringMatching(words) })),
  );

const REFUSED_VERSION = '20020001';

test.each(['TCP', 'TLS', 'WebSocket'])('protocol level 9 gets CONNACK 1 over %s', async (way) => {
  const conn = await dial[way]!();
  expect(await answerTo(connectBytes('dev-nine', { level: 9 }), conn)).toBe(REFUSED_VERSION);
  await line(/protocol level 9\), refused with CONNACK 1; set the client to MQTT 3\.1\.1/);
});

test('MQTT 5 gets CONNACK 1, and the log of the device says so', async () => {
  expect(await answerTo(connectBytes('dev-five', { level: 5 }))).toBe(REFUSED_VERSION);
  await row('dev-five', /from 127\.0\.0\.1:\d+\): the client speaks MQTT 5 .*; set the client to MQTT 3\.1\.1/);
});

test('mosquitto, told to speak MQTT 5, hears why it is refused', async () => {
  const { clientId, username, password } = node.credentials('dev-mosquitto');
  const { mqtt } = node.ports;
  const to = ['-h', '127.0.0.1', '-p', String(mqtt), '-t', 't', '-m', 'm'];
  const program = spawnProgram(
    'mosquitto_pub',
    [...to, '-V', 'mqttv5', '-i', clientId, '-u', username, '-P', password],
    {},
  );
  await program.exited;
  expect(program.output).toMatch(/Connection Refused|Connection error/i);
  await row('dev-mosquitto', /speaks MQTT 5/);
});

test.each<[string, ConnectBytes | Buffer | string, RegExp]>([
  ['a will of QoS 3', { flags: 0xc2 | 0x04 | 0x18, will: true }, /the will of the CONNECT has QoS 3; set its QoS/],
  [
    'a ClientID in GBK',
    { clientId: Buffer.from('c4fa|securemode=3|', 'latin1').fill(0xc4, 0, 2) },
    /CONNECT is no UTF-8/,
  ],
  [
    'a username that is half a character',
    { username: Buffer.from([0xe6, 0x97]) },
    /CONNECT is no UTF-8 \(perhaps GBK\)/,
  ],
  ['a ClientID with U+0000', { clientId: 'x\0' }, /CONNECT holds U\+0000; leave the end mark/],
  ['the reserved connect flag', { flags: 0xc3 }, /no MQTT 3\.1\.1: Connect flag bit 0 must be 0/],
  ['DISCONNECT first', Buffer.from('e000e000', 'hex'), /sent DISCONNECT before CONNECT/],
  ['AT text first', 'AT+MQTTCONN?\r\n', /sent text before CONNECT: \\"AT\+MQTTCONN/],
  ['CONNECT with flag bits', Buffer.from('110c', 'hex'), /CONNECT with wrong flag bits/],
  ['a length of five bytes', Buffer.from('108080808001', 'hex'), /malformed length: it takes more than 4 bytes/],
])('%s: closed without an answer, with a line', async (_name, sent, words) => {
  const bytes = typeof sent === 'string' || Buffer.isBuffer(sent) ? sent : connectBytes('dev-odd', sent);
  expect(await answerTo(bytes)).toBe('');
  await line(words);
});

const TOPIC = (deviceName: string): string => `/sys/${PRODUCT_KEY}/${deviceName}/thing/event/property/post`;
test.each<[string, string, Buffer, RegExp]>([
  [
    'a second CONNECT',
    'dev-twice',
    Buffer.from('100c00044d5154540402003c0000', 'hex'),
    /a second CONNECT on one connection/,
  ],
  [
    'a topic that is no UTF-8',
    'dev-gbk',
    packet(0x30, text(Buffer.from('2fcec2b6c8', 'hex')), Buffer.of(1)),
    /PUBLISH is no UTF-8/,
  ],
  ['a topic with U+0000', 'dev-nul', packet(0x30, text('/a\0b'), Buffer.of(1)), /PUBLISH holds U\+0000/],
  [
    'a filter with U+0000',
    'dev-filter',
    packet(0x82, Buffer.from([0, 1]), text('/a\0'), Buffer.of(0)),
    /SUBSCRIBE holds U\+0000/,
  ],
  [
    'wrong flag bits',
    'dev-flags',
    packet(0x80, Buffer.from([0, 1]), text('/a'), Buffer.of(0)),
    /SUBSCRIBE with wrong flag bits/,
  ],
  ['a long length', 'dev-long', Buffer.from('308080808001', 'hex'), /malformed length/],
])('%s after a good CONNECT: cut, as the log of the device says', async (_name, deviceName, after, words) => {
  const conn = await dial['TCP']!();
  conn.write(connectBytes(deviceName));
  await once(conn, 'readable');
  expect(await answerTo(after, conn)).toBe('20020000');
  await row(deviceName, words);
  await line(words);
});

test('a second CONNECT in one piece with the first: that is answered, then it is cut', async () => {
  const connect = connectBytes('dev-both');
  expect(await answerTo(Buffer.concat([connect, connect]))).toBe('20020000');
  await row('dev-both', /a second CONNECT/);
});

test('firmware that does it again and again has one line', async () => {
  for (let n = 0; n < 10; n++) expect(await answerTo('GET / HTTP/1.1\r\n\r\n')).toBe('');
  await line(/this port speaks MQTT: HTTP has another one/);
  expect(told(/this port speaks MQTT: HTTP has another one/)).toHaveLength(1);
});

test('what devices get wrong without harm is served', async () => {
  const raw = await RawMqtt.open({ port: node.ports.mqtt });
  raw.sendBytes(connectBytes('dev-lenient'));
  expect((await raw.next('connack')).returnCode).toBe(0);
  // Packet id 0.
  const filter = text(`/${PRODUCT_KEY}/dev-lenient/user/get`);
  raw.sendBytes(packet(0x82, Buffer.from([0, 0]), filter, Buffer.of(0)));
  expect(await raw.next('suback')).toMatchObject({ messageId: 0, granted: [0] });
  // Lengths that are padded within four bytes.
  raw.sendBytes(Buffer.from('c0808000', 'hex'));
  await raw.next('pingresp');
  const body = Buffer.concat([text(TOPIC('dev-lenient')), Buffer.from([0, 7]), Buffer.from('{"id":"1","params":{}}')]);
  raw.sendBytes(Buffer.concat([Buffer.from([0x32, body.length | 0x80, 0x80, 0x80, 0]), body]));
  expect((await raw.next('puback')).messageId).toBe(7);
  // UNSUBSCRIBE without its flag bits.
  raw.sendBytes(packet(0xa0, Buffer.from([0, 2]), filter));
  expect((await raw.next('unsuback')).messageId).toBe(2);
  // U+FFFD itself is a character like others.
  raw.sendBytes(packet(0x82, Buffer.from([0, 3]), text('/\ufffd'), Buffer.of(0)));
  expect((await raw.next('suback')).messageId).toBe(3);
  expect(raw.isClosed).toBe(false);
  await raw.close();
});

test('no CONNECT within 10 s: closed, with a line, whether it was silent or has begun', async () => {
  const half = answerTo(connectBytes('dev-slow').subarray(0, 20));
  const silent = (await dial['TCP']!()) as Socket;
  silent.on('error', () => undefined);
  silent.resume();
  await Promise.all([half, once(silent, 'close')]);
  await line(/no CONNECT within 10 s: 20 bytes have come, .*; let the client send CONNECT/);
  await line(/no CONNECT within 10 s: the client has opened a connection and sent nothing; .*health check/);
}, 60_000); // waits 10 s for a CONNECT

test('a client that does not trust our CA has a line', async () => {
  const untrusting = ['-CAfile', '/etc/ssl/certs/ca-certificates.crt', '-verify_return_error'];
  const to = `127.0.0.1:${node.ports.tls}`;
  await spawnProgram('openssl', ['s_client', '-connect', to, ...untrusting], {}).exited;
  await line(/the TLS handshake failed: tlsv1 alert unknown ca .*compare the CA that the device trusts/);
});

test('plain MQTT on the TLS port has a line', async () => {
  const socket = connectTcp({ port: node.ports.tls, host: '127.0.0.1' });
  expect(await answerTo(connectBytes('dev-plain'), socket)).toBe('');
  await line(/the client does not speak TLS, as this port does; let it dial MQTT_PORT/);
});

test.each(['TCP', 'TLS', 'WebSocket'])(
  'a CONNECT of half a megabyte over %s: cut, with one line for all',
  async (way) => {
    const connection = await dial[way]!();
    expect(await answerTo(Buffer.from('10808020', 'hex'), connection)).toBe('');
    await line(/a CONNECT of more than 8192 bytes; look at how long its ClientID/);
    expect(told(/a CONNECT of more than 8192 bytes/)).toHaveLength(1);
  },
);

test.each(['TCP', 'TLS', 'WebSocket'])('more filters than a packet may have over %s: cut, with a line', async (way) => {
  const connection = await dial[way]!();
  const deviceName = `dev-filters-${way}`;
  connection.write(connectBytes(deviceName));
  await once(connection, 'readable');
  const filters = Array.from({ length: 501 }, () => [text('/a'), Buffer.of(0)]).flat();
  expect(await answerTo(packet(0x82, Buffer.from([0, 1]), ...filters), connection)).toMatch(/^20020000/);
  await row(deviceName, /a SUBSCRIBE of more than 500 filters; let it name the topics that it needs/);
});
