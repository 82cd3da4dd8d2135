/** What unitedrhino's dm is told of sessions: it takes the words as they come. */
import { createMemoryBus, type Bus } from '@alink/bus';
import { decodeEnvelope, subjects, type StatusChange } from '@alink/contract';
import { createLogger, systemClock } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { isLater } from './epoch';
import { LinkSessions } from './link-sessions';
import { Presence } from './presence';
import { takeOver } from './end-cause';
import type { Session } from './session';
import { SessionTable } from './session-table';
import { UnitedrhinoStatus } from './unitedrhino-status';

let bus: Bus;
let table: SessionTable;
let presence: Presence;
let told: StatusChange[];

beforeEach(() => {
  bus = createMemoryBus({ publishTimeoutMs: 100 });
  table = new SessionTable();
  const log = createLogger({ name: 'test', level: 'silent' });
  presence = new Presence(new UnitedrhinoStatus(bus, systemClock, table), systemClock, log, 'node-1');
  told = [];
});
afterEach(async () => {
  await presence.stop();
  await bus.close();
});

const dmListens = (): void => {
  bus.subscribe('device.up.status.>', ({ subject, data, respond }) => {
    const status = JSON.parse(decodeEnvelope(data.toString()).data) as StatusChange;
    expect(subject).toBe(status.action === 'connected' ? subjects.connected : subjects.disconnected);
    told.push(status);
    respond?.('+ACK');
  });
};
/** A device logs in. */
const login = async (): Promise<LinkSessions> => {
  const sessions = new LinkSessions(new FakeLink(), await admitted('dev1'), (session, followers) => {
    for (const ended of [session, ...followers]) table.remove(ended);
    presence.disconnected(session, followers);
  });
  begin(sessions.owner);
  return sessions;
};
const begin = (session: Session): void => {
  table.add(session);
  session.online(Date.now());
  table.noteEpoch(session, 'pending');
  void presence.connected(session).then((epoch) => table.noteEpoch(session, epoch));
};
/** A sub-device logs in through it. */
const loginThrough = async (sessions: LinkSessions, deviceName: string): Promise<Session> => {
  const session = sessions.open(await admitted(deviceName));
  begin(session);
  return session;
};
const inShort = () => told.map(({ action, reason }) => `${action} ${reason}`.trim());
const epochOf = async (session: Session) => (await presence.epochOf(session))!;

test('a beginning and its end have the members that it knows, and no other', async () => {
  dmListens();
  const sessions = await login();
  await eventually(() => expect(told).toHaveLength(1));
  sessions.closed('the device disconnected');
  await eventually(() => expect(told).toHaveLength(2));
  const common = {
    username: `dev1&${PRODUCT_KEY}`,
    timestamp: expect.any(Number) as number,
    addr: '192.0.2.1:4711',
    clientID: `${PRODUCT_KEY}&dev1`,
    productID: PRODUCT_KEY,
    deviceName: 'dev1',
  };
  expect(told).toEqual([
    { ...common, action: 'connected', reason: '' },
    { ...common, action: 'disconnected', reason: 'the device disconnected' },
  ]);
});

test('the end of a session that was taken over leaves the device online', async () => {
  dmListens();
  const sessions = await login();
  await eventually(() => expect(told).toHaveLength(1));
  sessions.closed(takeOver('the device connected to another node').text);
  await eventually(() => expect(inShort()).toEqual(['connected', 'disconnected takenover']));
});

test('a device that is back at once was never away', async () => {
  dmListens();
  const first = await login();
  await eventually(() => expect(told).toHaveLength(1));
  first.closed('lost');
  await login();
  await eventually(() => expect(inShort()).toEqual(['connected', 'connected', 'disconnected takenover']));
});

describe('sub-devices of a gateway device that goes', () => {
  const ends = () => told.filter(({ action }) => action === 'disconnected').map((one) => [one.deviceName, one.reason]);

  test('are told of one by one, before it, for its dm may leave them online', async () => {
    dmListens();
    const sessions = await login();
    for (const name of ['dev-sub1', 'dev-sub2']) await loginThrough(sessions, name);
    await eventually(() => expect(told).toHaveLength(3));
    expect(told.every((status) => !('via' in status))).toBe(true);
    sessions.closed('lost');
    await eventually(() => expect(ends()).toHaveLength(3));
    expect(ends()).toEqual([
      ['dev-sub1', 'its gateway device is gone: lost'],
      ['dev-sub2', 'its gateway device is gone: lost'],
      ['dev1', 'lost'],
    ]);
  });

  test('are away where it is back at once and they are not', async () => {
    dmListens();
    const first = await login();
    for (const name of ['dev-sub1', 'dev-sub2']) await loginThrough(first, name);
    await eventually(() => expect(told).toHaveLength(3));
    first.closed('lost');
    await loginThrough(await login(), 'dev-sub2');
    await eventually(() => expect(ends()).toHaveLength(3));
    expect(ends()).toEqual([
      ['dev-sub1', 'its gateway device is gone: lost'],
      ['dev-sub2', 'takenover'],
      ['dev1', 'takenover'],
    ]);
  });
});

test('a later session has the later place', async () => {
  dmListens();
  const first = await login();
  first.closed('gone');
  await new Promise((resolve) => setTimeout(resolve, 2));
  const second = await login();
  expect(isLater(await epochOf(second.owner), await epochOf(first.owner))).toBe(true);
});

test('what could not be told in time is not the last word on a device that is back', async () => {
  const first = await login();
  first.closed('lost');
  const second = await login();
  dmListens();
  await eventually(() => expect(inShort()).toEqual(expect.arrayContaining(['connected', 'disconnected takenover'])));
  await presence.epochOf(second.owner);
  expect(inShort().sort()).toEqual(['connected', 'disconnected takenover']);
});
