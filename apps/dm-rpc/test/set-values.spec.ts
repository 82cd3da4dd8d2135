/** What becomes of the values that a device is to be set to: known, in the history, or waiting. */
import { eventually } from '@alink/testing';
import { CommandBed, LEVELS, setReply, SETPOINT } from './command-bed';
import { NAMES, reportOf, reportsBody, rpcError, sendStatus, sendUplink, startDm, type DmFixture } from './dm-fixture';
import { ingestOf, kept } from './ingest-fixture';

let fixture: DmFixture;
let bed: CommandBed;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(async () => void (bed = await CommandBed.prepare(fixture)));
afterEach(() => bed.clear());

test('what the device has accepted is its latest value, stands in its history, and applications hear of it', async () => {
  await bed.login();
  const told = bed.applicationsHear('property.rpm');
  const answers = [200, 460];
  const got = bed.nodeAnswers(() => ({ code: answers.shift()! }));
  await fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":5}' });
  await fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":6}' }).catch(() => undefined);
  // As our node does, which hands the answer to whoever asked, too.
  for (const [at, code] of [200, 460].entries()) {
    const { msgToken } = got[at]!.message;
    await sendUplink(fixture.bus, { ...setReply(msgToken), timestamp: 7000 + at, code });
  }
  expect(await bed.latest('rpm')).toEqual(['5@7000']);
  expect(await bed.history('rpm')).toEqual(['5@7000']);
  expect(told).toHaveLength(1);
});

test('an answer that is told twice counts once', async () => {
  await bed.login();
  const got = bed.nodeAnswers(() => ({ code: 200 }));
  await fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":5}' });
  const reply = { ...setReply(got[0]!.message.msgToken), timestamp: 7000, code: 200 } as const;
  const { subject, body } = reportsBody(reportOf(reply, NAMES, 7001));
  const message = kept(subject, body);
  await ingestOf(fixture)([message]);
  await ingestOf(fixture)([message]);
  expect(await bed.history('rpm')).toEqual(['5@7000']);
});

test.each([
  ['3', 'a place in the history', ['5'], []],
  ['4', 'one in the history and a line in the command log', ['5'], ['rpm 5 200']],
  ['6', 'neither', [], []],
])('a value that is known here alone: with %s it has %s', async (shadowControl, _what, inHistory, inLog) => {
  const told = bed.applicationsHear('property.rpm');
  const got = bed.nodeAnswers(() => ({ code: 200 }));
  const answer = await fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":5}', shadowControl });
  expect(answer).toMatchObject({ code: '200', msgToken: '' });
  expect((await bed.latest('rpm')).map((entry) => entry.split('@')[0])).toEqual(['5']);
  expect((await bed.history('rpm')).map((entry) => entry.split('@')[0])).toEqual(inHistory);
  expect((await bed.commandLog()).map((row) => `${row.dataID} ${row.content} ${row.resultCode}`)).toEqual(inLog);
  await eventually(() => expect(told).toHaveLength(1));
  expect(got).toEqual([]);
});

test('what waits for the device goes out when it comes online, once', async () => {
  const { interact, data } = fixture;
  const shadow = async () => (await data.shadowIndex(NAMES)).list.map(({ dataID, value }) => `${dataID}=${value}`);
  const send = (text: string, shadowControl: string) =>
    interact.propertyControlSend({ ...NAMES, data: text, shadowControl });
  // Only what its property lets wait, or what is asked to.
  await expect(send('{"rpm":1}', '0')).rejects.toEqual(rpcError(2000003, 'offline'));
  await fixture.products.productSchemaCreate({ info: SETPOINT });
  await expect(send('{"rpm":1,"setpoint":1}', '0')).rejects.toEqual(rpcError(2000003, 'offline'));
  expect(await send('{"setpoint":4}', '0')).toMatchObject({ code: '200', msgToken: '' });
  expect(await send('{"setpoint":5}', '0')).toMatchObject({ code: '200', msgToken: '' });
  await send('{"temperature":2}', '2');
  await send('{"rpm":3}', '2');
  expect(await shadow()).toEqual(['rpm=3', 'setpoint=5', 'temperature=2']);

  const got = bed.nodeAnswers(() => ({ code: 200 }));
  await bed.login();
  await eventually(async () => expect(await shadow()).toEqual([]));
  expect(got.map(({ message }) => message.params)).toEqual([{ rpm: 3, setpoint: 5, temperature: 2 }]);
  await sendStatus(fixture.bus, { action: 'disconnected', epoch: await bed.login() });
  await bed.login();
  expect(got).toHaveLength(1);
});

test('what the device answers is kept like a report', async () => {
  const told = bed.applicationsHear('property.rpm');
  const reply = { method: 'getReportReply', msgToken: '77', timestamp: 7000 } as const;
  await sendUplink(fixture.bus, { ...reply, code: 200, data: { rpm: 12 } });
  await sendUplink(fixture.bus, { ...reply, code: 500, data: { rpm: 13 } });
  await sendUplink(fixture.bus, { ...reply, code: 200, data: [14] });
  expect(await bed.latest('rpm')).toEqual(['12@7000']);
  expect(await bed.history('rpm')).toEqual(['12@7000']);
  expect(told).toHaveLength(1);
});

describe('one element of an array', () => {
  const set = (data: object, more: object = {}) =>
    fixture.interact.propertyControlSend({ ...NAMES, data: JSON.stringify(data), ...more });
  beforeEach(async () => void (await fixture.products.productSchemaCreate({ info: LEVELS })));

  test('goes to an Alink device with the others as they are known', async () => {
    await bed.login();
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    await expect(set({ 'levels.1': 5 })).rejects.toEqual(rpcError(100006, 'data.levels.1 is one element'));
    await sendUplink(fixture.bus, { method: 'report', msgToken: '1', timestamp: 1000, params: { levels: [1, 2] } });
    await expect(set({ 'levels.3': 5 })).rejects.toEqual(rpcError(100006, 'data.levels.3 is one element'));
    await expect(set({ 'levels.4': 5 })).rejects.toEqual(rpcError(100006, 'data.levels.4'));
    await set({ 'levels.1': 5, 'levels.2': 6, rpm: 1 });
    await set({ levels: [7, 8], 'levels.0': 9 });
    expect(got.map(({ message }) => message.params)).toEqual([{ rpm: 1, levels: [1, 5, 6] }, { levels: [9, 8] }]);
    expect((await bed.commandLog()).map(({ dataID, content }) => `${dataID}=${content}`)).toEqual(
      expect.arrayContaining(['levels.1=5', 'levels.2=6', 'rpm=1', 'levels=[7,8]', 'levels.0=9']),
    );
  });

  test('is known once the device has accepted it', async () => {
    await sendUplink(fixture.bus, { method: 'report', msgToken: '1', timestamp: 1000, params: { levels: [1, 2] } });
    await bed.login();
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    await set({ 'levels.1': 5 });
    await sendUplink(fixture.bus, { ...setReply(got[0]!.message.msgToken), timestamp: 2000, code: 200 });
    expect(await bed.latest('levels')).toEqual(['1@1000', '5@2000', '0@0', '0@0']);
    await set({ 'levels.0': 7 });
    expect(got[1]!.message.params).toEqual({ levels: [7, 5] });
    // A report of the whole is newer than what was set.
    await sendUplink(fixture.bus, { method: 'report', msgToken: '2', timestamp: 3000, params: { levels: [3] } });
    expect(await bed.latest('levels')).toEqual(['3@3000', '0@0', '0@0', '0@0']);
    expect(await bed.history('levels.1')).toEqual(['2@1000', '5@2000']);
  });

  test('may wait, and is made whole when it goes out', async () => {
    await set({ 'levels.0': 5 }, { shadowControl: '2' });
    await sendUplink(fixture.bus, { method: 'report', msgToken: '1', timestamp: 1000, params: { levels: [1, 2] } });
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    await bed.login();
    await eventually(() => expect(got.map(({ message }) => message.params)).toEqual([{ levels: [5, 2] }]));
  });
});
