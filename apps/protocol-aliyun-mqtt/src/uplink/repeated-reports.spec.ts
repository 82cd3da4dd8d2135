import { RepeatedReports } from './repeated-reports';

const topic = '/sys/p1/d1/thing/event/property/post';
const payload = Buffer.from('{"id":"1","params":{"t":{"value":1,"time":5}}}');

test('the same report is kept once, also while it is being kept', async () => {
  const repeated = new RepeatedReports();
  let kept = 0;
  let done: () => void = () => undefined;
  const keep = () => new Promise<void>((resolve) => ((kept += 1), (done = resolve)));
  const first = repeated.keepOnce(topic, payload, 5, keep);
  const second = repeated.keepOnce(topic, Buffer.from(payload), 5, keep);
  done();
  await Promise.all([first, second, repeated.keepOnce(topic, payload, 5, keep)]);
  expect(kept).toBe(1);
});

test.each([
  ['topic', `${topic}2`, payload, 5],
  ['payload', topic, Buffer.from('{}'), 5],
  ['time', topic, payload, 6],
])('another %s is another report', async (_what, otherTopic, otherPayload, otherTime) => {
  const repeated = new RepeatedReports();
  let kept = 0;
  const keep = async (): Promise<void> => void (kept += 1);
  await repeated.keepOnce(topic, payload, 5, keep);
  await repeated.keepOnce(otherTopic, otherPayload, otherTime, keep);
  expect(kept).toBe(2);
});

test('what could not be kept is tried again', async () => {
  const repeated = new RepeatedReports();
  await expect(repeated.keepOnce(topic, payload, 5, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  let kept = 0;
  await repeated.keepOnce(topic, payload, 5, async () => void (kept += 1));
  expect(kept).toBe(1);
});
