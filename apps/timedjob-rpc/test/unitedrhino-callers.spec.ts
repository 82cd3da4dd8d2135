/**
 * timedjob.rpc as the services of unitedrhino (联犀) call it: what its dm.rpc does at its start, and what it does for an
 * action that is sent with `option`. Names, texts and order are those of its public sources, service/dmsvr.
 */
import { services } from '@alink/contract';
import { connectRpc, type RpcChannel } from '@alink/rpc';
import { PATIENCE_MS } from '@alink/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { fresh, quiet, soon, startBed, type Bed, type Heard, type Instance } from './bed';

const GROUP = 'unitedRhino-queue';
/** Seconds after which its handlers no longer care for a tick. */
const STALE_S = 2;

let bed: Bed;
let channel: RpcChannel;
let timed: Instance['timed'];
beforeAll(async () => {
  bed = await startBed();
  const { service } = await bed.instance();
  await bed.instance();
  channel = connectRpc(`127.0.0.1:${service.port}`, { deadlineMs: PATIENCE_MS });
  timed = channel.client(services.timedManage);
});
afterAll(async () => {
  channel.close();
  await bed.stop();
});

/** Hears a subject as its bus library does: whatever comes with a reply subject is acknowledged there. */
const listenAsTheyDo = async (subject: string): Promise<Heard[]> => {
  bed.bus.subscribe(subject, ({ respond }) => respond?.('+ACK'));
  return bed.listen(subject);
};

/** The times for which the queue has, or had, runs of the task; each once. */
const runTimes = async (code: string): Promise<number[]> => {
  const rows = await bed.db.prisma.$queryRaw<{ due: bigint; retries: number }[]>`
    SELECT (data->>'dueMs')::bigint AS due, retry_count AS retries FROM pgboss_timedjob.job
    WHERE data->'task'->>'code' = ${code} ORDER BY 1`;
  for (const { retries } of rows) expect(retries).toBe(0);
  return rows.map(({ due }) => Number(due));
};

describe('dm.rpc starts', () => {
  /** Its tasks, in the order in which it creates them. */
  const tasks = [
    ['iThingsOtaDeviceUpgradePush', '@every 5s', 'server.things.dm.ota.device.upgrade.push'],
    ['dmDeviceOnlineStatusChange', '@every 1s', 'server.things.dm.device.onlineStatus.change'],
    ['dmDeviceStaticHalfHour', '@every 30m', 'server.things.dm.device.static.halfHour'],
    ['dmDeviceStaticOneHour', '@every 60m', 'server.things.dm.device.static.2Hour'],
    ['dmDeviceStaticOneDay', '0 0 * * *', 'server.things.dm.device.static.1Day'],
    ['dmDeviceStaticOneMinute', '@every 1m', 'server.things.dm.device.static.oneMinute'],
  ] as const;
  const createAll = async (): Promise<void> => {
    for (const [code, cronExpr, topic] of tasks) {
      const params = `{"topic":"${topic}","payload":""}`;
      const task = { groupCode: GROUP, type: 1, name: `task ${code}`, code, params, cronExpr, status: 2, priority: 3 };
      expect(await timed.TaskInfoCreate(task)).toEqual({});
    }
  };
  /** What was heard of each task, by its code. */
  const heard = new Map<string, Heard[]>();
  let createdAt = 0;

  beforeAll(async () => {
    for (const [code, , topic] of tasks) heard.set(code, await listenAsTheyDo(topic));
    createdAt = Date.now();
    await createAll();
  });

  test('its ticks of 1 s and 5 s come, each once, with nothing in them, and in time', async () => {
    const [seconds, fives] = [heard.get('dmDeviceOnlineStatusChange')!, heard.get('iThingsOtaDeviceUpgradePush')!];
    await soon(() => expect(fives).toHaveLength(2));
    const tookS = (Date.now() - createdAt) / 1000;
    expect(seconds.length).toBeGreaterThanOrEqual(6);
    expect(seconds.length).toBeLessThanOrEqual(tookS);
    for (const tick of [...seconds, ...fives]) {
      expect(tick.data).toBe('');
      expect(tick.at - tick.timestamp).toBeLessThan(STALE_S * 1000);
    }
    for (const [code, everyMs] of [
      ['dmDeviceOnlineStatusChange', 1000],
      ['iThingsOtaDeviceUpgradePush', 5000],
    ] as const) {
      const times = await runTimes(code);
      for (const [index, dueMs] of times.slice(1).entries()) expect((dueMs - times[index]!) % everyMs).toBe(0);
      expect(new Set(times).size).toBe(times.length);
    }
  });

  test('its tick of a minute comes after a minute, and the next one a minute later', async () => {
    const code = 'dmDeviceStaticOneMinute';
    const [dueMs] = await runTimes(code);
    expect(Math.abs(dueMs! - createdAt - 60_000)).toBeLessThan(5000);
    // The minute passes.
    await bed.db.prisma.$executeRaw`
      UPDATE pgboss_timedjob.job SET start_after = now() WHERE data->'task'->>'code' = ${code}`;
    await soon(() => expect(heard.get(code)).toHaveLength(1));
    await soon(async () => expect(await runTimes(code)).toEqual([dueMs, dueMs! + 60_000]));
  });

  test('the day of its statistics ends at midnight in Shanghai', async () => {
    const [dueMs] = await runTimes('dmDeviceStaticOneDay');
    expect(new Date(dueMs!).toISOString()).toMatch(/T16:00:00\.000Z$/);
  });

  test('started again, it finds its tasks as they are, running', async () => {
    const before = await timed.TaskInfoIndex({ groupCode: GROUP });
    expect(before.list.map(({ status }) => status)).toEqual(tasks.map(() => '1'));
    await createAll();
    expect(await timed.TaskInfoIndex({ groupCode: GROUP })).toEqual(before);
  });

  test('an SDK gateway beside it creates its timer in the same group', async () => {
    const code = 'protocol-lxSdk-timer';
    const params = '{"topic":"server.things.lxsdk.protocol.timer","payload":""}';
    const timer = {
      groupCode: GROUP,
      type: 1,
      name: 'timer',
      code,
      params,
      cronExpr: '@every 10m',
      status: 2,
      priority: 3,
    };
    expect(await timed.TaskInfoCreate(timer)).toEqual({});
    expect(await timed.TaskInfoRead({ code })).toMatchObject({ groupCode: GROUP, status: '1', cronExpr: '@every 10m' });
    expect(await timed.TaskInfoDelete({ code })).toEqual({});
  });
});

describe('dm.rpc sends an action with option', () => {
  const CODE = 'disvr-action-check-delay';
  const TOPIC = 'server.things.dm.action.check.delay';
  /** What it hands over to have it back: its own message to the device. */
  const messageTo = (msgToken: string): string =>
    JSON.stringify({ handle: 'thing', type: 'action', payload: msgToken, timestamp: Date.now(), deviceName: 'd' });
  const send = (taskID: string, option: object) =>
    timed.TaskSend({
      groupCode: GROUP,
      code: CODE,
      option: { taskID, ...option },
      paramQueue: { topic: TOPIC, payload: messageTo(taskID) },
    });
  const tokenOf = ({ data }: Heard): string => (JSON.parse(data) as { payload: string }).payload;
  let checks: Heard[];
  beforeAll(async () => {
    checks = await listenAsTheyDo(TOPIC);
  });
  const checksOf = (token: string) => checks.filter((check) => tokenOf(check) === token);

  test('the check of a task that nobody created comes after requestTimeout', async () => {
    const token = fresh('token');
    const sentAt = Date.now();
    expect(await send(token, { processIn: 2, timeout: 60 })).toEqual({ taskID: token });
    await soon(() => expect(checksOf(token)).toHaveLength(1));
    expect(checksOf(token)[0]!.at - sentAt).toBeGreaterThanOrEqual(1900);
    expect(await timed.TaskInfoRead({ code: CODE })).toMatchObject({ groupCode: GROUP, type: '2' });
  });

  test('a device that answers in time ends it, and one that answers late is no error', async () => {
    const token = fresh('token');
    await send(token, { processIn: 2, timeout: 60 });
    expect(await timed.TaskCancel({ taskID: token })).toEqual({});
    await sleep(2500);
    await quiet(checks);
    expect(checksOf(token)).toEqual([]);
    expect(await timed.TaskCancel({ taskID: token })).toEqual({});
  });

  test('each check sends the next one under the same id until the time is up', async () => {
    const token = fresh('token');
    const deadline = Math.floor(Date.now() / 1000) + 6;
    // As its handler does: cancels what had the id, the run that it hears of itself, and sends anew.
    const retries: Promise<unknown>[] = [];
    const retrying = bed.bus.subscribe(TOPIC, () => {
      const next = timed
        .TaskCancel({ taskID: token })
        .then(() => send(token, { processIn: 1, deadline }))
        .then(({ taskID }) => taskID);
      retries.push(next);
    });
    await bed.sync();
    await send(token, { processIn: 1, timeout: 60 });
    await soon(() => expect(checksOf(token).length).toBeGreaterThanOrEqual(4));
    // The last one falls behind the deadline: it is taken, and does not come.
    await sleep(deadline * 1000 + 1500 - Date.now());
    await quiet(checks);
    retrying.unsubscribe();
    expect(await Promise.all(retries)).toEqual(retries.map(() => token));
    for (const { at } of checksOf(token)) expect(at).toBeLessThan((deadline + 1) * 1000);
    expect(checksOf(token)).toHaveLength(retries.length);
  });

  test('an update that is planned for later needs neither task nor id', async () => {
    const topic = 'server.things.dm.ota.job.delay.run';
    const heard = await listenAsTheyDo(topic);
    const planned = { groupCode: GROUP, code: 'iThingsDmOtaJobDelayRun', paramQueue: { topic, payload: '42' } };
    expect((await timed.TaskSend({ ...planned, option: { processIn: 1 } })).taskID).not.toBe('');
    await soon(() => expect(heard).toMatchObject([{ data: '42' }]));
  });
});
