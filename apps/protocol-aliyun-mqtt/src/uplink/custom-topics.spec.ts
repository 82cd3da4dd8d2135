/** Custom topics of a product that defines them, and messages that go on to other devices. */
import { DefinedTopics } from '@alink/alink';
import { readDevicePublish, subjects, writeDevicePublish, type DevicePublish } from '@alink/contract';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { createMessageBed, NOW, type MessageBed } from '../../test/message-bed';
import type { ProductEntry } from '../directory/records';

let bed: MessageBed;
beforeEach(async () => {
  bed = await createMessageBed();
});
afterEach(() => bed.stop());

const product = (change: Partial<ProductEntry>): void => void Object.assign(bed.session.options.product, change);
const own = (path: string): string => `/${PRODUCT_KEY}/dev1/user/${path}`;

describe('where the product defines its custom topics', () => {
  beforeEach(() =>
    product({
      topics: new DefinedTopics([
        { topic: 'user/update', permission: 'publish' },
        { topic: 'user/get', permission: 'subscribe' },
      ]),
    }),
  );

  test.each(['update', 'update?_sn=default'])('what it lets devices publish is kept: %s', async (path) => {
    await bed.publish(own(path), 'bytes');
    expect(bed.reports).toMatchObject([{ topic: own('update'), type: 'custom', bytes: Buffer.from('bytes') }]);
  });

  test.each(['get', 'other', 'update/error'])(
    'anything else is acknowledged and dropped with 9236: %s',
    async (path) => {
      await bed.publish(own(path), 'bytes');
      expect(bed.reports).toEqual([]);
      expect(bed.activities).toMatchObject([
        { kind: 'drop', code: 9236, text: expect.stringContaining('dmctl topic') },
      ]);
    },
  );

  test('a call on a topic to subscribe is answered there', async () => {
    await bed.publish(`/ext/rrpc/77${own('get')}`, 'answer', 0);
    await bed.publish(`/ext/rrpc/77${own('update')}`, 'answer', 0);
    expect(bed.reports).toMatchObject([{ topic: `/ext/rrpc/77${own('get')}` }]);
  });

  test('topics of the system are none of its business', async () => {
    await bed.publish('thing/event/property/post', '{"id":"1","params":{"Temp":1}}');
    expect(bed.reports).toHaveLength(1);
  });
});

describe('a rule of the product', () => {
  const forward = {
    topic: 'user/update/#',
    targetProductID: 'p2',
    targetProductKey: 'k2',
    targetDeviceName: '{deviceName}-lamp',
    targetTopic: 'user/from/{topic}',
  };
  /** What the device of that name gets. */
  const listen = (deviceName: string): DevicePublish[] => {
    const got: DevicePublish[] = [];
    bed.bus.subscribe(subjects.down('ext', 'p2', deviceName), ({ data, respond }) => {
      const publish = readDevicePublish(data);
      got.push(publish);
      respond?.(writeDevicePublish({ ...publish, body: { code: 200 } }, NOW));
    });
    return got;
  };

  test('sends a custom message on to the device that it names, once it is kept', async () => {
    product({ forwards: [forward] });
    const got = listen('dev1-lamp');
    const bytes = Buffer.from([0, 255, 1]);
    await bed.publish(own('update/a'), bytes);
    expect(bed.reports).toHaveLength(1);
    expect(got).toMatchObject([
      {
        productID: 'p2',
        deviceName: 'dev1-lamp',
        handle: 'ext',
        type: 'raw',
        topic: '/k2/dev1-lamp/user/from/update/a',
        payload: bytes,
      },
    ]);
  });

  test('sends nothing of other topics, of answers to calls, and of what is not kept', async () => {
    product({ forwards: [forward] });
    const got = listen('dev1-lamp');
    await bed.publish(own('other'), 'x');
    await bed.publish(`/ext/rrpc/77${own('update/a')}`, 'x', 0);
    bed.failing.stream = true;
    await expect(bed.publish(own('update/a'), 'x')).rejects.toThrow();
    expect(got).toEqual([]);
  });

  test('whose target is offline leaves a line with the sender, whose message is kept', async () => {
    product({ forwards: [forward] });
    await bed.publish(own('update/a'), 'x');
    await new Promise(setImmediate);
    expect(bed.reports).toHaveLength(1);
    expect(bed.activities.at(-1)).toMatchObject({
      deviceName: 'dev1',
      topic: '/k2/dev1-lamp/user/from/update/a',
      code: 2000003,
      text: 'kept, but not forwarded: the device is offline; wait until the device connects',
    });
  });

  test('whose target has not subscribed the topic leaves a line with the sender, too', async () => {
    product({ forwards: [forward] });
    bed.bus.subscribe(subjects.down('ext', 'p2', 'dev1-lamp'), ({ data, respond }) =>
      respond?.(
        writeDevicePublish({ ...readDevicePublish(data), body: { code: 2000003, msg: 'not subscribed' } }, NOW),
      ),
    );
    await bed.publish(own('update/a'), 'x');
    await new Promise(setImmediate);
    expect(bed.activities.at(-1)).toMatchObject({
      code: 2000003,
      text: expect.stringContaining('kept, but not forwarded: not subscribed; the device must subscribe the topic'),
    });
  });

  test('there is none by default', async () => {
    const got = listen('dev1-lamp');
    await bed.publish(own('update/a'), 'x');
    expect(got).toEqual([]);
    expect(bed.activities.map(({ kind }) => kind)).toEqual(['report']);
  });
});
