/** Broadcasts on one node, from the bus to the devices on it. */
import { createMemoryBus } from '@alink/bus';
import { encodeBroadcast, subjects, type Broadcast, type BroadcastTold } from '@alink/contract';
import { createLogger, createMetrics } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { createNodeMetrics } from '../metrics';
import { LinkSessions } from '../session/link-sessions';
import { SessionTable } from '../session/session-table';
import { Broadcasts } from './broadcasts';

const bus = createMemoryBus();
let broadcasts: Broadcasts;
let sessions: SessionTable;
beforeEach(() => {
  sessions = new SessionTable();
  const log = createLogger({ name: 'test', level: 'fatal' });
  const metrics = createNodeMetrics(createMetrics('test'), () => 0);
  broadcasts = new Broadcasts({ bus, sessions, nodeId: 'n1', metrics, log });
  broadcasts.start();
});
afterEach(() => broadcasts.stop());
afterAll(() => bus.close());

const online = async (deviceName: string, ...filters: string[]): Promise<FakeLink> => {
  const link = new FakeLink();
  link.filters = filters;
  const { owner } = new LinkSessions(link, await admitted(deviceName), () => undefined);
  owner.online(1);
  sessions.add(owner);
  return link;
};

let ids = 0;
/** Sends it. @returns what the node tells */
const send = async (broadcast: Partial<Broadcast>): Promise<BroadcastTold> => {
  const id = String(++ids);
  const told: BroadcastTold[] = [];
  const listening = bus.subscribe(subjects.broadcastTold(id), ({ data }) =>
    told.push(JSON.parse(data.toString()) as BroadcastTold),
  );
  const whole: Broadcast = {
    id,
    step: 'deliver',
    productID: PRODUCT_KEY,
    payload: Buffer.from([0, 255]),
    ...broadcast,
  };
  bus.publish(subjects.broadcast, encodeBroadcast(whole));
  await eventually(() => expect(told).toHaveLength(1));
  listening.unsubscribe();
  return told[0]!;
};

test('every device of the product gets it, without a SUBSCRIBE, at QoS 0', async () => {
  const links = await Promise.all(['dev1', 'dev2'].map((name) => online(name)));
  expect(await send({})).toEqual({ node: 'n1', step: 'deliver', delivered: 2, undelivered: 0 });
  expect(links.map(({ sent }) => sent)).toEqual(
    ['dev1', 'dev2'].map((name) => [
      { topic: `/sys/${PRODUCT_KEY}/${name}/broadcast/request/${ids}`, payload: Buffer.from([0, 255]), qos: 0 },
    ]),
  );
});

test('devices of other products get nothing', async () => {
  const link = await online('dev1');
  expect(await send({ productID: 'other' })).toMatchObject({ delivered: 0, undelivered: 0 });
  expect(link.sent).toEqual([]);
});

test('those that have subscribed a topic of the product get what is sent there', async () => {
  const topic = `/broadcast/${PRODUCT_KEY}/news/today`;
  const [exact, wild, none] = await Promise.all([
    online('dev1', topic),
    online('dev2', `/broadcast/${PRODUCT_KEY}/#`),
    online('dev3', `/broadcast/${PRODUCT_KEY}/other`),
  ]);
  expect(await send({ topic: 'news/today' })).toMatchObject({ delivered: 2 });
  expect([exact!.sent, wild!.sent, none!.sent].map((sent) => sent.map((message) => message.topic))).toEqual([
    [topic],
    [topic],
    [],
  ]);
});

test('they are counted without being sent anything', async () => {
  const link = await online('dev1', `/broadcast/${PRODUCT_KEY}/news`);
  await online('dev2');
  expect(await send({ topic: 'news', step: 'count' })).toMatchObject({ step: 'count', delivered: 1 });
  expect(link.sent).toEqual([]);
});

test('a device that reads nothing, or has unsubscribed it, is told apart', async () => {
  const full = await online('dev1');
  full.isFull = true;
  await online('dev2');
  expect(await send({})).toMatchObject({ delivered: 1, undelivered: 1 });
});

describe('with sub-devices', () => {
  /** A gateway device with sub-devices of its own product, all online. */
  const gateway = async (...filters: string[]): Promise<FakeLink> => {
    const link = new FakeLink();
    link.filters = filters;
    const onLink = new LinkSessions(link, await admitted('dev-gateway'), () => undefined);
    const subs = [onLink.open(await admitted('dev-sub1')), onLink.open(await admitted('dev-sub2'))];
    for (const session of [...subs, onLink.owner]) {
      session.online(1);
      sessions.add(session);
    }
    return link;
  };

  test('each gets what is for all of its product', async () => {
    const link = await gateway();
    expect(await send({})).toMatchObject({ delivered: 3 });
    expect(new Set(link.sent.map(({ topic }) => topic)).size).toBe(3);
  });

  test('what goes to subscribers reaches a connection once', async () => {
    const link = await gateway(`/broadcast/${PRODUCT_KEY}/news`);
    expect(await send({ topic: 'news', step: 'count' })).toMatchObject({ delivered: 1 });
    expect(await send({ topic: 'news' })).toMatchObject({ delivered: 1 });
    expect(link.sent.map(({ topic }) => topic)).toEqual([`/broadcast/${PRODUCT_KEY}/news`]);
    expect(await send({ topic: 'other' })).toMatchObject({ delivered: 0 });
  });
});

test('20,000 devices are written to in slices: others get their turns between', async () => {
  const login = await admitted('dev0');
  for (let n = 0; n < 20_000; n++) {
    const device = { ...login.device, deviceName: `dev${n}` };
    const { owner } = new LinkSessions(new FakeLink(), { ...login, device }, () => undefined);
    owner.online(1);
    sessions.add(owner);
  }
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  expect(await send({})).toMatchObject({ delivered: 20_000 });
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(30);
});

test('what cannot be read harms nobody', async () => {
  bus.publish(subjects.broadcast, 'no JSON');
  bus.publish(subjects.broadcast, '{}');
  expect(await send({})).toMatchObject({ delivered: 0 });
});
