import { generate } from 'mqtt-packet';
import { PacketSplitter } from './packet-splitter';
import { PreparedReports } from './packets';
import { Reporter, Tally } from './reporter';

const COUNT = 4;
const reports = PreparedReports.make(['t'], COUNT);
const puback = (messageId: number): Buffer => generate({ cmd: 'puback', messageId });
const reply = (code: number, message = 'success'): Buffer =>
  generate({
    cmd: 'publish',
    topic: 't_reply',
    payload: JSON.stringify({ code, message }),
    qos: 0,
    dup: false,
    retain: false,
  });

const setUp = ({ window = 2, awaitReply = true } = {}) => {
  const tally = new Tally();
  const written: Buffer[] = [];
  const socket = { write: (bytes: Buffer) => void written.push(bytes) };
  const reporter = new Reporter(socket, { reports, window, awaitReply, tally });
  const splitter = new PacketSplitter((packet) => reporter.onPacket(packet));
  const arrive = (...packets: Buffer[]): void => {
    splitter.push(Buffer.concat(packets));
    reporter.onRead();
  };
  reporter.begin();
  return { tally, written, arrive, reporter };
};

test('a report is done with its PUBACK and its reply, and the next ones are written at once', () => {
  const { tally, written, arrive } = setUp();
  expect(written).toEqual([reports.slice(0, 2)]);
  arrive(puback(1), puback(2));
  expect([tally.sent, tally.done]).toEqual([2, 0]);
  arrive(reply(200), reply(200));
  expect([tally.sent, tally.done]).toEqual([4, 2]);
  expect(written[1]).toEqual(reports.slice(2, 2));
  arrive(reply(200), puback(3));
  expect([tally.sent, tally.done]).toEqual([5, 3]);
  expect(tally.failure).toBeUndefined();
});

test('where no reply is due the PUBACK is enough', () => {
  const { tally, arrive } = setUp({ awaitReply: false });
  arrive(puback(1));
  expect([tally.sent, tally.done]).toEqual([3, 1]);
});

test('nothing more is sent once the load ends', () => {
  const { tally, written, arrive } = setUp({ awaitReply: false });
  tally.sending = false;
  arrive(puback(1), puback(2));
  expect([tally.sent, tally.done]).toEqual([2, 2]);
  expect(written).toHaveLength(1);
});

test('the time of each report is taken, while times are taken', () => {
  const { tally, arrive } = setUp({ awaitReply: false });
  arrive(puback(1));
  expect(tally.latencies).toEqual([]);
  tally.timing = true;
  arrive(puback(2), puback(3));
  expect(tally.latencies).toHaveLength(2);
  expect(Math.min(...tally.latencies)).toBeGreaterThanOrEqual(0);
});

test.each([
  ['a PUBACK out of its order', puback(2), /PUBACK 2 came where 1 was next/],
  ['a first reply that refuses', reply(460, 'failure'), /answered with .*460/],
])('%s ends the load', (_, packet, failure) => {
  const { tally, arrive } = setUp();
  arrive(packet);
  expect(tally.failure?.message).toMatch(failure);
});

test('a reply that refuses is found among replies that do not', () => {
  const { tally, arrive } = setUp();
  arrive(puback(1), reply(200), puback(2), reply(200));
  expect(tally.failure).toBeUndefined();
  arrive(reply(460, 'params error'));
  expect(tally.failure?.message).toMatch(/460/);
});

test('a connection that is lost under the load ends it', () => {
  const { tally, reporter } = setUp();
  reporter.onClose();
  expect(tally.failure?.message).toMatch(/closed/);
});
