/** Synchronous calls with free bytes, broadcasts, and the notice that a device should connect elsewhere. */
import { decodeBroadcast, subjects, type Broadcast } from '@alink/contract';
import { eventually } from '@alink/testing';
import { CommandBed } from './command-bed';
import { DEVICE, NAMES, PRODUCT, rpcError, startDm, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
let bed: CommandBed;
let nowMs = 1_778_593_628_940;
beforeAll(async () => void (fixture = await startDm({ now: () => nowMs })));
afterAll(() => fixture?.stop());
beforeEach(async () => void (bed = await CommandBed.prepare(fixture)));
afterEach(() => bed.clear());

describe('rrpc', () => {
  const SELF = `${PRODUCT}/${DEVICE}`;

  test.each([
    ['', /^\/sys\/SELF\/rrpc\/request\/(\d{8,10})$/],
    ['user/get', /^\/ext\/rrpc\/(\d{8,10})\/SELF\/user\/get$/],
    [`/${SELF}/user/get`, /^\/ext\/rrpc\/(\d{8,10})\/SELF\/user\/get$/],
    [`/sys/${SELF}/thing/model/down_raw`, /^\/ext\/rrpc\/(\d{8,10})\/sys\/SELF\/thing\/model\/down_raw$/],
  ])('on "%s" hands over the bytes that the device answers', async (topic, form) => {
    const bytes = Buffer.from([0, 255, 1]);
    const got = bed.nodeAnswers(() => ({ code: 200, data: bytes.toString('base64') }));
    const answer = await fixture.topics.rrpc({ ...NAMES, topic, payload: Buffer.from('hi'), timeout: 3000 });
    expect(answer.payload).toEqual(bytes);
    const { publish } = got[0]!;
    expect(publish).toMatchObject({ handle: 'ext', type: 'raw', payload: Buffer.from('hi'), waitMs: 3000 });
    const [, messageID] = new RegExp(form.source.replaceAll('SELF', SELF)).exec(publish.topic) ?? [];
    expect(messageID).toBe(answer.messageID);
    expect(await bed.commandLog()).toEqual([expect.objectContaining({ action: 'sendMsg', resultCode: '200' })]);
  });

  test('an answer may be empty, and long', async () => {
    bed.nodeAnswers(() => ({ code: 200, data: '' }));
    expect((await fixture.topics.rrpc(NAMES)).payload).toEqual(Buffer.alloc(0));
    bed.stopNode();
    const long = Buffer.alloc(200_000, 0xfe);
    bed.nodeAnswers(() => ({ code: 200, data: long.toString('base64') }));
    expect((await fixture.topics.rrpc(NAMES)).payload).toEqual(long);
  });

  test('a device that does not answer: its caller hears so, and its log has 1905', async () => {
    bed.nodeAnswers(() => undefined);
    await expect(fixture.topics.rrpc({ ...NAMES, timeout: 50 })).rejects.toEqual(rpcError(2000002, 'in time'));
    await eventually(async () => {
      const { list } = await fixture.data.hubLogIndex(NAMES);
      expect(list).toEqual([expect.objectContaining({ resultCode: '1905', action: 'deliver' })]);
    });
  });

  test('so it is with a service that is called synchronously', async () => {
    bed.nodeAnswers(() => undefined);
    const call = { ...NAMES, actionID: 'echo', inputParams: '{"text":"a"}', option: { requestTimeout: '1' } };
    await expect(fixture.interact.actionSend(call)).rejects.toEqual(rpcError(2000002, 'in time'));
    await eventually(async () => {
      const { list } = await fixture.data.hubLogIndex(NAMES);
      expect(list.map(({ content, resultCode }) => `${resultCode} ${content}`)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^1905 actionSend echo: /)]),
      );
    });
  });

  test.each<[string, object, number, string]>([
    ['an offline device', {}, 2000003, 'offline'],
    ['an unknown device', { deviceName: 'dev999' }, 100009, 'dev999'],
    ['a topic of another device', { topic: `/${PRODUCT}/dev999/user/get` }, 100006, 'topic must be empty'],
    ['a topic that is a call', { topic: `/ext/rrpc/1/${SELF}/user/get` }, 100006, 'topic must be empty'],
    ['a filter', { topic: 'user/+' }, 100006, 'topic must be empty'],
    ['too many bytes', { payload: Buffer.alloc(256 * 1024 + 1) }, 100006, 'payload must have at most'],
  ])('%s is refused', async (_case, change, code, text) => {
    await expect(fixture.topics.rrpc({ ...NAMES, ...change })).rejects.toEqual(rpcError(code, text));
  });
});

describe('broadcast', () => {
  const productID = PRODUCT;
  /** Two nodes, each of which has so many devices for it. */
  const nodesTell = (delivered: number, undelivered = 0): Broadcast[] => {
    const heard: Broadcast[] = [];
    const listening = fixture.bus.subscribe(subjects.broadcast, ({ data }) => {
      const broadcast = decodeBroadcast(data);
      heard.push(broadcast);
      const { id, step } = broadcast;
      for (const node of ['node-1', 'node-2']) {
        const told = JSON.stringify({ node, step, delivered, undelivered });
        fixture.bus.publish(subjects.broadcastTold(id), told);
      }
    });
    afterThis.push(() => listening.unsubscribe());
    return heard;
  };
  const afterThis: (() => void)[] = [];
  beforeEach(() => void (nowMs += 3_600_000));
  afterEach(() => afterThis.splice(0).forEach((end) => end()));

  test('reaches every node once, whatever the number of devices, and adds up what they say', async () => {
    const heard = nodesTell(7, 1);
    const payload = Buffer.from([0, 255]);
    const answer = await fixture.topics.broadcast({ productID, payload });
    expect(answer).toMatchObject({ delivered: '14', undelivered: '2', nodesHeard: '2', nodes: '2' });
    expect(heard).toEqual([{ id: answer.messageID, step: 'deliver', productID, payload }]);
    const { list } = await fixture.admin.auditLogIndex({ productID, size: 1 });
    expect(list).toMatchObject([{ action: 'topic.broadcast' }]);
  });

  test('to subscribers of a topic goes out once they are counted', async () => {
    const heard = nodesTell(500);
    const answer = await fixture.topics.broadcast({ productID, topic: 'news', payload: Buffer.from('x') });
    expect(answer).toMatchObject({ delivered: '1000' });
    expect(heard.map(({ step, topic }) => [step, topic])).toEqual([
      ['count', 'news'],
      ['deliver', 'news'],
    ]);
  });

  test('to more than 1000 subscribers is sent to none', async () => {
    const heard = nodesTell(501);
    await expect(fixture.topics.broadcast({ productID, topic: 'news' })).rejects.toEqual(
      rpcError(100027, '1002 devices'),
    );
    expect(heard.map(({ step }) => step)).toEqual(['count']);
  });

  test('a product has one to all its devices a minute, and one to subscribers a second', async () => {
    nodesTell(0);
    const { topics } = fixture;
    await topics.broadcast({ productID });
    await topics.broadcast({ productID, topic: 'news' });
    await expect(topics.broadcast({ productID })).rejects.toEqual(rpcError(100027, 'a minute'));
    await expect(topics.broadcast({ productID, topic: 'news' })).rejects.toEqual(rpcError(100027, 'a second'));
    nowMs += 1000;
    await topics.broadcast({ productID, topic: 'news' });
    await expect(topics.broadcast({ productID })).rejects.toEqual(rpcError(100027, 'a minute'));
    nowMs += 59_000;
    await topics.broadcast({ productID });
  });

  test.each<[string, object, number, string]>([
    ['no product', { productID: 'nobody' }, 100009, 'nobody'],
    ['a filter', { topic: 'news/#' }, 100006, 'topic must be'],
    ['a topic that is too long', { topic: 'n'.repeat(120) }, 100006, 'over 128 bytes'],
    ['too many bytes', { payload: Buffer.alloc(65_537) }, 100006, 'payload must have at most 65536'],
  ])('%s is refused', async (_case, change, code, text) => {
    await expect(fixture.topics.broadcast({ productID, ...change })).rejects.toEqual(rpcError(code, text));
  });
});

describe('bootstrapNotify', () => {
  test('asks the device to look where it should connect', async () => {
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    await fixture.admin.bootstrapNotify(NAMES);
    expect(got[0]!.message).toMatchObject({ method: 'request', path: 'thing/bootstrap/notify', params: { cmd: 0 } });
  });

  test('a refusal of the device is an error', async () => {
    bed.nodeAnswers(() => ({ code: 400, msg: 'no' }));
    await expect(fixture.admin.bootstrapNotify(NAMES)).rejects.toEqual(rpcError(2000004, 'answered 400: no'));
  });
});
