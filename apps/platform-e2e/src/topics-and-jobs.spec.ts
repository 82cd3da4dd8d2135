/**
 * Custom topics that a product defines, calls with free bytes, broadcasts, messages that go on to other devices, and jobs: from
 * gRPC to devices on two nodes and back, with the bytes of the C SDKs (Link SDK for C 4.x, mqtt_rrpc_demo.c, aiot_task_api.c,
 * aiot_bootstrap_api.c) and with the mosquitto clients.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { connectNats } from '@alink/bus';
import { readDevicePublish, services, subjects, writeDevicePublish } from '@alink/contract';
import { eventually, PATIENCE_MS, PLATFORM_START_MS, SdkDevice, type NodePorts } from '@alink/testing';
import { backends } from './backends';
import { DEVICE, DEVICE_SECRET, PRODUCT, type Platform } from './platform';

const OTHER = 'dev002';
const SECRETS: Readonly<Record<string, string>> = { [DEVICE]: DEVICE_SECRET, [OTHER]: 'testsecret002' };
const FREE = Buffer.from([0x4f, 0x4b, 0, 0xff]);

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let elsewhere: NodePorts;
  beforeAll(async () => {
    platform = await backend.start();
    await platform.createManualsDevice();
    await platform.createDevice(PRODUCT, OTHER, SECRETS[OTHER]!);
    elsewhere = await platform.startAnotherNode();
  }, 2 * PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  const key = { productID: PRODUCT, deviceName: DEVICE };
  const own = (path: string, deviceName = DEVICE): string => `/${PRODUCT}/${deviceName}/user/${path}`;
  const topics = () => platform.client(services.topics);
  const PATIENT = { deadlineMs: PATIENCE_MS };

  const open: SdkDevice[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((device) => device.end()));
  });
  /** Connects a device and waits until commands find it. */
  const connect = async (
    deviceName = DEVICE,
    extra: Record<string, string> = {},
    ports: NodePorts = platform.ports,
  ) => {
    const login = platform.login(PRODUCT, deviceName, SECRETS[deviceName]!, { extra });
    const device = await SdkDevice.connect({ ...login, port: ports.mqtt });
    open.push(device);
    await device.publish(own('update', deviceName), 'here');
    await eventually(async () => expect(await platform.isOnline(deviceName)).toBe(true));
    return device;
  };
  /** The first message on a topic of that form. */
  const arrived = async (device: SdkDevice, form: RegExp) => {
    let found: (typeof device.received)[number] | undefined;
    await eventually(() => expect((found = device.received.find(({ topic }) => form.test(topic)))).toBeDefined());
    return found!;
  };

  describe('a call with free bytes', () => {
    backend.needs('topics', () => {
      test.each([
        ['of the system', {}, '', [], `^/sys/${PRODUCT}/${DEVICE}/rrpc/request/`, 'rrpc/response/'],
        [
          'on a custom topic, subscribed for calls',
          { ext: '1' },
          'user/get',
          [`/ext/rrpc/+${own('get')}`],
          `^/ext/rrpc/\\d+${own('get')}$`,
          undefined,
        ],
        [
          'on a custom topic, subscribed as such, with _ss=1',
          { ext: '3', _ss: '1' },
          own('get'),
          [own('get')],
          `^/ext/rrpc/\\d+${own('get')}$`,
          undefined,
        ],
      ])('%s', async (_form, extra, topic, filters, request, response) => {
        const device = await connect(DEVICE, extra);
        if (filters.length > 0) await device.subscribe(filters, 1);
        const call = topics().rrpc({ ...key, topic, payload: Buffer.from([1, 0, 2]), timeout: PATIENCE_MS }, PATIENT);
        const { topic: on, payload, qos } = await arrived(device, new RegExp(request));
        expect([...payload, qos]).toEqual([1, 0, 2, 0]);
        const id = /\d+/.exec(on.replace(`/${PRODUCT}/${DEVICE}`, ''))![0];
        await device.publish(response ? device.topic(response + id) : on, FREE, 0);
        expect(await call).toMatchObject({ payload: FREE, messageID: id });
      });

      test('an answer that does not come, and comes after all: 1905 and 1904', async () => {
        const device = await connect();
        await expect(topics().rrpc({ ...key, timeout: 100 })).rejects.toMatchObject({ code: 2000002 });
        const { topic } = await arrived(device, /rrpc\/request/);
        await device.publish(topic.replace('request', 'response'), FREE, 0);
        const codes = async () => {
          const { list } = await platform.client(services.deviceMsg).hubLogIndex(key);
          return list.map(({ resultCode }) => resultCode);
        };
        await eventually(async () => expect(await codes()).toEqual(expect.arrayContaining(['1904', '1905'])));
      });
    });

    test('over the bus alone, which needs nothing of dm', async () => {
      const device = await connect();
      const bus = await connectNats({ servers: platform.nats.url, name: 'test', streamAtOnce: false });
      try {
        const content = { ...key, handle: 'ext', type: 'raw', topic: device.topic('rrpc/request/77') } as const;
        const text = writeDevicePublish({ ...content, body: Buffer.from('hi') }, Date.now());
        const answer = bus.request(subjects.down('ext', PRODUCT, DEVICE), text, PATIENCE_MS);
        await device.waitFor(device.topic('rrpc/request/77'));
        await device.publish(device.topic('rrpc/response/77'), FREE, 0);
        const { data } = JSON.parse(readDevicePublish(await answer).payload.toString()) as { data: string };
        expect(Buffer.from(data, 'base64')).toEqual(FREE);
      } finally {
        await bus.close();
      }
    });
  });

  backend.needs('topics', () => {
    describe('custom topics', () => {
      afterEach(() => topics().topicAccessUpdate({ productID: PRODUCT, definedOnly: false }));

      test('once a product says so, its devices use those alone that it defines, from that moment on', async () => {
        const device = await connect();
        expect(await device.subscribe(own('anything'), 1)).toEqual([1]);
        await topics().topicAccessUpdate({ productID: PRODUCT, definedOnly: true });
        await eventually(async () => expect(await device.subscribe(own('other'), 1)).toEqual([128]));
        expect(await device.subscribe([own('get'), own('+'), own('update')], 1)).toEqual([1, 128, 128]);
        // Acknowledged, and dropped.
        await device.publish(own('other'), 'lost');
        await eventually(async () => expect(await platform.logLines(DEVICE, /no custom topic/)).not.toEqual([]));
        await expect(
          platform.client(services.deviceInteract).sendMsg({ topic: own('anything'), payload: Buffer.from('x') }),
        ).rejects.toMatchObject({ code: 100006 });
        await topics().topicClassCreate({ productID: PRODUCT, topic: 'user/news/#', permission: 'subscribe' });
        await eventually(async () => expect(await device.subscribe(own('news/+'), 1)).toEqual([1]));
        const sent = platform.client(services.deviceInteract).sendMsg({ topic: own('news/1'), payload: FREE });
        expect((await device.waitFor(own('news/1'))).payload).toEqual(FREE);
        await sent;
      });

      test('mosquitto_pub and mosquitto_sub on those that every new product has', async () => {
        await topics().topicAccessUpdate({ productID: PRODUCT, definedOnly: true });
        const { clientId, username, password } = platform.login(PRODUCT, DEVICE, DEVICE_SECRET);
        const flags = [
          '-h',
          '127.0.0.1',
          '-p',
          String(platform.ports.mqtt),
          '-i',
          clientId,
          '-u',
          username,
          '-P',
          password,
        ];
        const run = promisify(execFile);
        await run('mosquitto_pub', [...flags, '-q', '1', '-t', `${own('update')}?_sn=default`, '-m', 'hello']);
        const listener = spawn('mosquitto_sub', [...flags, '-t', own('get'), '-C', '1']);
        const [printed, exited] = [once(listener.stdout, 'data'), once(listener, 'exit')];
        const send = () => platform.client(services.deviceInteract).sendMsg({ topic: own('get'), payload: FREE });
        await eventually(send);
        expect(((await printed) as [Buffer])[0].subarray(0, FREE.length)).toEqual(FREE);
        await exited;
      });
    });

    describe('a broadcast', () => {
      test('reaches the devices of a product on every node, without a SUBSCRIBE, once', async () => {
        const devices = [await connect(DEVICE), await connect(OTHER, {}, elsewhere)];
        const answer = await topics().broadcast({ productID: PRODUCT, payload: FREE }, PATIENT);
        expect(answer).toMatchObject({ delivered: '2', undelivered: '0', nodes: '2', nodesHeard: '2' });
        for (const device of devices) {
          const topic = device.topic(`broadcast/request/${answer.messageID}`);
          expect(await device.waitFor(topic)).toMatchObject({ payload: FREE, qos: 0 });
          expect(device.received.filter((message) => message.topic === topic)).toHaveLength(1);
        }
        await expect(topics().broadcast({ productID: PRODUCT })).rejects.toMatchObject({ code: 100027 });
      });

      test('reaches those that have subscribed its topic', async () => {
        const [here, there] = [await connect(DEVICE), await connect(OTHER, {}, elsewhere)];
        const topic = `/broadcast/${PRODUCT}/news`;
        expect(await there.subscribe(topic)).toEqual([0]);
        expect(await there.subscribe('/broadcast/another/news')).toEqual([128]);
        const answer = await topics().broadcast({ productID: PRODUCT, topic: 'news', payload: FREE }, PATIENT);
        expect(answer).toMatchObject({ delivered: '1' });
        expect((await there.waitFor(topic)).payload).toEqual(FREE);
        expect(here.received).toEqual([]);
      });
    });

    test('a message goes on to a device of another node, where a rule says so', async () => {
      const [sender, target] = [await connect(DEVICE), await connect(OTHER, {}, elsewhere)];
      await target.subscribe(own('from/#', OTHER), 1);
      const rule = {
        productID: PRODUCT,
        topic: 'user/button',
        targetDeviceName: OTHER,
        targetTopic: 'user/from/{deviceName}',
      };
      const { id } = await topics().forwardRuleCreate(rule);
      await eventually(async () => {
        await sender.publish(own('button'), FREE);
        expect(target.received.map(({ topic }) => topic)).toContain(own(`from/${DEVICE}`, OTHER));
      });
      expect(target.received[0]!.payload).toEqual(FREE);
      await target.end();
      await eventually(async () => {
        await sender.publish(own('button'), FREE);
        expect(await platform.logLines(DEVICE, /kept, but not forwarded: the device is offline/)).not.toEqual([]);
      });
      await topics().forwardRuleDelete({ productID: PRODUCT, id });
    });
  });

  backend.lacks('topics', () => {
    test('any custom topic may be subscribed, and broadcasts of the own product, of which none comes', async () => {
      const device = await connect();
      const filters = [own('anything'), `/broadcast/${PRODUCT}/news`, '/broadcast/another/news'];
      expect(await device.subscribe(filters)).toEqual([0, 0, 128]);
    });
  });

  describe('jobs', () => {
    /** As the Link SDK for C 4.x asks. */
    const ask = (device: SdkDevice, params: object, what: 'get' | 'update' = 'get') =>
      device.request(`thing/job/${what}`, params);

    backend.needs('deviceJobs', () => {
      const jobs = () => platform.client(services.deviceJobs);

      test('a device is told when it comes, asks for it, and says how it goes', async () => {
        const job = { productID: PRODUCT, name: 'blink', document: '{"led":1}', deviceNames: [DEVICE] };
        const { jobID } = await jobs().jobCreate(job);
        const device = await connect();
        const { payload } = await device.waitFor(device.topic('thing/job/notify'));
        const notice = JSON.parse(payload.toString()) as { id: string; params: { task: { taskId: string } } };
        const { taskId } = notice.params.task;
        expect(payload.toString()).toBe(
          `{"method":"thing.job.notify","id":"${notice.id}","params":{"task":{"taskId":"${taskId}","status":"SENT","jobDocument":{"led":1}}},"version":"1.0.0"}`,
        );
        await device.publish(device.topic('thing/job/notify_reply'), `{"id":"${notice.id}","code":200,"data":{}}`, 0);
        const counts = async () => (await jobs().jobRead({ jobID })).counts;
        await eventually(async () => expect(await counts()).toEqual({ SENT: '1' }));
        const task = { taskId, status: 'SENT' };
        expect((await ask(device, { taskId: '$list' })).data).toEqual({ taskId: '$list', tasks: [task] });
        const whole = { ...task, jobDocument: { led: 1 } };
        expect((await ask(device, { taskId: '$next' })).data).toEqual({ taskId, task: whole });
        expect((await ask(device, { taskId: '999' })).data).toEqual({ taskId: '999' });
        const update = (status: string, progress: number) => ask(device, { taskId, status, progress }, 'update');
        expect(await update('IN_PROGRESS', 50)).toMatchObject({ code: 200, data: { taskId } });
        expect(await update('SUCCEEDED', 100)).toMatchObject({ code: 200, data: { taskId } });
        expect(await update('FAILED', 100)).toMatchObject({ code: 460, data: { taskId } });
        expect(await jobs().jobRead({ jobID })).toMatchObject({ status: 'finished', counts: { SUCCEEDED: '1' } });
      });

      test('a device fetches the file of a job, whose bytes the platform has', async () => {
        const device = await connect();
        const job = { productID: PRODUCT, name: 'fonts', deviceNames: [DEVICE], file: { content: FREE } };
        const { jobID } = await jobs().jobCreate(job);
        const { payload } = await device.waitFor(device.topic('thing/job/notify'));
        const { params } = JSON.parse(payload.toString()) as { params: { task: { jobFile: Record<string, string> } } };
        const { fileUrl, sign, signMethod } = params.task.jobFile;
        expect([signMethod, sign]).toEqual(['Md5', createHash('md5').update(FREE).digest('hex')]);
        expect(Buffer.from(await (await fetch(fileUrl!)).arrayBuffer())).toEqual(FREE);
        await jobs().jobRemove({ jobID });
      });

      test('a device that is at it is told that it is cancelled', async () => {
        const device = await connect();
        const { jobID } = await jobs().jobCreate({ productID: PRODUCT, name: 'blink', deviceNames: [DEVICE] });
        await device.waitFor(device.topic('thing/job/notify'));
        await eventually(async () => expect((await jobs().jobRead({ jobID })).counts).toEqual({ SENT: '1' }));
        await jobs().jobCancel({ jobID });
        await arrivedStatus(device, 'CANCELLED');
      });

      const arrivedStatus = (device: SdkDevice, status: string): Promise<void> =>
        eventually(() => {
          const all = device.received.filter(({ topic }) => topic.endsWith('thing/job/notify'));
          expect(all.map(({ payload }) => payload.toString()).join()).toContain(`"status":"${status}"`);
        });
    });

    test('a device that asks is answered, whoever keeps jobs', async () => {
      const device = await connect();
      const isOurs = backend.name.startsWith('our');
      const { code, message } = await ask(device, { taskId: '$next' });
      expect(code).toBe(isOurs ? 200 : 6831);
      if (!isOurs) expect(message).toContain('unitedrhino’s dm does not serve jobs.next');
    });
  });

  describe('where to connect', () => {
    test('the C SDK asks over HTTP, with a region or with its names', async () => {
      const url = `http://127.0.0.1:${platform.ports.nodeHttp}/auth/bootstrap`;
      const mqtt = { host: '127.0.0.1', port: platform.ports.mqtt };
      const body = new URLSearchParams({ productKey: PRODUCT, deviceName: DEVICE, resources: 'mqtt' });
      for (const response of [await fetch(`${url}/regionId/cn-shanghai`), await fetch(url, { method: 'POST', body })]) {
        expect(await response.json()).toEqual({ code: 200, data: { resources: { mqtt } }, message: 'success' });
      }
    });

    backend.needs('deviceAdmin', () => {
      test('a device is told to ask', async () => {
        const device = await connect();
        const told = platform.client(services.deviceAdmin).bootstrapNotify(key, PATIENT);
        const { payload } = await device.waitFor(device.topic('thing/bootstrap/notify'));
        const { id, params } = JSON.parse(payload.toString()) as { id: string; params: object };
        expect(params).toEqual({ cmd: 0 });
        await device.publish(device.topic('thing/bootstrap/notify_reply'), `{"id":"${id}","code":200,"data":{}}`, 0);
        await told;
      });
    });
  });
});
