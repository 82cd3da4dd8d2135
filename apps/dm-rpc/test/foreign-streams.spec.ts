/** Gateways of unitedrhino's in mode natsJs, with streams of theirs on our NATS, and who waits for a stream to answer. */
import { connectNats, type Bus } from '@alink/bus';
import { encodeEnvelope, STREAM, type DeviceMessage, type EnvelopeOptions, type StatusChange } from '@alink/contract';
import { eventually, PATIENCE_MS, startNats, type TestNats } from '@alink/testing';
import { connect, RetentionPolicy, type NatsConnection } from 'nats';
import { createDevices, DEVICE, NAMES, publishBody, startBeside, startDm, type DmFixture } from './dm-fixture';

let nats: TestNats;
let bus: Bus;
let dm: DmFixture;
let theirs: NatsConnection;
beforeAll(async () => {
  nats = await startNats();
  bus = await connectNats({ servers: nats.url, name: 'dm-test', publishTimeoutMs: PATIENCE_MS });
  dm = await startDm({ bus });
  await createDevices(dm, DEVICE);
  theirs = await connect({ servers: nats.url });
});
afterAll(async () => {
  await theirs?.close();
  await dm?.stop();
  await bus?.close();
  await nats?.stop();
});

const T = 1_700_000_000_000;
const statusBody = (action: StatusChange['action'], timestamp: number, options?: EnvelopeOptions): string => {
  const status = { ...NAMES, action, username: 'lx', timestamp, addr: '', clientID: '', reason: '' };
  return encodeEnvelope(JSON.stringify(status), timestamp, options);
};
/** What our stream keeps of sessions, oldest first. */
const sessions = async (): Promise<string[]> => {
  const { streams } = await theirs.jetstreamManager();
  const { state } = await streams.info(STREAM);
  const sequences = Array.from({ length: state.messages }, (_, index) => state.first_seq + index);
  const kept = await Promise.all(sequences.map((seq) => streams.getMessage(STREAM, { seq })));
  return kept.filter(({ subject }) => subject.startsWith('alink.status.')).map(({ subject }) => subject.slice(13));
};
const device = () => dm.devices.deviceInfoRead(NAMES);
const report = (rpm: number): DeviceMessage => ({ method: 'report', msgToken: '1', timestamp: rpm, params: { rpm } });
const history = async (): Promise<string[]> => {
  const { list } = await dm.data.propertyLogIndex({ ...NAMES, dataID: 'rpm', order: '1' });
  return list.map(({ value }) => value);
};

test('an uplink that nobody else keeps is answered as by a stream once it stands in ours', async () => {
  const { subject, body } = publishBody(report(1));
  const answer = await theirs.request(subject, body, { timeout: PATIENCE_MS });
  expect(answer.json()).toEqual({ stream: STREAM, seq: expect.any(Number) });
  await eventually(async () => expect(await history()).toEqual(['1']));
});

describe('with their streams', () => {
  beforeAll(async () => {
    const { streams } = await theirs.jetstreamManager();
    for (const name of ['device', 'server', 'application']) {
      await streams.add({ name, subjects: [`${name}.>`], retention: RetentionPolicy.Interest });
    }
  });

  test('a report is kept, and whichever stream answers first is one', async () => {
    const { subject, body } = publishBody(report(2));
    const { stream } = await theirs.jetstream().publish(subject, body);
    expect(['device', STREAM]).toContain(stream);
    await eventually(async () => expect(await history()).toEqual(['1', '2']));
  });

  test('sessions are kept once, in their order, however many of us listen', async () => {
    const second = await startBeside(dm);
    const actions = ['connected', 'disconnected', 'connected', 'disconnected', 'connected'] as const;
    const told = actions.map((action, index) =>
      theirs.jetstream().publish(`device.up.status.${action}`, statusBody(action, T + index * 1000)),
    );
    for (const { stream } of await Promise.all(told)) expect(['device', STREAM]).toContain(stream);
    expect(await sessions()).toEqual(actions);
    await eventually(async () =>
      expect(await device()).toMatchObject({ isOnline: '1', lastLogin: String(T / 1000 + 4) }),
    );
    await second.stop();
  });

  test('what our own nodes tell beside the stream is left out', async () => {
    theirs.publish('device.up.status.disconnected', statusBody('disconnected', T + 5000, { kept: true }));
    theirs.publish('device.up.status.disconnected', statusBody('disconnected', T + 6000));
    await eventually(async () => expect(await device()).toMatchObject({ isOnline: '2' }));
    expect(await device()).toMatchObject({ lastOffline: String(T / 1000 + 6) });
    expect(await sessions()).toHaveLength(6);
  });
});
