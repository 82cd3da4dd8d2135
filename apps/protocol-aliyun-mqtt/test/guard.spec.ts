/** The guard at work on real connections. Time stands still unless a test moves it. */
import { once } from 'node:events';
import { connect as connectTcp, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { generate } from 'mqtt-packet';
import { systemClock } from '@alink/runtime';
import { eventually, type RawMqtt } from '@alink/testing';
import type { GuardConfig } from '../src/guard/config';
import { PRODUCT_KEY, startDeviceNode, type DeviceNode } from './device-node';

// Keys of the development CA take seconds on a busy machine.
const clock = { time: 1_778_593_628_940, now: () => clock.time };
const running: DeviceNode[] = [];
const start = async (limits: Partial<GuardConfig>, time = clock): Promise<DeviceNode> => {
  const node = await startDeviceNode(limits, time);
  running.push(node);
  return node;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.stop()));
});

/** First byte of a CONNACK. */
const CONNACK = 0x20;
/** CONNACK code of one login, which then ends. */
const codeOf = async (node: DeviceNode, deviceName: string, secret?: string): Promise<number> => {
  const { raw, code } = await node.connect(deviceName, secret);
  await raw.close();
  return code;
};
const publish = (raw: RawMqtt, deviceName: string, messageId: number, payload: string | Buffer): void =>
  raw.send({
    cmd: 'publish',
    topic: `/${PRODUCT_KEY}/${deviceName}/user/update`,
    payload,
    qos: 1,
    messageId,
    dup: false,
    retain: false,
  });

describe('lockout', () => {
  const limits = { LOGIN_FAILURES_PER_MINUTE: 10, LOGIN_LOCK_S: 300 };

  test('ten wrong passwords lock the device out at this address, from memory, and a line says so, another until when', async () => {
    const node = await start(limits);
    for (let n = 0; n < 10; n++) expect(await codeOf(node, 'dev1', 'guess')).toBe(4);
    const { lines } = node;
    const written = lines.length;
    const lookedUp = node.lookUps();
    // What dm.rpc said is forgotten by now; a locked login does not ask again.
    clock.time += 200_000;
    for (let n = 0; n < 20; n++) expect(await codeOf(node, 'dev1', n % 2 ? 'guess' : undefined)).toBe(4);
    expect(node.lookUps()).toBe(lookedUp);
    const refusals = lines.slice(written).filter((line) => /refuse/.test(line));
    expect(refusals).toEqual([
      expect.stringMatching(/locked until \d\d:\d\d:\d\d, in 100 s; .*HMAC mismatch.*mend that/),
    ]);
    const locks = node.activities.filter(({ text }) => /are refused for 300 s/.test(text));
    expect(locks).toMatchObject([
      { kind: 'refuse', deviceName: 'dev1', text: expect.stringMatching(/connect-params/) },
    ]);
    expect(await codeOf(node, 'dev2')).toBe(0);
    expect(await node.metric('alink_node_locked_logins_total')).toBe(20);
    expect(await node.metric('alink_node_login_locks_total')).toBe(1);
    clock.time += 100_000;
    expect(await codeOf(node, 'dev1')).toBe(0);
  });

  test('a malformed ClientID is answered the same before and during a lock', async () => {
    const node = await start(limits);
    const malformed = async (): Promise<number> => {
      const { raw, code } = await node.connectAs({
        ...node.credentials('dev1'),
        clientId: 'x|signmethod=crc32|',
      });
      await raw.close();
      return code;
    };
    expect(await malformed()).toBe(2);
    for (let n = 0; n < 11; n++) expect(await codeOf(node, 'dev1', 'guess')).toBe(4);
    expect(await malformed()).toBe(2);
  });

  test('why a password is wrong is found out after the answer: the time does not tell that the device exists', async () => {
    const node = await start(limits);
    const refused = (): number => node.activities.filter(({ kind }) => kind === 'refuse').length;
    const refusedAtAnswer: number[] = [];
    const write = jest.spyOn(Socket.prototype, 'write');
    write.mockImplementation(function (this: Socket, ...args: Parameters<Socket['write']>) {
      if ((args[0] as Uint8Array)[0] === CONNACK) refusedAtAnswer.push(refused());
      return Reflect.apply(Duplex.prototype.write, this, args) as boolean;
    });
    expect(await codeOf(node, 'dev1', 'guess')).toBe(4);
    write.mockRestore();
    expect(refusedAtAnswer).toEqual([0]);
    await eventually(() =>
      expect(node.activities).toMatchObject([{ text: expect.stringMatching(/the secret.*is another one/) }]),
    );
  });

  test('a device that does not exist is locked the same way', async () => {
    const node = await start(limits);
    for (let n = 0; n < 12; n++) expect(await codeOf(node, 'nobody', 'guess')).toBe(4);
    expect(await node.metric('alink_node_locked_logins_total')).toBe(2);
  });

  test('an address that guesses is slowed: its devices get in at once, and late answers hold no slot', async () => {
    const node = await start({ ...limits, LOGIN_FAILURES_PER_MINUTE: 1 });
    for (let n = 0; n < 20; n++) await codeOf(node, `dev-guess-${n}`, 'guess');
    expect(node.activities.filter(({ text }) => /wrong logins from 127\.0\.0\.1, .* late/.test(text))).toHaveLength(1);
    const began = Date.now();
    const late = codeOf(node, 'dev-late', 'guess');
    await eventually(async () => expect(await node.metric('alink_node_login_locks_total')).toBe(22));
    expect(node.guard.queues.mqtt.opening).toBe(0);
    expect(await codeOf(node, 'dev1')).toBe(0);
    expect(await late).toBe(4);
    expect(Date.now() - began).toBeGreaterThanOrEqual(990);
  });

  test('a session that stands is not touched by guesses at its device', async () => {
    const node = await start(limits);
    const { raw } = await node.connect('dev1');
    for (let n = 0; n < 15; n++) await codeOf(node, 'dev1', 'guess');
    raw.send({ cmd: 'pingreq' });
    await raw.next('pingresp');
    expect(node.sessions.size).toBe(1);
  });

  test('a device that has been there for weeks is not locked out at its address when it comes back', async () => {
    const node = await start(limits);
    const { raw } = await node.connect('dev1');
    clock.time += 30 * 24 * 3_600_000;
    await raw.close();
    await eventually(() => expect(node.sessions.size).toBe(0));
    for (let n = 0; n < 15; n++) await codeOf(node, 'dev1', 'guess');
    expect(await codeOf(node, 'dev1')).toBe(0);
  });
});

test('a device that logs in too often gets CONNACK 3, and its session stays', async () => {
  const node = await start({ CONNECTS_PER_MINUTE_PER_DEVICE: 3 });
  for (let n = 0; n < 2; n++) expect(await codeOf(node, 'dev1')).toBe(0);
  const { raw } = await node.connect('dev1');
  for (let n = 0; n < 5; n++) expect(await codeOf(node, 'dev1')).toBe(3);
  // Wrong passwords use nothing up, and are told nothing of it.
  expect(await codeOf(node, 'dev1', 'guess')).toBe(4);
  expect(node.activities.filter(({ text }) => /more than 3 logins/.test(text))).toHaveLength(1);
  expect(raw.isClosed).toBe(false);
  expect(await codeOf(node, 'dev2')).toBe(0);
  clock.time += 120_000;
  expect(await codeOf(node, 'dev1')).toBe(0);
});

describe('uplinks', () => {
  test('above the rate: acknowledged, dropped, counted, one line', async () => {
    const node = await start({ UPLINKS_PER_SECOND_PER_DEVICE: 2 });
    const { raw } = await node.connect('dev1');
    for (let id = 1; id <= 50; id++) publish(raw, 'dev1', id, `message ${id}`);
    for (let id = 1; id <= 50; id++) expect((await raw.next('puback')).messageId).toBe(id);
    expect(node.reports.length).toBe(20);
    expect(node.activities.filter(({ kind }) => kind === 'drop')).toMatchObject([
      { deviceName: 'dev1', code: 429, text: expect.stringMatching(/more than 2 publishes per second/) },
    ]);
    expect(await node.metric('alink_node_uplinks_total')).toBe(50);
    clock.time += 1000;
    publish(raw, 'dev1', 51, 'message 51');
    await raw.next('puback');
    expect(node.reports.length).toBe(21);
    // A new connection is no new start.
    const again = (await node.connect('dev1')).raw;
    for (let id = 1; id <= 10; id++) publish(again, 'dev1', id, `message ${id}`);
    for (let id = 1; id <= 10; id++) await again.next('puback');
    expect(node.reports.length).toBe(22);
  });

  test('more bytes than the rate: nothing is lost, it only takes longer', async () => {
    // With time that stands still it must pause, however slowly the bytes arrive.
    const node = await start({ UPLINK_BYTES_PER_SECOND_PER_DEVICE: 400_000 });
    const { raw } = await node.connect('dev1');
    for (let id = 1; id <= 5; id++) publish(raw, 'dev1', id, Buffer.alloc(100_000, id));
    for (let id = 1; id <= 5; id++) expect((await raw.next('puback')).messageId).toBe(id);
    expect(await node.metric('alink_node_read_pauses_total')).toBeGreaterThan(0);
  });
});

describe('the way in', () => {
  const open = async (port: number): Promise<Socket> => {
    const socket = connectTcp({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };

  /** A whole TLS record that holds the beginning of a ClientHello: a handshake that does not go on. */
  const UNFINISHED_HANDSHAKE = Buffer.from('160301000101', 'hex');

  const held = ({ guard: { queues } }: DeviceNode) => ({
    waiting: queues.mqtt.waiting,
    opening: queues.mqtt.opening,
  });

  test('a fleet that comes back at once gets in, at the rate of its address', async () => {
    const node = await start({ CONNECTS_PER_SECOND_PER_ADDRESS: 40 }, systemClock as typeof clock);
    const logins = await Promise.all(Array.from({ length: 500 }, (_, n) => node.connect(`dev${n}`)));
    expect(logins.filter(({ code }) => code !== 0)).toEqual([]);
    expect(node.sessions.size).toBe(500);
    await eventually(async () => expect(held(node)).toEqual({ waiting: 0, opening: 0 }));
    expect(await node.metric('alink_node_accept_wait_seconds_count')).toBe(500);
    await Promise.all(logins.map(({ raw }) => raw.close()));
  });

  test('who has given up while it waited is not let in', async () => {
    const node = await start({ CONNECTS_PER_SECOND: 2 }, systemClock as typeof clock);
    const { clientId, username, password } = node.credentials('dev1');
    const connect = generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      clientId,
      username,
      password: Buffer.from(password),
    });
    const occupied = await Promise.all([open(node.ports.mqtt), open(node.ports.mqtt)]);
    for (const socket of occupied) socket.write(UNFINISHED_HANDSHAKE);
    await eventually(async () => expect(held(node)).toEqual({ waiting: 0, opening: 2 }));
    const impatient = await Promise.all(Array.from({ length: 6 }, () => open(node.ports.mqtt)));
    for (const socket of impatient) socket.end(connect);
    await eventually(async () => expect(held(node)).toEqual({ waiting: 0, opening: 2 }));
    // The first two had waited for less than a second, so that they were believed to be there.
    expect(node.activities.filter(({ kind }) => kind === 'connect').length).toBeLessThanOrEqual(2);
    for (const socket of occupied) socket.destroy();
  });

  test.each([
    ['say nothing', ''],
    ['begin a CONNECT', '10'],
    ['leave one byte of a CONNECT out', `10b502${'00'.repeat(308)}`],
    ['begin a TLS record', '1603010200'],
  ])('connections that %s hold no place, and keep no device out', async (_what, sent) => {
    const node = await start({});
    const silent = await Promise.all(Array.from({ length: 250 }, () => open(node.ports.mqtt)));
    for (const socket of silent) socket.write(Buffer.from(sent, 'hex'));
    await pause(100);
    expect(held(node)).toEqual({ waiting: 0, opening: 0 });
    expect(await codeOf(node, 'dev1')).toBe(0);
    for (const socket of silent) socket.destroy();
    await eventually(async () => expect(held(node)).toEqual({ waiting: 0, opening: 0 }));
  });

  test('a CONNECT that is longer than any device sends is not collected', async () => {
    const node = await start({});
    const socket = await open(node.ports.mqtt);
    socket.write(Buffer.from([0x10, 0x81, 0x40]));
    socket.resume();
    await once(socket, 'close');
    expect(held(node)).toEqual({ waiting: 0, opening: 0 });
  });

  test('refused and broken-off connections leave no trace', async () => {
    const node = await start({});
    await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const socket = await open(node.ports.mqtt);
        if (n % 4 === 0) socket.write(Buffer.from([0x10, 0x40, 0x00]));
        if (n % 4 === 1) socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]));
        if (n % 4 === 2) await codeOf(node, 'dev1', 'guess');
        socket.destroy();
        await once(socket, 'close');
      }),
    );
    await eventually(async () => expect(held(node)).toEqual({ waiting: 0, opening: 0 }));
    expect(node.sessions.size).toBe(0);
  });
});
