/** A bad value in any field of any request: 100006 with the field's name, and nothing is kept. */
import { fresh, makeGroup, makeTask, soon, startBed, type Bed, type Instance } from '../../test/bed';

let bed: Bed;
let instance: Instance;
let names: { groupCode: string; code: string; topic: string };
beforeAll(async () => {
  bed = await startBed();
  instance = await bed.instance();
  names = await makeTask(instance.timed, { type: 2 });
});
afterAll(() => bed.stop());

type Method = keyof Instance['timed'];
const NUL = 'a\0b';
const group = { code: 'new', name: 'n', type: 'queue', subType: 'nats' };
const task = { code: 'new', type: 2, params: '{"topic":"a.b"}' };
const byName = { orders: [{ filed: NUL }] };

test.each<[Method, string, object]>([
  ['TaskGroupCreate', 'code', { ...group, code: NUL }],
  ['TaskGroupCreate', 'config', { ...group, config: NUL }],
  ['TaskGroupCreate', 'env.A', { ...group, env: { A: NUL } }],
  ['TaskGroupCreate', 'env key', { ...group, env: { [NUL]: 'a' } }],
  ['TaskGroupUpdate', 'name', { code: 'new', name: NUL }],
  ['TaskGroupDelete', 'code', { code: NUL }],
  ['TaskGroupRead', 'code', { code: NUL }],
  ['TaskGroupIndex', 'page.orders[0].filed', { page: byName }],
  ['TaskInfoCreate', 'code', { ...task, code: NUL }],
  ['TaskInfoCreate', 'topics[1]', { ...task, topics: ['a', NUL] }],
  ['TaskInfoCreate', 'params', { ...task, params: NUL }],
  ['TaskInfoUpdate', 'cronExpr', { cronExpr: NUL }],
  ['TaskInfoDelete', 'code', { code: NUL }],
  ['TaskInfoRead', 'groupCode', { groupCode: NUL }],
  ['TaskInfoIndex', 'groupCode', { groupCode: NUL }],
  ['TaskSend', 'groupCode', { groupCode: NUL }],
  ['TaskSend', 'paramQueue.topic', { paramQueue: { topic: NUL } }],
  ['TaskSend', 'paramQueue.payload', { paramQueue: { topic: 'a', payload: NUL } }],
  ['TaskSend', 'option.taskID', { option: { taskID: NUL } }],
  ['TaskCancel', 'taskID', { taskID: NUL }],
  ['TaskLogIndex', 'groupCode', { groupCode: NUL }],
  ['TaskLogIndex', 'taskCode', { taskCode: NUL }],
])('%s with U+0000 in %s', async (method, field, request) => {
  const call = instance.timed[method] as (request: object) => Promise<unknown>;
  await expect(call({ ...names, ...request })).rejects.toMatchObject({
    code: 100006,
    message: `${field} must not contain U+0000`,
  });
});

test.each<[Method, string, (number: string) => object]>([
  ['TaskGroupCreate', 'priority', (priority) => ({ ...group, priority })],
  ['TaskGroupUpdate', 'priority', (priority) => ({ code: names.groupCode, priority })],
  ['TaskGroupIndex', 'page.page', (page) => ({ page: { page, size: 1 } })],
  ['TaskGroupIndex', 'page.size', (size) => ({ page: { size } })],
  ['TaskInfoCreate', 'type', (type) => ({ ...task, type })],
  ['TaskInfoCreate', 'status', (status) => ({ ...task, status })],
  ['TaskInfoUpdate', 'priority', (priority) => ({ priority })],
  ['TaskInfoIndex', 'page.page', (page) => ({ page: { page, size: 1 } })],
  ['TaskSend', 'option.priority', (priority) => ({ option: { priority } })],
  ['TaskSend', 'option.processIn', (processIn) => ({ option: { processIn } })],
  ['TaskSend', 'option.processAt', (processAt) => ({ option: { processAt } })],
  ['TaskSend', 'option.timeout', (timeout) => ({ option: { timeout } })],
  ['TaskSend', 'option.deadline', (deadline) => ({ option: { deadline } })],
  ['TaskLogIndex', 'page.size', (size) => ({ page: { size } })],
])('%s with a number in %s that cannot be', async (method, field, request) => {
  const call = instance.timed[method] as (request: object) => Promise<unknown>;
  for (const number of ['100000000000000000', '9223372036854775807', '-9223372036854775808']) {
    await expect(call({ ...names, ...request(number) })).rejects.toMatchObject({
      code: 100006,
      message: expect.stringContaining(field),
    });
  }
});

describe('a payload that no message holds', () => {
  // Half as long as may be; each quote takes two bytes in JSON.
  const payload = '"'.repeat(500_001);

  test.each<[Method, string, object]>([
    ['TaskSend', 'paramQueue.payload', { paramQueue: { topic: 'a.b', payload } }],
    ['TaskSend', 'paramQueue.payload', { paramQueue: { topic: 'a.b', payload }, option: { processIn: 60 } }],
    ['TaskInfoCreate', 'params', { ...task, params: JSON.stringify({ topic: 'a.b', payload }) }],
    ['TaskInfoUpdate', 'params', { params: JSON.stringify({ topic: 'a.b', payload }) }],
  ])('is refused by %s, which would say that it is sent (%s)', async (method, field, request) => {
    const call = instance.timed[method] as (request: object) => Promise<unknown>;
    await expect(call({ ...names, ...request })).rejects.toMatchObject({
      code: 100006,
      message: expect.stringMatching(new RegExp(`^${field}: .*has 1000004 bytes as JSON text`)),
    });
  });

  test('while one that just fits is heard', async () => {
    const heard = await bed.listen(names.topic);
    await instance.timed.TaskSend({ ...names, paramQueue: { topic: names.topic, payload: payload.slice(2) } });
    await soon(() => expect(heard).toMatchObject([{ data: payload.slice(2) }]));
  });
});

test('a bad task is refused before its group comes into being', async () => {
  const bad = { ...task, groupCode: 'nowhere', type: 1, cronExpr: 'x' };
  await expect(instance.timed.TaskInfoCreate(bad)).rejects.toMatchObject({
    code: 100006,
    message: expect.stringContaining('cronExpr'),
  });
  await expect(instance.timed.TaskGroupRead({ code: 'nowhere' })).rejects.toMatchObject({ code: 100009 });
});

test('a page has up to 2000 rows, as in dm.rpc', async () => {
  expect((await instance.timed.TaskInfoIndex({ page: { size: 2000 } })).list.length).toBeGreaterThan(0);
  await expect(instance.timed.TaskInfoIndex({ page: { size: 2001 } })).rejects.toMatchObject({ code: 100006 });
});

describe('U+0000 as an escape in params', () => {
  test('in the topic is refused', async () => {
    const params = '{"topic":"a\\u0000b"}';
    await expect(instance.timed.TaskInfoCreate({ ...names, ...task, params })).rejects.toMatchObject({
      code: 100006,
      message: expect.stringContaining('params'),
    });
  });

  test('in the payload is published, and the log shows it', async () => {
    const groupCode = await makeGroup(instance.timed);
    const topic = fresh('test.topic');
    const params = JSON.stringify({ topic, payload: NUL });
    const heard = await bed.listen(topic);
    await instance.timed.TaskInfoCreate({ groupCode, code: 'nul', type: 2, params });
    await instance.timed.TaskSend({ groupCode, code: 'nul' });
    await soon(async () => {
      const { list } = await instance.timed.TaskLogIndex({ groupCode });
      expect(list).toEqual([expect.objectContaining({ params, resultCode: '200' })]);
    });
    await soon(() => expect(heard.map(({ data }) => data)).toEqual([NUL]));
  });
});
