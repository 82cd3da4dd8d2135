/** Calls from devices behind a gateway of another protocol, which an application answers. */
import { eventually } from '@alink/testing';
import { rpcError } from './dm-fixture';
import { DEVICE, NAMES, startForeign, type Down, type ForeignFixture } from './foreign-gateway';

let fixture: ForeignFixture;
beforeAll(async () => void (fixture = await startForeign('dev2')));
afterAll(() => fixture?.stop());

let n = 0;
/** The device calls `echo`. @returns the token of the call, once it is kept */
const call = async (over: object = {}): Promise<string> => {
  const { gateway, dm } = fixture;
  const msgToken = `call-${++n}`;
  gateway.send('thing', 'action', { method: 'action', msgToken, actionID: 'echo', params: { text: 'a' }, ...over });
  await eventually(async () => {
    const { list } = await dm.data.hubLogIndex({ ...NAMES, requestID: msgToken });
    expect(list).toHaveLength(1);
  });
  return msgToken;
};
const answer = (request: object) => fixture.dm.interact.actionResp({ ...NAMES, ...request });
/** The answers that the gateway has got to the call. */
const answersTo = (msgToken: string): Down[] =>
  fixture.gateway.downs.filter(({ message }) => message['msgToken'] === msgToken);
const answered = (msgToken: string) =>
  eventually(() => {
    const [first] = answersTo(msgToken);
    expect(first).toBeDefined();
    return first!;
  });

test('the device gets the answer on the bus, once, and its log tells so', async () => {
  const msgToken = await call();
  const { told } = fixture.gateway;
  expect(told.map(({ subject }) => subject)).toContain(
    `application.device.${NAMES.productID}.${DEVICE}.report.thing.action.echo.req.up`,
  );
  await answer({ msgToken, outputParams: '{"text":"b"}' });
  const { subject, data, message } = await answered(msgToken);
  expect(subject).toBe(`device.down.lxSdk.thing.${NAMES.productID}.${DEVICE}`);
  expect(data).toMatchObject({ handle: 'thing', type: 'action', ...NAMES });
  expect(message).toEqual({ method: 'actionReply', msgToken, code: 200, actionID: 'echo', data: { text: 'b' } });
  await expect(answer({ msgToken, outputParams: '{"text":"c"}' })).rejects.toEqual(rpcError(100009, msgToken));
  await eventually(async () => {
    const { list } = await fixture.dm.data.hubLogIndex({ ...NAMES, requestID: msgToken, actions: ['action'] });
    expect(list.map(({ content }) => content)).toContain('the call of echo was answered');
  });
  expect(answersTo(msgToken)).toHaveLength(1);
});

test('a call that has failed is answered with a code and words', async () => {
  const msgToken = await call();
  await answer({ msgToken, code: 5000, msg: 'no such song', outputParams: 'not read' });
  expect((await answered(msgToken)).message).toEqual({
    method: 'actionReply',
    msgToken,
    code: 5000,
    msg: 'no such song',
    actionID: 'echo',
  });
});

test('what the thing model refuses is told to the application, and the call stays open', async () => {
  const msgToken = await call();
  await expect(answer({ msgToken, outputParams: '{"text":5}' })).rejects.toEqual(rpcError(100006, 'outputParams.text'));
  await expect(answer({ msgToken, outputParams: '{text' })).rejects.toEqual(rpcError(100006, 'outputParams'));
  expect(answersTo(msgToken)).toEqual([]);
  await answer({ msgToken, outputParams: '{"text":"b"}' });
  expect((await answered(msgToken)).message).toMatchObject({ data: { text: 'b' } });
});

test('a token is answered for its own device and its newest call alone', async () => {
  const msgToken = await call();
  await expect(answer({ deviceName: 'dev2', msgToken, outputParams: '{}' })).rejects.toEqual(
    rpcError(100009, msgToken),
  );
  await expect(answer({ msgToken: 'nothing', outputParams: '{}' })).rejects.toEqual(rpcError(100009, 'nothing'));
  await expect(answer({ outputParams: '{}' })).rejects.toEqual(rpcError(100006, 'msgToken'));
  await expect(answer({ deviceName: 'dev9', msgToken })).rejects.toEqual(rpcError(100009, 'dev9'));
});
