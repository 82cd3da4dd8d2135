/** Commands while NATS hangs, or has no room: whoever sends them and whoever looks after the device hear that it is NATS. */
import { connectNats, type Bus } from '@alink/bus';
import { eventually, startNats, type TestNats } from '@alink/testing';
import { CommandBed, setReply } from './command-bed';
import { NAMES, rpcError, sendUplink, startDm, type DmFixture } from './dm-fixture';

let nats: TestNats;
let bus: Bus;
let fixture: DmFixture;
let bed: CommandBed;
const start = async (maxStoreBytes?: number): Promise<void> => {
  nats = await startNats({ maxStoreBytes });
  bus = await connectNats({ servers: nats.url, name: 'spec' });
  fixture = await startDm({ bus });
  bed = await CommandBed.prepare(fixture);
  await bed.login();
  await eventually(async () => expect(await isOnline()).toBe('1'));
};
afterEach(async () => {
  nats.resume();
  await bed.clear();
  await fixture.stop();
  await bus.close();
  await nats.stop();
});

const isOnline = async (): Promise<string> => (await fixture.devices.deviceInfoRead(NAMES)).isOnline;
const set = () =>
  fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":1}', shadowControl: '1', syncTimeout: '2' });
const deliverLines = async () =>
  (await fixture.data.hubLogIndex(NAMES)).list
    .filter(({ action }) => action === 'deliver')
    .map(({ resultCode, content }) => `${resultCode} ${content}`);

test('NATS that hangs is named, not the device, and an answer that comes later completes the record', async () => {
  await start();
  const got = bed.nodeAnswers(() => undefined);
  await nats.pause();
  await expect(set()).rejects.toEqual(rpcError(100007, 'NATS does not answer'));
  await eventually(async () =>
    expect(await deliverLines()).toEqual([
      expect.stringMatching(/^100007 propertyControlSend rpm: NATS does not answer.*firmware is the cause$/),
    ]),
  );
  nats.resume();
  await eventually(() => expect(got).toHaveLength(1));
  const { msgToken } = got[0]!.message;
  await expect(fixture.interact.propertyControlRead({ ...NAMES, msgToken })).rejects.toEqual(
    rpcError(100024, 'NATS does not answer'),
  );
  await sendUplink(bus, { ...setReply(msgToken), code: 200 });
  await eventually(async () =>
    expect(await fixture.interact.propertyControlRead({ ...NAMES, msgToken })).toMatchObject({ code: '200' }),
  );
});

test('a stream without room is named, not the device', async () => {
  await start(200_000);
  bed.nodeAnswers(() => undefined);
  for (let isFull = false; !isFull;) {
    await bus.publishKept('alink.up.filler', Buffer.alloc(5000)).catch(() => (isFull = true));
  }
  await expect(set()).rejects.toEqual(rpcError(100007, 'the stream on NATS is full'));
  await eventually(async () =>
    expect(await deliverLines()).toEqual([expect.stringContaining('the stream on NATS is full')]),
  );
});

test('a device that is silent while all is well is told as such', async () => {
  await start();
  bed.nodeAnswers(() => undefined);
  await expect(set()).rejects.toEqual(rpcError(2000002, 'did not answer in time'));
});
