/** Which of two sessions of a sub-device stays, where the stream has them in another order than their gateway device's. */
import { createMemoryBus, type Bus } from '@alink/bus';
import { subjects } from '@alink/contract';
import { createLogger, systemClock } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { LinkSessions } from './link-sessions';
import { OtherNodes } from './other-nodes';
import { Presence } from './presence';
import type { Session } from './session';
import { SessionTable } from './session-table';
import { StreamStatus } from './status-teller';

const SUB_DEVICE = subjects.sessionOpened(PRODUCT_KEY, 'dev2');
const silent = createLogger({ name: 'test', level: 'silent' });
let bus: Bus;
let presence: Presence;
let others: OtherNodes;
let sub: Session;
/** Places of the sub-device's sessions, as other nodes are told of them. */
let told: number[];
/** Place of the gateway device's session. */
let gateway: number;

beforeEach(async () => {
  bus = createMemoryBus();
  await bus.consume({ durable: 'test', maxBatch: 100, maxWaitMs: 1 }, async () => undefined);
  presence = new Presence(new StreamStatus(bus, systemClock), systemClock, silent, 'node-1');
  const table = new SessionTable();
  others = new OtherNodes(bus, table, presence, { productKeys: (productID) => [productID] }, 'node-1', silent);
  others.start(() => undefined);
  told = [];
  bus.subscribe(SUB_DEVICE, ({ data }) => {
    const { node, sequence } = JSON.parse(data.toString()) as { node: string; sequence: number };
    if (node === 'node-1') told.push(sequence);
  });
  const sessions = new LinkSessions(new FakeLink(), await admitted('dev1'), (session, followers) =>
    presence.disconnected(session, followers),
  );
  const online = (session: Session): Session => {
    table.add(session);
    session.online(Date.now());
    void presence.connected(session);
    void others.tell(session);
    return session;
  };
  online(sessions.owner);
  sub = online(sessions.open(await admitted('dev2')));
  await eventually(() => expect(told).toHaveLength(1));
  gateway = presence.placeOf(sessions.owner)!.sequence;
});
afterEach(async () => {
  await presence.stop();
  others.stop();
  await bus.close();
});

/** Another node tells of a session of the sub-device that stands later in the stream, through that session of a gateway device. */
const openedElsewhere = async (via: { deviceName: string; sequence: number } | undefined): Promise<number> => {
  const sequence = await bus.publishKept(subjects.sessionBegan, '{}');
  const names = { productID: PRODUCT_KEY, deviceName: 'dev2' };
  const through = via && { productID: PRODUCT_KEY, stream: 0, ...via };
  bus.publish(
    SUB_DEVICE,
    JSON.stringify({ node: 'node-2', ...names, stream: 0, sequence, clientId: 'x', via: through }),
  );
  return sequence;
};

test('one through an earlier session of the gateway device does not end it, and is outrun', async () => {
  const later = await openedElsewhere({ deviceName: 'dev1', sequence: gateway - 1 });
  await eventually(() => expect(told).toHaveLength(2));
  expect(told[1]).toBeGreaterThan(later);
  expect(sub.state).toBe('online');
  expect((await presence.epochOf(sub))!.sequence).toBe(told[1]);
});

test.each([
  ['a later session of the gateway device', () => ({ deviceName: 'dev1', sequence: gateway + 1 })],
  ['another gateway device', () => ({ deviceName: 'dev3', sequence: gateway - 1 })],
  ['a connection of its own', () => undefined],
])('one through %s ends it', async (_case, via) => {
  await openedElsewhere(via());
  await eventually(() => expect(sub.state).toBe('ended'));
  expect(told).toHaveLength(1);
});
