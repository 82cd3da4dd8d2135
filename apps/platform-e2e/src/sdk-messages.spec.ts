/**
 * Messages that know no thing model: calls with free bytes (RRPC), custom topics, broadcasts, jobs, and where to connect. The
 * official Node SDK has its public `subscribe`, `publish` and "message" for them; the C SDKs write what stands here.
 */
import { services } from '@alink/contract';
import { eventually, PATIENCE_MS, PLATFORM_START_MS } from '@alink/testing';
import { backends } from './backends';
import { dialOfficial, type OfficialDevice } from './official-device';
import { DEVICE, DEVICE_SECRET, PRODUCT, type Platform } from './platform';
import { findLikeC, RawDevice } from './raw-device';

const C4 = 'c4-messages';
const PATIENT = { deadlineMs: PATIENCE_MS };

describe.each(backends)('on $name', (backend) => {
  backend.needs('topics', () => {
    let platform: Platform;
    let official: OfficialDevice;
    /** With `_ss=1` and `ext=3`, and no subscription but that of its demo: `mqtt_rrpc_demo.c`, `mqtt_broadcast_demo.c`. */
    let linkSdk: RawDevice;
    /** What the official SDK's "message" has told, oldest first. */
    const told: { readonly topic: string; readonly text: string }[] = [];

    beforeAll(async () => {
      platform = await backend.start();
      await platform.createManualsDevice();
      await platform.createDevice(PRODUCT, C4, DEVICE_SECRET);
      official = await dialOfficial(platform);
      official.on('message', (topic, payload) => told.push({ topic, text: payload.toString() }));
      const pairs = { _ss: '1', _v: 'sdk-c-4.2.0', ext: '3' };
      linkSdk = await RawDevice.connect(platform.login(PRODUCT, C4, DEVICE_SECRET, { extra: pairs }), {
        keepalive: 1200,
      });
      linkSdk.subscribe([[`/${PRODUCT}/${C4}/user/get`], [`/broadcast/${PRODUCT}/news`]], 1);
      expect(await linkSdk.granted(2)).toEqual([1, 1]);
      await eventually(async () => {
        for (const name of [DEVICE, C4]) expect(await platform.isOnline(name)).toBe(true);
      });
    }, PLATFORM_START_MS);
    afterAll(async () => {
      official?.end(true);
      await linkSdk?.end();
      await platform?.stop();
    });

    const topics = () => platform.client(services.topics);
    const node = { productID: PRODUCT, deviceName: DEVICE };
    const link = { productID: PRODUCT, deviceName: C4 };

    test('a call with free bytes reaches the official SDK, and its bytes come back', async () => {
      const prefix = `/sys/${PRODUCT}/${DEVICE}/rrpc/request/`;
      official.on('message', (topic, payload) => {
        if (!topic.startsWith(prefix)) return;
        official.publish(topic.replace('/request/', '/response/'), `heard ${payload.toString()}`);
      });
      const answer = await topics().rrpc({ ...node, payload: Buffer.from('free bytes, no JSON') }, PATIENT);
      expect(answer.payload.toString()).toBe('heard free bytes, no JSON');
      expect(told.at(-1)?.topic).toBe(prefix + answer.messageID);
    });

    test('a call on a custom topic reaches the Link SDK for C, which has subscribed that topic alone', async () => {
      const called = topics().rrpc({ ...link, topic: 'user/get', payload: Buffer.from([0, 1, 254]) }, PATIENT);
      const { topic, payload, qos } = await linkSdk.raw.next('publish');
      expect(topic).toMatch(new RegExp(`^/ext/rrpc/\\d+/${PRODUCT}/${C4}/user/get$`));
      expect([qos, [...(payload as Buffer)]]).toEqual([0, [0, 1, 254]]);
      linkSdk.publish(topic, Buffer.from([255, 0]));
      expect([...(await called).payload]).toEqual([255, 0]);
    });

    test('a device that does not answer in time: 2000002', async () => {
      const call = topics().rrpc({ ...link, payload: Buffer.from('?'), timeout: 200 });
      await expect(call).rejects.toMatchObject({ code: 2000002 });
      expect((await linkSdk.next()).text).toBe('?');
    });

    test('messages on custom topics reach who has subscribed', async () => {
      const topic = `/${PRODUCT}/${DEVICE}/user/get`;
      official.subscribe(topic);
      const interact = platform.client(services.deviceInteract);
      // The SDK does not say when its subscription is granted.
      await eventually(async () => {
        await interact.sendMsg({ topic, payload: Buffer.from('hello') });
        expect(told.at(-1)).toEqual({ topic, text: 'hello' });
      });
      await interact.sendMsg({ topic: `/${PRODUCT}/${C4}/user/get`, payload: Buffer.from('hello C') });
      expect(await linkSdk.next()).toMatchObject({ topic: `/${PRODUCT}/${C4}/user/get`, text: 'hello C' });
    });

    test('a broadcast to the product reaches every device unasked, one to a topic those that subscribe it', async () => {
      const { messageID } = await topics().broadcast({ productID: PRODUCT, payload: Buffer.from('to all') });
      expect(await linkSdk.next()).toEqual({ topic: `broadcast/request/${messageID}`, text: 'to all', qos: 0 });
      const all = { topic: `/sys/${PRODUCT}/${DEVICE}/broadcast/request/${messageID}`, text: 'to all' };
      await eventually(() => expect(told).toContainEqual(all));
      await topics().broadcast({ productID: PRODUCT, topic: 'news', payload: Buffer.from('to some') });
      expect(await linkSdk.next()).toMatchObject({ topic: `/broadcast/${PRODUCT}/news`, text: 'to some' });
      expect(told.filter(({ text }) => text === 'to some')).toEqual([]);
    });

    test('a job is told, listed, read and done as aiot_task_api.c does it', async () => {
      const job = { productID: PRODUCT, name: 'restart', document: '{"restart":true}', deviceNames: [C4] };
      const { jobID } = await platform.client(services.deviceJobs).jobCreate(job);
      const notify = await linkSdk.next();
      expect(notify.topic).toBe('thing/job/notify');
      const taskId = findLikeC(notify.text, 'taskId')!;
      expect([findLikeC(notify.text, 'status'), findLikeC(notify.text, 'jobDocument')]).toEqual([
        'SENT',
        '{"restart":true}',
      ]);
      linkSdk.publish('thing/job/notify_reply', `{"id":"${findLikeC(notify.text, 'id')}","code":200,"data":{}}`);

      const say = async (path: string, params: string): Promise<string> => {
        linkSdk.publish(path, `{"id":"1","version":"1.0.0","params":${params}}`);
        const { topic, text } = await linkSdk.next();
        expect([topic, findLikeC(text, 'code')]).toEqual([`${path}_reply`, '200']);
        return findLikeC(text, 'data')!;
      };
      // dm writes that it was sent once it hears so.
      expect(await say('thing/job/get', '{"taskId":"$list"}')).toMatch(
        new RegExp(`"tasks":\\[\\{"taskId":"${taskId}","status":"(QUEUED|SENT)"\\}\\]`),
      );
      expect(findLikeC(await say('thing/job/get', '{"taskId":"$next"}'), 'task')).toContain(`"taskId":"${taskId}"`);
      const done = `{"taskId":"${taskId}","status":"SUCCEEDED","progress":100,"statusDetails":{"took":3}}`;
      expect(await say('thing/job/update', done)).toBe(`{"taskId":"${taskId}"}`);
      const { list } = await platform.client(services.deviceJobs).taskIndex({ jobID });
      expect(list).toMatchObject([{ taskID: taskId, deviceName: C4, status: 'SUCCEEDED', progress: '100' }]);
    });

    test('a device is told to ask where to connect', async () => {
      const answered = platform.client(services.deviceAdmin).bootstrapNotify(link, PATIENT);
      const { topic, text } = await linkSdk.next();
      expect([topic, findLikeC(text, 'method'), findLikeC(text, 'params')]).toEqual([
        'thing/bootstrap/notify',
        'thing.bootstrap.notify',
        '{"cmd":0}',
      ]);
      linkSdk.publish('thing/bootstrap/notify_reply', `{"id":"${findLikeC(text, 'id')}","code":200,"data":{}}`);
      await answered;
    });
  });
});
