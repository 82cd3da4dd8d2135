/**
 * Our timedjob.rpc for unitedrhino's (联犀) services: what its dm does at its start, and what its callers rely on. They name no
 * user, and take everything that they hear for a stream's message.
 */
import { eventually, PLATFORM_START_MS } from '@alink/testing';
import { RhinoBus, RhinoClient, type BusMessage, type RhinoAnswer } from '@alink/testing/unitedrhino';
import { Platform } from './platform';

const GROUP = 'unitedRhino-queue';

let platform: Platform;
let timedjob: RhinoClient;
let bus: RhinoBus;
const heard: BusMessage[] = [];
beforeAll(async () => {
  platform = await Platform.start({ apps: ['dm-rpc', 'timedjob-rpc'] });
  timedjob = new RhinoClient(`127.0.0.1:${platform.ports.timedjob}`, null);
  bus = await RhinoBus.connect({ url: platform.nats.url, mode: 'nats', service: 'jobs' });
  await bus.subscribe('server.>', (message) => void heard.push(message));
}, PLATFORM_START_MS);
afterAll(async () => {
  timedjob?.close();
  await bus?.close();
  await platform?.stop();
});

const run = (method: string, request: object): Promise<RhinoAnswer> =>
  timedjob.call(`timedjob.TimedManage/${method}`, request);
const on = (subject: string): BusMessage[] => heard.filter((message) => message.subject === subject);
const queue = (topic: string) => ({ topic, payload: 'p' });
/** A task as its services make them. */
const timing = (code: string, cronExpr: string, topic: string) => ({
  groupCode: GROUP,
  type: 1,
  name: `联犀 ${code}`,
  code,
  params: JSON.stringify({ topic, payload: '' }),
  cronExpr,
  status: 2,
  priority: 3,
});

test('its dm starts: the group is there, its six tasks are taken, and again when it starts the next time', async () => {
  expect(await run('TaskGroupRead', { code: GROUP })).toMatchObject({ type: 'queue', subType: 'natsJs' });
  for (let start = 0; start < 2; start++) {
    for (const [code, cronExpr, topic] of [
      ['iThingsOtaDeviceUpgradePush', '@every 5s', 'server.things.dm.ota.device.upgrade.push'],
      ['dmDeviceOnlineStatusChange', '@every 1s', 'server.things.dm.device.onlineStatus.change'],
      ['dmDeviceStaticHalfHour', '@every 30m', 'server.things.dm.device.static.halfHour'],
      ['dmDeviceStaticOneHour', '@every 60m', 'server.things.dm.device.static.2Hour'],
      ['dmDeviceStaticOneDay', '0 0 * * *', 'server.things.dm.device.static.1Day'],
      ['dmDeviceStaticOneMinute', '@every 1m', 'server.things.dm.device.static.oneMinute'],
    ] as const) {
      expect(await run('TaskInfoCreate', timing(code, cronExpr, topic))).toEqual({});
    }
  }
});

test('its second ticks, once each, although its group says natsJs and whoever hears acknowledges', async () => {
  const subject = 'server.things.dm.device.onlineStatus.change';
  await eventually(() => expect(on(subject).length).toBeGreaterThanOrEqual(4));
  const times = on(subject).map(({ timestamp }) => timestamp);
  const gaps = times.slice(1).map((time, at) => time - times[at]!);
  // Nothing is sent again: that would come some milliseconds after the first one.
  expect(Math.min(...gaps)).toBeGreaterThan(300);
  await eventually(async () => {
    const { list } = await run('TaskLogIndex', { groupCode: GROUP, taskCode: 'dmDeviceOnlineStatusChange' });
    expect(list.length).toBeGreaterThanOrEqual(4);
    expect(list.filter(({ resultCode }: RhinoAnswer) => resultCode !== '200')).toEqual([]);
  });
});

test('a group that is not there is no error when a task is made in it', async () => {
  expect(await run('TaskInfoCreate', { ...timing('nowhere', '@every 1h', 'server.x'), groupCode: 'nowhere' })).toEqual(
    {},
  );
});

describe('TaskSend', () => {
  const send = (code: string, topic: string, option?: object) =>
    run('TaskSend', { groupCode: GROUP, code, option, paramQueue: queue(topic) });

  test('makes the task that it names, and runs it when it is time', async () => {
    const option = { processIn: 1, taskID: 'action-check' };
    expect(await send('disvr-action-check-delay', 'server.check.delay', option)).toEqual({ taskID: 'action-check' });
    await eventually(() => expect(on('server.check.delay')).toMatchObject([{ data: 'p' }]));
    expect(await run('TaskInfoRead', { code: 'disvr-action-check-delay' })).toMatchObject({
      type: '2',
      groupCode: GROUP,
    });
  });

  test('takes back what has not run, and is content where there is nothing', async () => {
    await send('taken-back', 'server.taken.back', { processIn: 1, taskID: 'taken-back-1' });
    await run('TaskCancel', { taskID: 'taken-back-1' });
    await run('TaskCancel', { taskID: 'unknown' });
    await send('taken-back', 'server.after', { processIn: 2, taskID: 'taken-back-2' });
    await eventually(() => expect(on('server.after')).toHaveLength(1));
    expect(on('server.taken.back')).toEqual([]);
  });

  test('without an option runs at once, and answers no id', async () => {
    // unitedrhino itself fails the first time, when it makes the task; ours does what both sides want.
    expect(await send('at-once', 'server.at.once')).toEqual({ taskID: '' });
    await eventually(() => expect(on('server.at.once')).toHaveLength(1));
  });

  test('to a group that is not there: 100006', async () => {
    const nowhere = run('TaskSend', { groupCode: 'not-there', code: 'x', paramQueue: queue('server.x') });
    await expect(nowhere).rejects.toMatchObject({ code: 100006 });
  });
});

test('a task is read, changed and deleted by its code alone', async () => {
  await run('TaskInfoCreate', timing('by-code', '@every 1h', 'server.by.code'));
  expect(await run('TaskInfoRead', { code: 'by-code' })).toMatchObject({ code: 'by-code', groupCode: GROUP });
  await run('TaskInfoUpdate', { code: 'by-code', name: 'renamed' });
  expect(await run('TaskInfoRead', { code: 'by-code' })).toMatchObject({ name: 'renamed', cronExpr: '@every 1h' });
  expect(await run('TaskInfoDelete', { code: 'by-code' })).toEqual({});
  expect(await run('TaskInfoDelete', { code: 'by-code' })).toEqual({});
  await expect(run('TaskInfoRead', { code: 'by-code' })).rejects.toMatchObject({ code: 100009 });
});

test('a task is stopped and started by its status', async () => {
  await run('TaskInfoCreate', timing('stops', '@every 1s', 'server.stops'));
  await eventually(() => expect(on('server.stops').length).toBeGreaterThan(0));
  await run('TaskInfoUpdate', { code: 'stops', status: 3 });
  await eventually(async () => expect((await run('TaskInfoRead', { code: 'stops' }))['status']).toBe('4'));
  const until = on('server.stops').length;
  await run('TaskInfoUpdate', { code: 'stops', status: 2 });
  await eventually(() => expect(on('server.stops').length).toBeGreaterThan(until));
});

test('every message was one that its bus can read', () => expect(bus.complaints).toEqual([]));
