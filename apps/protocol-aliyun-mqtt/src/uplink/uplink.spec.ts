import { setImmediate as nextTurn } from 'node:timers/promises';
import { BusDownError, StreamFullError } from '@alink/bus';
import { signed } from '../../test/gateway-bed';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { compileModel } from '@alink/thing-model';
import { createMessageBed, NOW, type MessageBed } from '../../test/message-bed';

const POST = 'thing/event/property/post';
const SYS = `/sys/${PRODUCT_KEY}/dev1/`;
const post = (params: object, id = '1'): string => JSON.stringify({ id, version: '1.0', params });

let bed: MessageBed;
beforeEach(async () => {
  bed = await createMessageBed();
});
afterEach(() => bed.stop());

describe('a report', () => {
  test('is kept, then answered, then acknowledged', async () => {
    const work = bed.publish(POST, post({ Temp: 20.5 }));
    await nextTurn();
    await work;
    expect(bed.reports).toMatchObject([
      { deviceName: 'dev1', topic: SYS + POST, arrivedAt: NOW, handle: 'thing', type: 'property' },
    ]);
    expect(bed.reports[0]!.message).toMatchObject({ method: 'report', msgToken: '1', params: { Temp: 20.5 } });
    expect(bed.heard()).toEqual([
      [
        `${SYS}${POST}_reply`,
        '{"id":"1","code":200,"message":"success","version":"1.0","method":"thing.event.property.post","data":{}}',
      ],
    ]);
  });

  test('that the stream does not take is not acknowledged, and the device is told 500', async () => {
    bed.failing.stream = true;
    await expect(bed.publish(POST, post({ Temp: 1 }))).rejects.toThrow('the stream is away');
    expect(bed.heard()).toEqual([[`${SYS}${POST}_reply`, expect.stringContaining('"code":500')]]);
    expect(bed.activities.at(-1)).toMatchObject({ kind: 'drop', code: 500 });
  });

  test.each([
    [
      new StreamFullError('maximum bytes exceeded'),
      'the stream on NATS is full (maximum bytes exceeded); give JetStream',
    ],
    [new BusDownError('NATS does not answer'), 'NATS does not answer; look after NATS'],
  ])('that is lost to %s has a line that says so', async (error, words) => {
    Object.assign(bed.failing, { stream: true, error });
    await bed.publish(POST, post({ Temp: 1 }), 0);
    expect(bed.activities).toMatchObject([{ kind: 'drop', code: 500, text: expect.stringContaining(words) }]);
  });

  test('of QoS 0 that the stream does not take leaves the connection alone', async () => {
    bed.failing.stream = true;
    await bed.publish(POST, post({ Temp: 1 }), 0);
    expect(bed.heard()).toEqual([[`${SYS}${POST}_reply`, expect.stringContaining('"code":500')]]);
  });

  test('that is too long once it is written out is refused and acknowledged, lest it come again', async () => {
    const { product } = bed.session.options;
    const numbers = `[${Array(52_000).fill('1e20').join()}]`;
    Object.assign(product, { model: compileModel(undefined, 'none') });
    await bed.publish(POST, `{"id":"1","version":"1.0","params":{"list":${numbers}}}`);
    expect(bed.reports).toEqual([]);
    expect(bed.heard()).toEqual([[`${SYS}${POST}_reply`, expect.stringContaining('"code":460')]]);
    expect(bed.activities.at(-1)).toMatchObject({
      kind: 'drop',
      code: 460,
      text: expect.stringContaining('1 MB') as unknown,
    });
  });

  test('with a time of its own is kept once, however often it comes; without one each time', async () => {
    const timed = post({ Temp: { value: 1, time: NOW - 5000 } });
    await Promise.all([bed.publish(POST, timed), bed.publish(POST, timed)]);
    await bed.publish(POST, timed);
    expect(bed.reports).toHaveLength(1);
    expect(bed.heard()).toHaveLength(3);
    await bed.publish(POST, post({ Temp: 1 }));
    await bed.publish(POST, post({ Temp: 1 }));
    expect(bed.reports).toHaveLength(3);
  });

  test('that is refused is answered and not kept, with a line that names the cause', async () => {
    await bed.publish(POST, post({ Foo: 1 }));
    expect(bed.reports).toEqual([]);
    expect(bed.heard()).toEqual([[`${SYS}${POST}_reply`, expect.stringContaining('"code":6320')]]);
    expect(bed.activities).toMatchObject([{ kind: 'drop', code: 6320 }]);
  });
});

describe('what is odd and kept', () => {
  test.each([
    ['method', '{"id":"1","params":{"Temp":1},"method":"thing.service.property.set"}', 'method is thing.service'],
    ['JSON', "{'id':'1','params':{'Temp':1}}", 'payload is no strict JSON, and was read all the same: a text in'],
    ['encoding', Buffer.from('{"id":"1","params":{"Temp":1},"note":"\xce\xc2"}', 'latin1'), 'the bytes are GBK'],
  ])('of %s is a note, once, and never called dropped', async (_what, payload, text) => {
    for (let times = 0; times < 3; times++) await bed.publish(POST, payload);
    expect(bed.reports).toHaveLength(3);
    expect(bed.heard().every(([, reply]) => reply.includes('"code":200'))).toBe(true);
    const lines = bed.activities.filter(({ kind }) => kind !== 'report');
    expect(lines).toMatchObject([{ kind: 'note', code: 200, text: expect.stringContaining(text) as unknown }]);
    expect(lines[0]!.text).not.toContain('dropped');
  });
});

test('what is no JSON is refused with the place, which has a line as well', async () => {
  await bed.publish(POST, '{"id":"1","params":{"Temp":nan}}');
  const refusal = '"code":6207,"message":"payload is not JSON: expected a value at position 27"';
  expect(bed.heard()).toEqual([[`${SYS}${POST}_reply`, expect.stringContaining(refusal)]]);
  const text = expect.stringMatching(
    /^payload is not JSON: expected a value at position 27, in \{"id":"1","params":\{"Temp":nan\}\}; /,
  ) as unknown;
  expect(bed.activities).toMatchObject([{ kind: 'drop', code: 6207, text }]);
});

describe('acknowledgements', () => {
  test('go out in the order of the publishes, whatever takes longer', async () => {
    const order: number[] = [];
    const works = [
      bed.publish(POST, post({ Temp: 1 })).then(() => order.push(1)),
      // Means nothing, so there is nothing to wait for.
      bed.publish('foo', '{}').then(() => order.push(2)),
      bed.publish(POST, post({ Temp: 2 })).then(() => order.push(3)),
    ];
    await Promise.all(works);
    expect(order).toEqual([1, 2, 3]);
  });

  test('of a payload over 256 KB: none, the connection ends', async () => {
    await expect(bed.publish(POST, Buffer.alloc(256 * 1024 + 1))).rejects.toThrow('256 KB');
    expect(bed.activities).toMatchObject([{ kind: 'drop', code: 460 }]);
  });
});

describe('a topic', () => {
  test.each([
    ['of another device', `/sys/${PRODUCT_KEY}/dev2/${POST}`, 9236],
    ['that goes down', `${SYS}thing/service/property/set`, 9236],
    ['that does not exist', `${SYS}foo`, 9236],
  ])('%s is dropped with a line', async (_what, topic, code) => {
    await bed.publish(topic, '{}');
    expect(bed.reports).toEqual([]);
    expect(bed.activities).toMatchObject([{ kind: 'drop', code }]);
  });

  test('has its query cut off', async () => {
    await bed.publish(`${POST}?_rid=7`, post({ Temp: 1 }));
    expect(bed.reports[0]!.topic).toBe(SYS + POST);
  });

  test('of the device’s own making is kept as bytes, and comes back where it is subscribed', async () => {
    const topic = `/${PRODUCT_KEY}/dev1/user/update`;
    await bed.publish(topic, Buffer.from([0, 255]));
    expect(bed.reports).toMatchObject([{ handle: 'ext', type: 'custom', bytes: Buffer.from([0, 255]) }]);
    expect(bed.heard()).toEqual([]);
    bed.link.filters.push(topic);
    await bed.publish(topic, 'x');
    expect(bed.heard()).toEqual([[topic, 'x']]);
  });
});

describe('a question', () => {
  const UPDATE = 'thing/deviceinfo/update';
  const tags = post([{ attrKey: 'site', attrValue: 'A1' }]);

  test('is acknowledged before it is answered, and the device hears the answer', async () => {
    await bed.publish(UPDATE, tags);
    expect(bed.asked).toEqual([{ kind: 'tags.update', tags: [{ key: 'site', value: 'A1' }] }]);
    await nextTurn();
    expect(bed.heard()).toEqual([[`${SYS}${UPDATE}_reply`, expect.stringContaining('"code":200')]]);
    expect(bed.reports).toEqual([]);
  });

  test('that nobody answers is told so, and stands in the device’s log', async () => {
    bed.answer(new Error('dm.rpc is away'));
    await bed.publish(UPDATE, tags);
    await nextTurn();
    expect(bed.heard()).toEqual([[`${SYS}${UPDATE}_reply`, expect.stringContaining('"code":500')]]);
    expect(bed.activities).toMatchObject([{ kind: 'drop', code: 500, text: 'tags.update refused: service error' }]);
  });

  test('about the time is answered here', async () => {
    await bed.publish(`/ext/ntp/${PRODUCT_KEY}/dev1/request`, '{"deviceSendTime":"100"}', 0);
    await nextTurn();
    expect(bed.asked).toEqual([]);
    expect(bed.heard()).toEqual([
      [
        `/ext/ntp/${PRODUCT_KEY}/dev1/response`,
        `{"deviceSendTime":"100","serverRecvTime":"${NOW}","serverSendTime":"${NOW}"}`,
      ],
    ]);
  });
});

describe('what has a limit of its own', () => {
  const LOGIN = `/ext/session/${PRODUCT_KEY}/dev1/combine/login`;
  /** Publishes what may not pass where it is counted. @returns how often it was */
  const publishCounted = async (payload: string): Promise<number> => {
    let counted = 0;
    const publish = { topic: LOGIN, payload: Buffer.from(payload), qos: 1 as const };
    const admits = (): boolean => {
      counted += 1;
      return false;
    };
    await bed.uplink.publish(bed.session, publish, { admits });
    await nextTurn();
    return counted;
  };

  test('is a login of sub-devices, which is not counted', async () => {
    expect(await publishCounted(JSON.stringify({ id: '1', params: signed('dev2') }))).toBe(0);
    expect(bed.heard()).toMatchObject([[`${LOGIN}_reply`, expect.stringContaining('"id":"1"')]]);
  });

  test.each([
    ['no request', 'no json'],
    ['nobody', '{"id":"1","params":{}}'],
    ['more than may be', JSON.stringify({ id: '1', params: Array.from({ length: 51 }, (_, n) => signed(`dev${n}`)) })],
  ])(
    'is not what is on the same topic and logs in %s: counted, and dropped where it may not pass',
    async (_what, payload) => {
      expect(await publishCounted(payload)).toBe(1);
      expect([bed.heard(), bed.activities]).toEqual([[], []]);
    },
  );
});
