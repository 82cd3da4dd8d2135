/** Changes that dm could not tell when they were made, since NATS or its own way there was away. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connectNats, type Bus } from '@alink/bus';
import { decodeEnvelope, subjects } from '@alink/contract';
import { eventually, startNats, type TestNats } from '@alink/testing';
import { createDevices, DEVICE, NAMES, startDm, type DmFixture } from './dm-fixture';

/** A way to a server that can be cut. */
const startLink = async (to: number) => {
  const sockets = new Set<Socket>();
  let isCut = false;
  const track = (socket: Socket, other: Socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => (sockets.delete(socket), other.destroy())));
    socket.pipe(other);
  };
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(to, '127.0.0.1');
    track(near, far);
    track(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend: () => void (isCut = false),
    close: () => {
      cut();
      return new Promise((resolve) => server.close(resolve));
    },
  };
};

let nats: TestNats;
let link: Awaited<ReturnType<typeof startLink>>;
let bus: Bus;
let node: Bus;
let fixture: DmFixture;
let reconnects = 0;
/** The devices that a node is told of. */
const heard: object[] = [];

beforeAll(async () => {
  nats = await startNats();
  link = await startLink(Number(new URL(nats.url).port));
  [bus, node] = await Promise.all([
    connectNats({ servers: link.url, name: 'dm-test' }),
    connectNats({ servers: nats.url, name: 'node-test' }),
  ]);
  node.onReconnect(() => reconnects++);
  node.subscribe(subjects.cacheSync('cache:dm:device'), ({ data }) => {
    heard.push(JSON.parse(decodeEnvelope(data.toString()).data) as object);
  });
  node.subscribe('spec.round', ({ respond }) => respond?.(''));
  fixture = await startDm({ bus });
  await createDevices(fixture, DEVICE);
});
afterAll(async () => {
  await fixture?.stop();
  await Promise.all([bus?.close(), node?.close()]);
  await link?.close();
  await nats?.stop();
});

/** Once the node has heard all that dm has said. */
const roundTrip = () => eventually(() => bus.request('spec.round', '', 10_000));
const setEnabled = (isEnable: number) => fixture.devices.deviceInfoUpdate({ ...NAMES, isEnable });

test.each([
  ['alone', async () => undefined],
  [
    'longer than a node from a NATS that was restarted',
    async () => {
      const before = reconnects;
      await nats.restart();
      await eventually(() => expect(reconnects).toBeGreaterThan(before));
    },
  ],
])('dm was cut off, %s: when it is back it tells that anything may have changed', async (_case, meanwhile) => {
  await setEnabled(1);
  await roundTrip();
  expect(heard.splice(0)).toContainEqual(NAMES);
  link.cut();
  await eventually(() => expect(bus.connected).toBe(false));
  await meanwhile();
  await setEnabled(2);
  link.mend();
  await eventually(() => expect(heard).toContainEqual({}));
  await setEnabled(1);
  await roundTrip();
  expect(heard.splice(0).at(-1)).toEqual(NAMES);
});

test('a dm that starts tells the same: the one before may have died before it told', async () => {
  await roundTrip();
  heard.length = 0;
  const next = await startDm({ bus });
  await roundTrip();
  expect(heard).toEqual([{}]);
  await next.stop();
});
