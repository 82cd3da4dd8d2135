/** Questions for the properties of an Alink device, and calls of its services. */
import { eventually } from '@alink/testing';
import { CommandBed, LEVELS } from './command-bed';
import { NAMES, rpcError, sendUplink, startDm, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
let bed: CommandBed;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(async () => void (bed = await CommandBed.prepare(fixture)));
afterEach(() => bed.clear());

describe('propertyGetReportSend', () => {
  test('gives what the device answers', async () => {
    await bed.login();
    const got = bed.nodeAnswers(() => ({ code: 200, data: { rpm: 12 } }));
    const answer = await fixture.interact.propertyGetReportSend({ ...NAMES, dataIDs: ['rpm'] });
    expect(answer).toMatchObject({ code: '200', params: '{"rpm":12}' });
    expect(got[0]!.message).toMatchObject({ method: 'getReport', identifiers: ['rpm'] });
    expect(await bed.commandLog()).toEqual([expect.objectContaining({ dataID: 'rpm', content: '{"rpm":12}' })]);
    await fixture.interact.propertyGetReportSend(NAMES);
    expect(got[1]!.message['identifiers']).toEqual(expect.arrayContaining(['temperature', 'rpm', 'serial']));
    await expect(fixture.interact.propertyGetReportSend({ ...NAMES, dataIDs: ['rpm', 'x'] })).rejects.toEqual(
      rpcError(100006, 'dataIDs[1]'),
    );
  });

  test('an Alink device is asked for arrays as a whole', async () => {
    await fixture.products.productSchemaCreate({ info: LEVELS });
    await bed.login();
    const got = bed.nodeAnswers(() => ({ code: 200, data: {} }));
    await fixture.interact.propertyGetReportSend({ ...NAMES, dataIDs: ['levels.0', 'levels.1', 'rpm'] });
    expect(got[0]!.message['identifiers']).toEqual(['levels', 'rpm']);
  });

  test('gives the stored values when the device is silent, and none when it is offline', async () => {
    await sendUplink(fixture.bus, { method: 'report', msgToken: '1', timestamp: 5000, params: { rpm: 3 } });
    await sendUplink(fixture.bus, { method: 'report', msgToken: '2', timestamp: 6000, params: { temperature: 1 } });
    await expect(fixture.interact.propertyGetReportSend(NAMES)).rejects.toEqual(rpcError(2000003, 'offline'));
    await bed.login();
    bed.nodeAnswers(() => undefined);
    let deadlineMs = 1000;
    const ask = () => fixture.interact.propertyGetReportSend(NAMES, { deadlineMs: (deadlineMs += 500) });
    const answer = await eventually(ask);
    expect(answer).toMatchObject({ code: '200', timestamp: '5000', msg: expect.stringContaining('stored') });
    expect(JSON.parse(answer.params)).toEqual({ rpm: 3, temperature: 1 });
  });
});

describe('actionSend', () => {
  const echo = { ...NAMES, actionID: 'echo', inputParams: '{"text":"hello"}' };

  test('calls the service and gives its output', async () => {
    await bed.login();
    const told = bed.applicationsHear('action.echo.req.down');
    const got = bed.nodeAnswers(({ message }) => ({ code: 200, data: message['params']! }));
    const answer = await fixture.interact.actionSend(echo);
    expect(answer).toMatchObject({ code: '200', outputParams: '{"text":"hello"}' });
    expect(got[0]).toMatchObject({
      publish: { handle: 'thing', type: 'action' },
      message: { method: 'action', actionID: 'echo', params: { text: 'hello' } },
    });
    expect(told).toEqual([
      {
        device: NAMES,
        msgToken: answer.msgToken,
        timestamp: expect.stringMatching(/^\d{13}$/),
        actionID: 'echo',
        params: { text: 'hello' },
        dir: 'down',
        reqType: 'req',
      },
    ]);
  });

  test("applications hear of the device's answer", async () => {
    const told = bed.applicationsHear('action.echo.resp.up');
    const answer = { msgToken: '77', timestamp: 5, actionID: 'echo', code: 200 };
    await sendUplink(fixture.bus, { method: 'actionReply', ...answer, data: { text: 'x' } });
    const expected = { device: NAMES, ...answer, timestamp: '5', params: { text: 'x' }, dir: 'up', reqType: 'resp' };
    await eventually(() => expect(told).toEqual([expected]));
  });

  test('what the device itself says was wrong is an error', async () => {
    await bed.login();
    bed.nodeAnswers(() => ({ code: 6205, msg: 'busy' }));
    await expect(fixture.interact.actionSend(echo)).rejects.toEqual(rpcError(2000004, '6205: busy'));
  });

  test('an answer that the caller brings along needs no device, and stands in the log like one', async () => {
    await expect(fixture.interact.actionSend({ ...echo, outputParams: '{"text":"x"}' })).rejects.toEqual(
      rpcError(2000003, 'offline'),
    );
    await bed.login();
    const told = bed.applicationsHear('action.echo.req.down');
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    const answer = await fixture.interact.actionSend({ ...echo, outputParams: '{"text":"x"}' });
    expect(answer).toMatchObject({ code: '200', outputParams: '{"text":"x"}' });
    expect(got).toEqual([]);
    const [row] = await bed.commandLog();
    expect(row).toMatchObject({ action: 'actionSend', dataID: 'echo', resultCode: '200', account: '系统控制' });
    expect(JSON.parse(row!.content)).toEqual({
      req: { text: 'hello' },
      userID: 0,
      resp: { code: 200, msg: '', outputParams: '{"text":"x"}' },
    });
    await eventually(() => expect(told).toEqual([expect.objectContaining({ msgToken: answer.msgToken })]));
    await expect(fixture.interact.actionSend({ ...echo, outputParams: 'x' })).rejects.toEqual(
      rpcError(100006, 'outputParams'),
    );
  });

  test('asynchronous and silent: it is sent again until its time is up, and applications hear that it failed', async () => {
    await bed.login();
    const told = bed.applicationsHear('action.echo.req.up');
    const got = bed.nodeAnswers(() => undefined);
    const option = { requestTimeout: '1', retryInterval: '1', timeoutToFail: '3' };
    const { msgToken } = await fixture.interact.actionSend({ ...echo, isAsync: true, option });
    await eventually(() => expect(told).toEqual([expect.objectContaining({ msgToken, code: 2000002 })]));
    expect(got.map(({ message }) => message.msgToken)).toEqual([msgToken, msgToken, msgToken]);
    await expect(fixture.interact.actionRead({ ...NAMES, msgToken })).rejects.toEqual(rpcError(2000002, ''));
  });

  test('asynchronous: one that has answered, to whichever instance, is not sent again', async () => {
    await bed.login();
    const got = bed.nodeAnswers(() => undefined);
    const option = { requestTimeout: '1', retryInterval: '1', timeoutToFail: '60' };
    const { msgToken } = await fixture.interact.actionSend({ ...echo, isAsync: true, option });
    await fixture.db.prisma.sendLog.updateMany({ data: { resultCode: 200 } });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(got.map(({ message }) => message.msgToken)).toEqual([msgToken]);
  });

  test.each([['timeoutToFail'], ['retryInterval'], ['requestTimeout']])(
    'an option that is no time is refused: %s',
    async (name) => {
      await bed.login();
      const option = { requestTimeout: '1', retryInterval: '1', timeoutToFail: '60', [name]: '86401' };
      await expect(fixture.interact.actionSend({ ...echo, isAsync: true, option })).rejects.toEqual(
        rpcError(100006, `option.${name}`),
      );
    },
  );

  test('asynchronous: the output is read later', async () => {
    await bed.login();
    bed.nodeAnswers(() => undefined);
    const { msgToken } = await fixture.interact.actionSend({ ...echo, isAsync: true });
    await sendUplink(fixture.bus, { method: 'actionReply', msgToken, timestamp: 1, code: 200, data: { text: 'x' } });
    expect(await fixture.interact.actionRead({ ...NAMES, msgToken })).toMatchObject({
      code: '200',
      outputParams: '{"text":"x"}',
    });
  });

  test.each<[string, object, string]>([
    ['no service', { actionID: '' }, 'actionID must not be empty'],
    ['an unknown service', { actionID: 'fly' }, 'actionID names no service'],
    ['an ill-typed input', { inputParams: '{"text":1}' }, 'inputParams.text'],
    ['an unknown input', { inputParams: '{"text":"x","more":1}' }, 'inputParams.more'],
    ['no JSON', { inputParams: 'x' }, 'inputParams is not valid JSON'],
  ])('%s is refused by name', async (_case, over, text) => {
    await bed.login();
    await expect(fixture.interact.actionSend({ ...echo, ...over })).rejects.toEqual(rpcError(100006, text));
  });
});
