import { publish } from '../../test/publish';

const GET = 'thing/job/get';
const UPDATE = 'thing/job/update';
/** As the Link SDK for C 4.x writes it. */
const request = (params: object): string => JSON.stringify({ id: '7', version: '1.0.0', params });
const asked = (path: string, params: object) => publish({ path }, request(params))!;
const told = (
  path: string,
  params: object,
  reply: Parameters<NonNullable<ReturnType<typeof asked>['ask']>['told']>[0],
) => JSON.parse(asked(path, params).ask!.told(reply)!.payload) as unknown;

test.each([
  ['$list', { kind: 'jobs.list' }],
  ['$next', { kind: 'jobs.next' }],
  ['12', { kind: 'jobs.get', taskId: '12' }],
  [12, { kind: 'jobs.get', taskId: '12' }],
])('a device asks for the task %s', (taskId, question) => {
  expect(asked(GET, { taskId })).toMatchObject({ ask: { question }, problems: [] });
});

test('tasks that there are, the one that is asked for, and one that there is not', () => {
  const task = { taskId: '12', status: 'SENT' };
  expect(told(GET, { taskId: '$list' }, { code: 200, data: [task] })).toMatchObject({
    code: 200,
    data: { taskId: '$list', tasks: [task] },
  });
  expect(told(GET, { taskId: '$list' }, { code: 200, data: [] })).toMatchObject({
    data: { taskId: '$list', tasks: [] },
  });
  const whole = { ...task, jobDocument: { a: 1 } };
  expect(told(GET, { taskId: '$next' }, { code: 200, data: whole })).toMatchObject({
    data: { taskId: '12', task: whole },
  });
  const none = told(GET, { taskId: '99' }, { code: 200 }) as { data: object };
  expect(none.data).toEqual({ taskId: '99' });
});

test.each([
  [
    { status: 'IN_PROGRESS', progress: 50 },
    { status: 'IN_PROGRESS', progress: 50 },
  ],
  [
    { status: 'FAILED', progress: '12.6' },
    { status: 'FAILED', progress: 13 },
  ],
  [
    { status: 'SUCCEEDED', progress: 100, statusDetails: { k: 'v' } },
    { status: 'SUCCEEDED', progress: 100, statusDetails: { k: 'v' } },
  ],
  [
    { status: 'FAILED', statusDetails: { step: 'flash', code: 3, message: 'm' } },
    { status: 'FAILED', statusDetails: { step: 'flash', code: 3, message: 'm' } },
  ],
  [{ status: 'REJECTED', statusDetails: null }, { status: 'REJECTED' }],
])('a device says how a task goes: %j', (params, question) => {
  const outcome = asked(UPDATE, { taskId: '12', ...params });
  expect(outcome.ask!.question).toEqual({ kind: 'jobs.update', taskId: '12', ...question });
  expect(told(UPDATE, { taskId: '12', ...params }, { code: 200 })).toMatchObject({ code: 200, data: { taskId: '12' } });
});

test.each([
  [GET, {}, 'taskId is no text'],
  [GET, { taskId: '' }, 'taskId is no text'],
  [GET, { taskId: 'x'.repeat(65) }, 'taskId is no text'],
  [GET, { taskId: ['1'] }, 'taskId is no text'],
  [UPDATE, { taskId: '1' }, 'status is none of a device'],
  [UPDATE, { taskId: '1', status: 'CANCELLED' }, 'status is none of a device'],
  [UPDATE, { taskId: '1', status: 'FAILED', progress: 101 }, 'progress is no percentage'],
  [UPDATE, { taskId: '1', status: 'FAILED', progress: 'half' }, 'progress is no percentage'],
  [UPDATE, { taskId: '1', status: 'FAILED', statusDetails: [1] }, 'statusDetails cannot be kept'],
  [UPDATE, { taskId: '1', status: 'FAILED', statusDetails: { a: '\0' } }, 'statusDetails cannot be kept'],
  [UPDATE, { taskId: '1', status: 'FAILED', statusDetails: { a: 'x'.repeat(4096) } }, 'statusDetails cannot be kept'],
])('%s with %j is answered with 460', (path, params, words) => {
  const outcome = asked(path, params);
  expect(outcome.ask).toBeUndefined();
  expect(outcome.reply).toMatchObject({ topic: `/sys/a1X/d1/${path}_reply`, code: 460 });
  expect(outcome.problems).toMatchObject([{ code: 460, message: expect.stringContaining(words) }]);
});

test.each([GET, UPDATE])('%s without params that are an object', (path) => {
  expect(publish({ path }, '{"id":"7","params":[1]}')!.reply).toMatchObject({ code: 460 });
});
