import { importThingModel } from '@alink/thing-model';
import type { DevicePort, Outgoing } from './port';
import { SimulatedDevice, type DeviceOptions } from './simulated-device';
import { Tally } from './tally';

const int = { type: 'int', specs: { min: '0', max: '9', step: '1' } };
const { model } = importThingModel({
  properties: [{ identifier: 'level', name: 'level', accessMode: 'rw', required: false, dataType: int }],
} as never);

const defaults: DeviceOptions = {
  speaker: { device: { productKey: 'pk', deviceName: 'dev001' }, model, seed: '1', qos: 1 },
  way: { mode: 'secret', deviceSecret: 's3cr3t' },
  signMethod: 'hmacsha256',
  encrypted: false,
  streams: [{ kind: 'properties', everyMs: 1000 }],
  jitter: 0,
  window: 2,
  skipsMissed: false,
  clean: true,
  keepaliveS: 60,
  subscribes: false,
  fullRrpc: false,
  silent: false,
  attempts: 3,
};

/** A world in which time passes when it is told to, and which writes down what the device does. */
const world = (options: Partial<DeviceOptions> = {}) => {
  let now = 0;
  let wakesAt = Infinity;
  const done: string[] = [];
  const sent: Outgoing[] = [];
  const port: DevicePort = {
    isNeeded: false,
    now: () => now,
    wakeAt: (time) => (wakesAt = time),
    connect: ({ clientId, username, password }, { encrypted, clean }) =>
      void done.push(`connect ${username} ${clientId} ${password?.length} ${encrypted} ${clean}`),
    publish: (message) => void sent.push(message),
    subscribe: (filters) => void done.push(`subscribe ${filters.length}`),
    ping: () => void done.push('ping'),
    end: () => void done.push('end'),
    cut: () => void done.push('cut'),
  };
  const tally = new Tally();
  const device = new SimulatedDevice({ ...defaults, ...options }, port, tally);
  return {
    ...{ device, tally, done, sent },
    /** Lets time pass, and wakes the device whenever it wants to be. */
    pass: (ms: number) => {
      const until = now + ms;
      while (wakesAt <= until) {
        now = Math.max(now, wakesAt);
        wakesAt = Infinity;
        device.wake();
      }
      now = until;
    },
    /** The platform's reply to the `n`th message sent. */
    reply: (n: number, code = 200, message = 'success') => {
      const { topic, payload } = sent[n]!;
      const { id } = JSON.parse(String(payload)) as { id: string };
      device.published(`${topic}_reply`, Buffer.from(JSON.stringify({ id, code, message, data: {} })));
    },
  };
};
const ids = (sent: readonly Outgoing[]) =>
  sent.map(({ payload }) => (JSON.parse(String(payload)) as { id: string }).id);

const LOGIN =
  'connect dev001&pk pk.dev001|securemode=3,signmethod=hmacsha256,timestamp=2524608000000,_ss=1| 64 false true';

test('reports when it is due, no more at once than its window holds', () => {
  const { device, sent, tally, done, pass, reply } = world();
  device.start();
  device.opened();
  pass(2000);
  expect(ids(sent)).toEqual(['1', '2']);
  pass(2000);
  expect(sent).toHaveLength(2);
  reply(0);
  expect(ids(sent)).toEqual(['1', '2', '3']);
  reply(1, 6306, 'tsl parse: data type is not int -> level');
  expect(tally.kinds.get('properties')).toEqual({ sent: 4, accepted: 1, refused: 1 });
  expect([...tally.refusals]).toEqual([['properties: 6306 tsl parse: data type is not int -> level', 1]]);
  expect(done).toEqual([LOGIN]);
});

test('leaves after its last reply', () => {
  const { device, done, pass, reply } = world({ count: 2, window: 8 });
  device.start();
  device.opened();
  pass(5000);
  reply(0);
  expect(device.hasEnded).toBe(false);
  reply(1);
  expect(device.hasEnded).toBe(true);
  expect(done.at(-1)).toBe('end');
});

test('sends again, byte for byte, what the network took, and nothing that was acknowledged', () => {
  const { device, sent, tally, done, pass } = world({ count: 2 });
  device.start();
  device.opened();
  pass(2000);
  device.acknowledged(sent[0]!.messageId!);
  device.closed();
  expect(done).toHaveLength(1);
  pass(1000);
  expect(done).toEqual([LOGIN, LOGIN]);
  device.opened();
  expect(sent).toHaveLength(3);
  expect(sent[2]).toEqual(sent[1]);
  expect(tally).toMatchObject({ connects: 2, losses: 1, sentAgain: 1, unanswered: 1 });
});

test('in a session that outlives the connection it says that it sends again', () => {
  const { device, sent, pass } = world({ clean: false });
  device.start();
  device.opened();
  pass(1000);
  device.closed();
  pass(1000);
  device.opened();
  expect(sent[1]).toEqual({ ...sent[0], again: true });
});

test('makes up for what it missed, or leaves it out', () => {
  const missed = (skipsMissed: boolean): string[] => {
    const { device, sent, pass } = world({ skipsMissed, window: 100 });
    device.start();
    device.opened();
    pass(1000);
    device.published(`${sent[0]!.topic}_reply`, Buffer.from('{"id":"1","code":200}'));
    device.closed();
    pass(10_000);
    device.opened();
    return ids(sent);
  };
  expect(missed(false)).toHaveLength(11);
  expect(missed(true)).toEqual(['1']);
});

test('pauses twice as long after each failure, and gives up at last', () => {
  const { device, tally, done, pass } = world();
  device.start();
  device.failed('CONNACK 4');
  pass(1000);
  expect(done).toHaveLength(2);
  device.failed('CONNACK 4');
  pass(900);
  expect(done).toHaveLength(2);
  pass(1100);
  expect(done).toHaveLength(3);
  pass(10_000);
  expect(done.at(-1)).toBe('cut');
  expect(device.hasEnded).toBe(true);
  expect([...tally.failures]).toEqual([
    ['CONNACK 4', 2],
    ['no CONNACK in time', 1],
  ]);
  expect(tally.gaveUp).toBe(1);
});

test('gives up no reply before its time, and then goes on', () => {
  const { device, sent, tally, pass } = world({ window: 1 });
  device.start();
  device.opened();
  pass(10_000);
  expect(sent).toHaveLength(1);
  pass(1000);
  expect(ids(sent)).toEqual(['1', '2']);
  expect(tally.unanswered).toBe(1);
});

test('pings where it says nothing, and takes a server that is silent for gone', () => {
  const { device, done, pass } = world({ streams: [] });
  device.start();
  device.opened();
  pass(45_000);
  expect(done.at(-1)).toBe('ping');
  device.heard();
  pass(45_000);
  expect(done.filter((what) => what === 'ping')).toHaveLength(2);
  pass(10_000);
  expect(done.at(-1)).toBe('cut');
});

test('cuts its connection at random, at the same times for the same seed', () => {
  const cuts = (): number => {
    const { device, done, pass } = world({ cutEveryMs: 1000 });
    device.start();
    device.opened();
    let passed = 0;
    for (; !done.includes('cut'); passed++) pass(1);
    return passed;
  };
  expect(cuts()).toBe(cuts());
  expect(cuts()).toBeGreaterThan(499);
  expect(cuts()).toBeLessThan(1501);
});

test.each([
  ['register', '{"productKey":"pk","deviceName":"dev001","deviceSecret":"s3cr3t"}', LOGIN],
  [
    'regnwl',
    '{"productKey":"pk","deviceName":"dev001","clientId":"cid","deviceToken":"token"}',
    'connect dev001&pk cid|securemode=-2,authType=connwl,_ss=1| 5 false true',
  ],
] as const)('registers over TLS by %s, and logs in with what it is given', (mode, pushed, login) => {
  const { device, done, sent, tally, pass } = world({ way: { mode, productSecret: 'pr0duct' } });
  device.start();
  device.opened();
  pass(2000);
  expect(sent).toEqual([]);
  device.published(`/ext/${mode}`, Buffer.from(pushed));
  expect(done[0]).toMatch(new RegExp(`^connect dev001&pk dev001.pk\\|.*authType=${mode},.* 64 true true$`));
  expect(done.slice(1)).toEqual(['end', login]);
  expect(tally.registered).toBe(1);
  device.opened();
  expect(device.isOnline).toBe(true);
});

test('answers commands at QoS 0, unless it is to be silent', () => {
  const topic = '/sys/pk/dev001/thing/service/property/set';
  const command = Buffer.from(
    '{"method":"thing.service.property.set","id":"9","params":{"level":1},"version":"1.0.0"}',
  );
  const answers = (silent: boolean): Outgoing[] => {
    const { device, sent, tally } = world({ silent, streams: [] });
    device.start();
    device.opened();
    device.published(topic, command);
    expect([...tally.told]).toEqual([['set', 1]]);
    return sent;
  };
  const answer = {
    topic: `${topic}_reply`,
    payload: '{"id":"9","code":200,"data":{}}',
    messageId: undefined,
    again: false,
  };
  expect(answers(false)).toEqual([answer]);
  expect(answers(true)).toEqual([]);
});

test('subscribes its topics where its SDK does, and counts those that it is refused', () => {
  const { device, done, tally } = world({ subscribes: true, fullRrpc: true });
  device.start();
  expect(done[0]).toMatch(/timestamp=2524608000000,ext=1\|/);
  device.opened();
  expect(done.at(-1)).toBe('subscribe 17');
  device.granted([0, 1, 128]);
  expect(tally.refusedFilters).toBe(1);
});

test('says the same whatever the network does', () => {
  const undisturbed = world({ count: 20, window: 100 });
  undisturbed.device.start();
  undisturbed.device.opened();
  undisturbed.pass(30_000);
  const disturbed = world({ count: 20, window: 100 });
  disturbed.device.start();
  disturbed.pass(3000);
  disturbed.device.opened();
  for (let loss = 0; loss < 8; loss++) {
    disturbed.pass(2500);
    disturbed.device.closed();
    disturbed.pass(1100);
    disturbed.device.opened();
  }
  disturbed.pass(30_000);
  const said = (sent: readonly Outgoing[]) => [
    ...new Set(sent.map(({ topic, payload }) => `${topic} ${String(payload)}`)),
  ];
  expect(said(disturbed.sent)).toEqual(said(undisturbed.sent));
  expect(said(undisturbed.sent)).toHaveLength(20);
});
