/** Property sets, and bytes for topics of a device, as they go to an Alink device. */
import { eventually } from '@alink/testing';
import { CommandBed, setReply } from './command-bed';
import { DEVICE, NAMES, rpcError, sendUplink, startDm, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
let bed: CommandBed;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(async () => void (bed = await CommandBed.prepare(fixture)));
afterEach(() => bed.clear());

describe('propertyControlSend', () => {
  test('reaches the device and gives its answer', async () => {
    await bed.login();
    const got = bed.nodeAnswers(() => ({ code: 200, msg: 'success' }));
    const answer = await fixture.interact.propertyControlSend(
      { ...NAMES, data: '{"temperature":28,"rpm":"7"}' },
      { user: { UserID: '42', Account: 'alice' } },
    );
    expect(answer).toEqual({ code: '200', msg: 'success', msgToken: got[0]!.message.msgToken });
    expect(answer.msgToken).toMatch(/^[1-9]\d{7,9}$/);
    expect(Number(answer.msgToken)).toBeLessThan(2 ** 32);
    expect(got[0]).toMatchObject({
      publish: { ...NAMES, handle: 'thing', type: 'property', protocolCode: 'aliyunMqtt' },
      message: { method: 'control', params: { temperature: 28, rpm: 7 } },
    });
    await eventually(async () =>
      expect(await bed.commandLog()).toEqual(
        [
          { dataID: 'temperature', content: '28' },
          { dataID: 'rpm', content: '7' },
        ].map((row) =>
          expect.objectContaining({
            ...row,
            action: 'propertyControlSend',
            resultCode: '200',
            account: 'alice',
            userID: '42',
          }),
        ),
      ),
    );
  });

  test('what the device itself says was wrong is an error, with its own code and words', async () => {
    await bed.login();
    bed.nodeAnswers(() => ({ code: 5000, msg: 'too hot' }));
    await expect(fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":1}' })).rejects.toEqual(
      expect.objectContaining({ code: 2000004, message: 'the device answered 5000: too hot', details: ['5000'] }),
    );
    await eventually(async () =>
      expect((await bed.commandLog()).map(({ resultCode }) => resultCode)).toEqual(['5000']),
    );
  });

  test('an object without a property has nothing to send', async () => {
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    expect(await fixture.interact.propertyControlSend({ ...NAMES, data: '{}' })).toMatchObject({
      code: '200',
      msgToken: '',
    });
    expect(got).toEqual([]);
  });

  test('a property that is marked as read-only is sent: the device knows', async () => {
    await bed.login();
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    await fixture.interact.propertyControlSend({ ...NAMES, data: '{"serial":"x"}' });
    expect(got[0]!.message.params).toEqual({ serial: 'x' });
  });

  test.each<[string, string, string]>([
    ['an unknown property', '{"speed":1}', 'data.speed'],
    ['a value out of range', '{"rpm":10001}', 'data.rpm'],
    ['a text for a number', '{"rpm":"fast"}', 'data.rpm'],
    ['nothing', '', 'data must not be empty'],
    ['a list', '[1]', 'data must be a JSON object'],
    ['no JSON', '{rpm:1}', 'data is not valid JSON'],
  ])('%s is refused by name, and no command is sent', async (_case, data, text) => {
    await bed.login();
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    await expect(fixture.interact.propertyControlSend({ ...NAMES, data })).rejects.toEqual(rpcError(100006, text));
    expect(got).toEqual([]);
    expect(await bed.commandLog()).toEqual([]);
  });

  test('send only: offline is 2000003, silence 2000002, and the record says so', async () => {
    const request = { ...NAMES, data: '{"rpm":1}', shadowControl: '1', syncTimeout: '1' };
    await expect(fixture.interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, 'offline'));
    await bed.login();
    bed.nodeAnswers(() => undefined);
    await expect(fixture.interact.propertyControlSend(request)).rejects.toEqual(
      rpcError(2000002, 'in time; many devices never send set_reply and only report the new value'),
    );
    bed.stopNode();
    bed.nodeAnswers(() => ({ code: 2000003, msg: 'unsubscribed' }));
    await expect(fixture.interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, 'unsubscribed'));
    await eventually(async () =>
      expect((await bed.commandLog()).map((entry) => entry.resultCode).sort()).toEqual([
        '2000002',
        '2000003',
        '2000003',
      ]),
    );
    expect(Number((await fixture.data.sendLogIndex({ ...NAMES, resultCode: '2000002' })).total)).toBe(1);
  });

  test('whoever listens to everything makes no device online', async () => {
    bed.nodeAnswers(() => undefined);
    const request = { ...NAMES, data: '{"rpm":1}', shadowControl: '1', syncTimeout: '30' };
    await expect(fixture.interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, 'offline'));
  });

  test('a session that is not recorded yet has its commands, however long the device takes', async () => {
    const got = bed.nodeAnswers(() => undefined);
    const request = { ...NAMES, data: '{"rpm":1}', shadowControl: '1', syncTimeout: '30' };
    const answer = fixture.interact.propertyControlSend(request);
    await eventually(() => expect(got).toHaveLength(1));
    await bed.login();
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await sendUplink(fixture.bus, { ...setReply(got[0]!.message.msgToken), code: 200 });
    expect(await answer).toMatchObject({ code: '200' });
  });

  test('what came to nothing stands in the log of the device and of the process, with the cause and the step', async () => {
    const request = { ...NAMES, data: '{"rpm":1}', shadowControl: '1', syncTimeout: '1' };
    const lines = async () =>
      (await fixture.data.hubLogIndex({ ...NAMES, timeStart })).list
        .filter(({ action }) => action === 'deliver')
        .map(({ resultCode, content }) => `${resultCode} ${content}`)
        .sort();
    const silent = expect.stringMatching(
      /^2000002 propertyControlSend rpm: .*did not answer in time; let it answer on/,
    );
    const gone = (what: string) => expect.stringMatching(`^2000003 ${what}: the device is offline; wait until`);
    const { interact, logged } = fixture;
    const timeStart = Date.now();
    const loggedBefore = logged.length;

    await expect(interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, ''));
    await expect(interact.actionSend({ ...NAMES, actionID: 'echo', isAsync: true })).rejects.toEqual(
      rpcError(2000003, ''),
    );
    await bed.login();
    bed.nodeAnswers(() => undefined);
    await expect(interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000002, ''));
    await eventually(async () =>
      expect(await lines()).toEqual([silent, gone('actionSend echo'), gone('propertyControlSend rpm')]),
    );
    const aboutCommands = /did not answer in time; let it|is offline; wait/;
    expect(logged.slice(loggedBefore).filter((line) => aboutCommands.test(line))).toHaveLength(3);
    // A node that could not deliver has noted so itself.
    bed.stopNode();
    bed.nodeAnswers(() => ({ code: 2000003, msg: 'unsubscribed' }));
    await expect(interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, ''));
    expect(await lines()).toHaveLength(3);
  });

  test('an answer that only comes through the stream counts too, and one after a time-out takes its place', async () => {
    await bed.login();
    const got = bed.nodeAnswers(() => undefined);
    const reply = (msgToken: string) => sendUplink(fixture.bus, { ...setReply(msgToken), code: 200, msg: 'late' });
    const request = { ...NAMES, data: '{"rpm":1}', shadowControl: '1', syncTimeout: '60' };
    const answer = fixture.interact.propertyControlSend(request);
    await eventually(() => expect(got).toHaveLength(1));
    await reply(got[0]!.message.msgToken);
    expect(await answer).toMatchObject({ code: '200', msg: 'late' });

    await expect(fixture.interact.propertyControlSend({ ...request, syncTimeout: '1' })).rejects.toEqual(
      rpcError(2000002, ''),
    );
    const { msgToken } = got[1]!.message;
    await eventually(() =>
      expect(fixture.interact.propertyControlRead({ ...NAMES, msgToken })).rejects.toEqual(rpcError(2000002, '')),
    );
    await reply(msgToken);
    expect(await fixture.interact.propertyControlRead({ ...NAMES, msgToken })).toMatchObject({ code: '200' });
  });

  test('asynchronous: the token at once, the answer later', async () => {
    const request = { ...NAMES, data: '{"rpm":1}', isAsync: true, shadowControl: '1' };
    await expect(fixture.interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, 'offline'));
    await bed.login();
    const got = bed.nodeAnswers(() => undefined);
    const { msgToken } = await fixture.interact.propertyControlSend(request);
    expect(got.map(({ message }) => message.msgToken)).toEqual([msgToken]);
    const read = { ...NAMES, msgToken };
    await expect(fixture.interact.propertyControlRead(read)).rejects.toEqual(rpcError(100024, 'not answered'));
    await expect(fixture.interact.actionRead(read)).rejects.toEqual(rpcError(100009, msgToken));
    await expect(fixture.interact.propertyControlRead({ ...NAMES, msgToken: 'x' })).rejects.toEqual(
      rpcError(100006, 'msgToken'),
    );
    await sendUplink(fixture.bus, { method: 'controlReply', msgToken, timestamp: 1, code: 200, msg: 'ok' });
    expect(await fixture.interact.propertyControlRead(read)).toEqual({ code: '200', msg: 'ok', msgToken });
  });

  test('5 sends, and leaves no line in the command log', async () => {
    await bed.login();
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    const request = { ...NAMES, data: '{"rpm":5}', shadowControl: '5' };
    const { msgToken } = await fixture.interact.propertyControlSend(request);
    expect(got).toHaveLength(1);
    expect(await bed.commandLog()).toEqual([]);
    expect(await fixture.interact.propertyControlRead({ ...NAMES, msgToken })).toMatchObject({ code: '200' });
  });

  test('the profile that comes along is kept once the values are taken', async () => {
    const { interact, devices } = fixture;
    const withProfile = { code: 'schedule', params: '{"at":7}' };
    const request = { ...NAMES, data: '{"rpm":5}', withProfile };
    const profile = async () => (await devices.deviceProfileRead({ device: NAMES, code: 'schedule' })).params;
    await expect(interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, 'offline'));
    expect(await profile()).toBe('');
    await interact.propertyControlSend({ ...request, shadowControl: '2' });
    expect(await profile()).toBe('{"at":7}');
  });

  test('another way is refused by name', async () => {
    const send = (more: object) => fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":5}', ...more });
    await expect(send({ shadowControl: '7' })).rejects.toEqual(rpcError(100006, 'shadowControl'));
    await expect(send({ withProfile: { code: 'x'.repeat(129) } })).rejects.toEqual(rpcError(100006, 'code'));
  });

  test('a disabled device or product takes no commands', async () => {
    const { interact, devices, products } = fixture;
    await devices.deviceInfoUpdate({ ...NAMES, isEnable: '2' });
    await expect(interact.propertyControlSend({ ...NAMES, data: '{"rpm":1}' })).rejects.toEqual(
      rpcError(100021, 'device'),
    );
    await devices.deviceInfoUpdate({ ...NAMES, isEnable: '1' });
    await products.productInfoUpdate({ productID: NAMES.productID, status: '2' });
    await expect(interact.actionSend({ ...NAMES, actionID: 'echo' })).rejects.toEqual(rpcError(100021, 'product'));
  });

  test('many at once have tokens of their own', async () => {
    await bed.login();
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => fixture.interact.propertyControlSend({ ...NAMES, data: `{"rpm":${i}}` })),
    );
    expect(new Set(answers.map((answer) => answer.msgToken)).size).toBe(50);
    expect(got).toHaveLength(50);
  });
});

describe('sendMsg', () => {
  test('publishes bytes on a topic of the device', async () => {
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    const payload = Buffer.from([0, 1, 0xff, 0xfe]);
    const topic = `/${NAMES.productID}/${DEVICE}/user/get`;
    await fixture.interact.sendMsg({ topic, payload });
    expect(got[0]!.publish).toMatchObject({ handle: 'ext', type: 'raw', topic, payload });
    expect(await bed.commandLog()).toEqual([expect.objectContaining({ action: 'sendMsg', dataID: topic })]);
    expect((await bed.commandLog())[0]!.content).not.toContain('resp');
  });

  test.each([
    ['/sys/{}/rrpc/request/77', Buffer.from('OK')],
    ['/ext/rrpc/77/{}/user/get', Buffer.from([0, 255, 1])],
    ['/ext/rrpc/77/sys/{}/thing/service/echo', Buffer.alloc(0)],
    ['/sys/{}/rrpc/request/77', Buffer.alloc(32 * 1024, 0xfe)],
  ])('hands over what the device answers to a synchronous call on %s', async (form, bytes) => {
    bed.nodeAnswers(() => ({ code: 200, data: bytes.toString('base64') }));
    const topic = form.replace('{}', `${NAMES.productID}/${DEVICE}`);
    const trailers: unknown[] = [];
    await fixture.interact.sendMsg(
      { topic, payload: Buffer.from('hi') },
      { onTrailer: (trailer) => trailers.push(...trailer.get('rrpc-response-bin')) },
    );
    expect(trailers).toEqual([bytes]);
  });

  test.each([
    ['text', Buffer.from('no JSON'), 'no JSON'],
    ['bytes', Buffer.from([0xff, 1]), '/wE='],
  ])('the log has the answer to a synchronous call: %s', async (_what, bytes, outputParams) => {
    bed.nodeAnswers(() => ({ code: 200, data: bytes.toString('base64') }));
    const topic = `/sys/${NAMES.productID}/${DEVICE}/rrpc/request/77`;
    await fixture.interact.sendMsg({ topic, payload: Buffer.from('hi "there"') });
    const [entry] = await bed.commandLog();
    expect(JSON.parse(entry!.content)).toMatchObject({ req: 'hi "there"', resp: { code: 200, outputParams } });
  });

  test('says that an answer is too long to hand over', async () => {
    bed.nodeAnswers(() => ({ code: 200, data: Buffer.alloc(32 * 1024 + 1).toString('base64') }));
    const topic = `/sys/${NAMES.productID}/${DEVICE}/rrpc/request/77`;
    await expect(fixture.interact.sendMsg({ topic, payload: Buffer.from('hi') })).rejects.toEqual(
      rpcError(2000004, '32769 bytes'),
    );
  });

  test.each<[string, string, number, string]>([
    ['no topic', '', 100006, 'topic must be a topic of one device'],
    ['a filter', `/${NAMES.productID}/${DEVICE}/user/+`, 100006, 'topic must be a topic of one device'],
    ['another product', `/nobody/${DEVICE}/user/get`, 100006, 'topic names a product that does not exist'],
    ['an unknown device', `/${NAMES.productID}/dev999/user/get`, 100009, 'device dev999'],
    ['an offline device', `/${NAMES.productID}/${DEVICE}/user/get`, 2000003, 'offline'],
  ])('%s is refused', async (_case, topic, code, text) => {
    await expect(fixture.interact.sendMsg({ topic, payload: Buffer.from('x') })).rejects.toEqual(rpcError(code, text));
  });
});
