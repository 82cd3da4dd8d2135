import { jest } from '@jest/globals';
import { verifySubDevice, type SubDeviceSignature } from '@alink/signing';
import { Tally } from '../device/tally';
import { Attendance } from './attendance';
import type { SubClient } from './sub-client';

const GATEWAY = { productKey: 'gw', deviceName: 'gateway1' };
const SECRET = 's3cr3t';

interface Sent {
  readonly topic: string;
  readonly id: string;
  readonly params: unknown;
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A gateway device whose requests are written down, and who hears what it is told to hear. */
const start = (count: number, deviceSecret = SECRET) => {
  const sent: Sent[] = [];
  const heard: string[] = [];
  const tally = new Tally();
  const attendance = new Attendance(
    { gateway: GATEWAY, signMethod: 'hmacsha256', unasked: true },
    (topic, payload) => sent.push({ topic, ...(JSON.parse(payload) as Omit<Sent, 'topic'>) }),
    tally,
  );
  const clients = Array.from({ length: count }, (_, index): SubClient => {
    const deviceName = `lamp${index}`;
    return {
      identity: { productKey: 'sub', deviceName },
      deviceSecret,
      stage: deviceSecret === '' ? 'register' : 'attach',
      loggedIn: () => void heard.push(`${deviceName} in`),
      refused: (why) => void heard.push(`${deviceName} ${why}`),
      loggedOut: () => undefined,
    };
  });
  for (const client of clients) attendance.enter(client);
  return {
    ...{ attendance, clients, sent, heard, tally },
    /** Answers the request with this number, and lets the next ones be made. */
    reply: (n: number, code = 200, data: unknown = {}, message = code === 200 ? 'success' : 'refused') => {
      const { topic, id } = sent[n]!;
      attendance.heard(`${topic}_reply`, Buffer.from(JSON.stringify({ id, code, message, data })));
      jest.advanceTimersByTime(50);
    },
    /** The connection is there. */
    begin: () => {
      attendance.begin();
      jest.advanceTimersByTime(50);
    },
  };
};

const paths = (sent: readonly Sent[]) => sent.map(({ topic }) => topic.split('/').slice(-1)[0]);
const namesOf = ({ params }: Sent): string[] => {
  const list = (params as { deviceList?: unknown[] }).deviceList ?? (params as unknown[]);
  return (list as { deviceName: string }[]).map(({ deviceName }) => deviceName);
};

test('adds and logs in as many at once as one request is for, signed as SDKs sign', () => {
  const { sent, heard, begin, reply, tally, attendance } = start(51);
  expect(sent).toEqual([]);
  begin();
  expect(sent.map(({ topic }) => topic)).toEqual([
    '/sys/gw/gateway1/thing/topo/add',
    '/sys/gw/gateway1/thing/topo/add',
  ]);
  expect(sent.map((each) => namesOf(each).length)).toEqual([50, 1]);
  reply(0);
  reply(1);
  expect(paths(sent)).toEqual(['add', 'add', 'batch_login', 'batch_login']);
  const { signMethod, deviceList } = sent[2]!.params as { signMethod: string; deviceList: SubDeviceSignature[] };
  expect(deviceList[0]).toMatchObject({ clientId: 'sub.lamp0|_ss=1|', cleanSession: 'true' });
  for (const each of deviceList) expect(verifySubDevice({ ...each, signMethod }, SECRET)).toBe(true);
  const [added] = sent[0]!.params as (SubDeviceSignature & { signmethod: string })[];
  expect(verifySubDevice({ ...added!, signMethod: added!.signmethod }, SECRET)).toBe(true);
  reply(2);
  reply(3);
  expect(heard).toHaveLength(51);
  expect(attendance.isBusy).toBe(false);
  expect(Object.fromEntries(tally.kinds)).toMatchObject({ 'topo-add': { accepted: 2 }, 'sub-login': { accepted: 2 } });
});

test('registers those without a secret, and goes on with what it was told', () => {
  const { clients, sent, heard, begin, reply } = start(2, '');
  begin();
  expect(sent[0]).toMatchObject({
    topic: '/sys/gw/gateway1/thing/sub/register',
    params: [{ deviceName: 'lamp0' }, {}],
  });
  reply(0, 200, [{ productKey: 'sub', deviceName: 'lamp1', deviceSecret: 'told', iotId: 'i1' }]);
  expect(heard).toEqual(['lamp0 sub-register: it is not among those registered']);
  expect(clients[1]!.deviceSecret).toBe('told');
  expect(namesOf(sent[1]!)).toEqual(['lamp1']);
});

test('of a batch that is refused, those that are named hear it, and the others are asked for again', () => {
  const { sent, heard, begin, reply } = start(3);
  begin();
  reply(0);
  reply(1, 6401, [{ productKey: 'sub', deviceName: 'lamp1' }]);
  expect(heard).toEqual(['lamp1 sub-login 6401 refused']);
  expect(namesOf(sent[2]!)).toEqual(['lamp0', 'lamp2']);
});

test('where nobody is named, each is asked for alone; where it is nobody’s fault, all hear it', () => {
  const { sent, heard, begin, reply } = start(2);
  begin();
  reply(0, 6100);
  expect(sent.slice(1).map(namesOf)).toEqual([['lamp0'], ['lamp1']]);
  reply(1, 6100);
  expect(heard).toEqual(['lamp0 topo-add 6100 refused']);
  reply(2);
  expect(paths(sent)).toEqual(['add', 'add', 'add', 'batch_login']);
  reply(3, 429);
  expect(heard[1]).toBe('lamp1 sub-login 429 refused');
});

test('one that has lost its gateway device is added again before it logs in again', () => {
  const { attendance, clients, sent, begin, reply } = start(1);
  begin();
  reply(0);
  reply(1, 6401, [clients[0]!.identity]);
  attendance.enter(clients[0]!);
  jest.advanceTimersByTime(50);
  expect(paths(sent)).toEqual(['add', 'batch_login', 'add']);
});

test('what was asked when the connection broke is asked on the next one, and nobody is added twice', () => {
  const { attendance, sent, heard, begin, reply, tally } = start(1);
  begin();
  reply(0);
  attendance.breakOff();
  jest.advanceTimersByTime(60_000);
  expect(sent).toHaveLength(2);
  begin();
  expect(paths(sent)).toEqual(['add', 'batch_login', 'batch_login']);
  reply(1);
  expect(heard).toEqual([]);
  reply(2);
  expect(heard).toEqual(['lamp0 in']);
  expect(tally.unanswered).toBe(1);
});

test('a request that nobody answers is refused after a while', () => {
  const { heard, begin, attendance } = start(1);
  begin();
  jest.advanceTimersByTime(10_000);
  expect(heard).toEqual(['lamp0 no reply to topo-add in time']);
  expect(attendance.isBusy).toBe(false);
});

test('those that leave are logged out together; one that gives up is not asked for', () => {
  const { attendance, clients, sent, begin, reply } = start(3);
  attendance.giveUp(clients[2]!);
  begin();
  reply(0);
  reply(1);
  for (const client of clients.slice(0, 2)) attendance.leave(client);
  jest.advanceTimersByTime(50);
  expect(sent[2]).toMatchObject({ topic: '/ext/session/gw/gateway1/combine/batch_logout', params: [{}, {}] });
  expect(attendance.isBusy).toBe(true);
  reply(2);
  expect(attendance.isBusy).toBe(false);
});

test('it takes no more than its own replies', () => {
  const { attendance } = start(0);
  expect(attendance.heard('/sys/gw/gateway1/thing/event/property/post_reply', Buffer.from('{}'))).toBe(false);
  expect(attendance.heard('/sys/gw/gateway1/thing/topo/add_reply', Buffer.from('{"id":"5"}'))).toBe(true);
});
