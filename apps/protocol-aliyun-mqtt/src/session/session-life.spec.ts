/** Sessions of a gateway device and of its sub-devices, from beginning to end, with every part that hears of them. */
import { NoListenerError } from '@alink/bus';
import { decodeEnvelope, subjects, writeDevicePublish, type StatusChange } from '@alink/contract';
import { eventually } from '@alink/testing';
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { createTestPath } from '../../test/test-path';
import { LinkSessions } from './link-sessions';
import type { Session } from './session';

const start = async () => {
  const { path, bus, activities, stop } = await createTestPath();
  const told: StatusChange[] = [];
  for (const subject of [subjects.sessionBegan, subjects.sessionEnded]) {
    bus.subscribe(subject, ({ data }) => {
      told.push(JSON.parse(decodeEnvelope(data.toString()).data) as StatusChange);
    });
  }
  const { life, sessions: table } = path;
  const link = new FakeLink();
  const sessions = new LinkSessions(link, await admitted('dev-gateway'), (ended, followers) =>
    life.ended(ended, followers),
  );
  link.onClosed = () => sessions.closed('connection closed');
  const login = (session: Session): Session => {
    life.begin(session, 0);
    life.online(session);
    return session;
  };
  login(sessions.owner);
  const subDevices: Session[] = [];
  for (const name of ['dev-sub1', 'dev-sub2']) subDevices.push(login(sessions.open(await admitted(name))));
  await eventually(() => expect(told).toHaveLength(3));

  /** A command to a device, as anybody on the bus may give it. */
  const command = (deviceName: string): Promise<Buffer> => {
    const topic = `/sys/${PRODUCT_KEY}/${deviceName}/thing/service/property/set`;
    const content = { productID: PRODUCT_KEY, deviceName, handle: 'ext' as const, type: 'raw', topic };
    const message = writeDevicePublish({ ...content, body: Buffer.from('{}') }, 1);
    return bus.request(subjects.down('ext', PRODUCT_KEY, deviceName), message, 5000);
  };
  const namesOf = (kind: 'connect' | 'disconnect') =>
    activities.filter((activity) => activity.kind === kind).map(({ deviceName }) => deviceName);
  return { link, sessions, subDevices, table, told, command, namesOf, activities, stop };
};

test('a sub-device is online through its gateway device: commands to it go over that connection', async () => {
  const { link, table, told, command, namesOf, stop } = await start();
  expect(table.size).toBe(3);
  expect(namesOf('connect')).toEqual(['dev-gateway', 'dev-sub1', 'dev-sub2']);
  expect(told.map(({ via }) => via?.deviceName)).toEqual([undefined, 'dev-gateway', 'dev-gateway']);
  await command('dev-sub2');
  expect(link.sent.map(({ topic }) => topic)).toEqual([`/sys/${PRODUCT_KEY}/dev-sub2/thing/service/property/set`]);
  await stop();
});

test('the end of the connection is that of all, in one message and a line for each device', async () => {
  const { link, table, told, command, namesOf, activities, stop } = await start();
  link.close({ how: 'lost' });
  expect(table.size).toBe(0);
  expect(namesOf('disconnect')).toEqual(['dev-gateway', 'dev-sub1', 'dev-sub2']);
  expect(activities.at(-1)!.text).toBe('its gateway device is gone: connection closed');
  await expect(command('dev-sub1')).rejects.toThrow(NoListenerError);
  await stop();
  expect(told.slice(3)).toMatchObject([{ action: 'disconnected', deviceName: 'dev-gateway' }]);
});

test("a sub-device's end is its own", async () => {
  const { link, subDevices, table, told, command, namesOf, stop } = await start();
  await subDevices[0]!.end({ text: 'the device was deleted' });
  expect([link.isClosed, table.size, namesOf('disconnect')]).toEqual([false, 2, ['dev-sub1']]);
  await eventually(() =>
    expect(told.at(-1)).toMatchObject({
      action: 'disconnected',
      deviceName: 'dev-sub1',
      reason: 'the device was deleted',
    }),
  );
  await expect(command('dev-sub1')).rejects.toThrow(NoListenerError);
  await command('dev-sub2');
  await stop();
});

test('a session that ends before it was online is told to nobody', async () => {
  const { path, activities, stop } = await createTestPath();
  const sessions = new LinkSessions(new FakeLink(), await admitted('dev1'), (ended, followers) =>
    path.life.ended(ended, followers),
  );
  path.life.begin(sessions.owner, 0);
  sessions.closed('connection closed');
  path.life.online(sessions.owner);
  expect([path.sessions.size, activities]).toEqual([0, []]);
  await stop();
});

test('of two logins of one device that found its place vacant in the same turn, the later one stays', async () => {
  const { path, stop } = await createTestPath();
  const begun: Session[] = [];
  for (const gateway of ['dev-gateway', 'dev-other']) {
    const link = new LinkSessions(new FakeLink(), await admitted(gateway), () => undefined);
    const session = link.open(await admitted('dev-sub1'));
    path.life.begin(session, 0);
    begun.push(session);
  }
  expect(begun.map(({ state, endReason }) => [state, endReason])).toEqual([
    ['ended', 'taken over: the same device logged in again'],
    ['opening', undefined],
  ]);
  expect(path.sessions.get(PRODUCT_KEY, 'dev-sub1')).toBe(begun[1]);
  await stop();
});
