/** What dm is told of sessions, and in which order it stands in the stream. */
import { createMemoryBus, type Bus } from '@alink/bus';
import { decodeEnvelope, isKeptCopy, subjects, type StatusChange } from '@alink/contract';
import { createLogger, systemClock } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { PartitionedBus } from '../../test/partitioned-bus';
import { LinkSessions } from './link-sessions';
import { Presence } from './presence';
import type { Session } from './session';
import { SessionTable } from './session-table';
import { StreamStatus } from './status-teller';

let stream: Bus;
let bus: PartitionedBus;
let presence: Presence;
/** What stands in the stream, oldest first. */
let told: StatusChange[];
let sessions: LinkSessions;
beforeEach(async () => {
  stream = createMemoryBus();
  bus = new PartitionedBus(stream);
  presence = new Presence(
    new StreamStatus(bus, systemClock),
    systemClock,
    createLogger({ name: 'test', level: 'silent' }),
    'node-1',
  );
  told = [];
  await stream.consume({ durable: 'test', maxBatch: 100, maxWaitMs: 1 }, async (batch) => {
    for (const { subject, data } of batch) {
      if (subject !== subjects.sessionBegan && subject !== subjects.sessionEnded) continue;
      told.push(JSON.parse(decodeEnvelope(data.toString()).data) as StatusChange);
    }
  });
  sessions = new LinkSessions(new FakeLink(), await admitted('dev1'), (session, followers) =>
    presence.disconnected(session, followers),
  );
});
afterEach(async () => {
  await presence.stop();
  await stream.close();
});

const online = (session: Session): Session => {
  session.online(Date.now());
  void presence.connected(session);
  return session;
};
const subDevice = async (deviceName: string): Promise<Session> => online(sessions.open(await admitted(deviceName)));
const inShort = () => told.map(({ action, deviceName }) => `${deviceName} ${action}`);
const VIA = { productID: PRODUCT_KEY, deviceName: 'dev1' };

test('a session is told with its place, and its end with the reason', async () => {
  online(sessions.owner);
  await eventually(() => expect(told).toHaveLength(1));
  sessions.closed('the device disconnected');
  await eventually(() => expect(told).toHaveLength(2));
  const common = {
    productID: PRODUCT_KEY,
    deviceName: 'dev1',
    clientID: `${PRODUCT_KEY}&dev1`,
    addr: '192.0.2.1:4711',
  };
  const { sequence } = (await presence.epochOf(sessions.owner))!;
  expect(told).toMatchObject([
    { ...common, action: 'connected', reason: '', rawClientID: 'dev1|securemode=3|' },
    { ...common, action: 'disconnected', reason: 'the device disconnected', epoch: sequence },
  ]);
  for (const message of told) expect(message).not.toHaveProperty('via');
});

test('a session that has a later one here by the time that the stream is back is not told behind it', async () => {
  bus.lose();
  online(sessions.owner);
  sessions.closed('connection closed');
  const again = new LinkSessions(new FakeLink(), await admitted('dev1'), () => undefined);
  online(again.owner);
  bus.connected = true;
  await eventually(() => expect(presence.placeOf(again.owner)).toBeDefined());
  await presence.stop();
  expect(inShort()).toEqual(['dev1 connected']);
});

test('others hear a copy of what is told, which says that it is one', async () => {
  const heard: [string, StatusChange, boolean][] = [];
  stream.subscribe('device.up.status.>', ({ subject, data }) => {
    heard.push([subject, JSON.parse(decodeEnvelope(data.toString()).data) as StatusChange, isKeptCopy(data)]);
  });
  online(sessions.owner);
  await eventually(() => expect(heard).toHaveLength(1));
  sessions.closed('the device disconnected');
  await eventually(() => expect(heard).toHaveLength(2));
  expect(heard).toEqual([
    [subjects.connected, told[0], true],
    [subjects.disconnected, told[1], true],
  ]);
});

describe('a sub-device', () => {
  test('is told to be online through its gateway device, and its own end as well', async () => {
    online(sessions.owner);
    const sub = await subDevice('dev2');
    await sub.end({ text: 'the device was deleted' });
    await eventually(() => expect(told).toHaveLength(3));
    const { stream: madeAt, sequence: epoch } = (await presence.epochOf(sessions.owner))!;
    const via = { ...VIA, epoch, stream: madeAt };
    expect(told[1]).toMatchObject({ action: 'connected', deviceName: 'dev2', via });
    expect(told[2]).toMatchObject({
      action: 'disconnected',
      deviceName: 'dev2',
      reason: 'the device was deleted',
    });
  });

  test('follows when the connection ends: one message, behind every beginning', async () => {
    online(sessions.owner);
    await eventually(() => expect(told).toHaveLength(1));
    bus.lose();
    await subDevice('dev2');
    await subDevice('dev3');
    sessions.closed('connection closed');
    bus.connected = true;
    await eventually(() => expect(inShort().at(-1)).toBe('dev1 disconnected'));
    expect(inShort().slice(1, -1).sort()).toEqual(['dev2 connected', 'dev3 connected']);
    await presence.stop();
    expect(told).toHaveLength(4);
  });

  test('of a gateway device whose beginning was given up is not told either', async () => {
    bus.lose();
    online(sessions.owner);
    await subDevice('dev2');
    sessions.closed('connection closed');
    await presence.stop();
    expect(presence.placeOf(sessions.owner)).toBeUndefined();
    expect(told).toEqual([]);
    const untold = presence.untold.list(new SessionTable());
    expect(untold.map(({ deviceName, place }) => [deviceName, place])).toEqual([
      ['dev1', undefined],
      ['dev2', undefined],
    ]);
  });

  test('by the thousands: the stream has so many of them to keep at once, and no more', async () => {
    online(sessions.owner);
    await eventually(() => expect(told).toHaveLength(1));
    let [underWay, most] = [0, 0];
    const publishKept = bus.publishKept.bind(bus);
    bus.publishKept = async (...args) => {
      most = Math.max(most, ++underWay);
      return publishKept(...args).finally(() => underWay--);
    };
    const options = await admitted('dev2');
    for (let n = 0; n < 2000; n++) {
      online(sessions.open({ ...options, device: { ...options.device, deviceName: `dev-${n}` } }));
    }
    await eventually(() => expect(told).toHaveLength(2001));
    expect(most).toBe(1000);
    sessions.closed('connection closed');
    await eventually(() => expect(inShort().at(-1)).toBe('dev1 disconnected'));
    expect(told).toHaveLength(2002);
  });

  test('is on the account of ends that the stream did not take, like its gateway device', async () => {
    online(sessions.owner);
    await subDevice('dev2');
    await eventually(() => expect(told).toHaveLength(2));
    bus.lose();
    sessions.closed('connection closed');
    await presence.stop();
    const untold = presence.untold.list(new SessionTable()).map(({ deviceName }) => deviceName);
    expect(untold.sort()).toEqual(['dev1', 'dev2']);
  });
});
