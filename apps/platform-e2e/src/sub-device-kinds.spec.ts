/** Every kind of message, up and down, once for a sub-device over the connection of its gateway device. */
import { services } from '@alink/contract';
import { eventually, PATIENCE_MS, PLATFORM_START_MS, SdkDevice, subDeviceProof, type Arrived } from '@alink/testing';
import { createGateways, gatewayTriple, keyOf, meterTriple, METERS } from './gateways';
import { Platform } from './platform';

const GATEWAY = gatewayTriple('kinds-gateway');
const METER = meterTriple('kinds-meter');
/** A gateway device that asks for calls on whole topics, and its sub-device. */
const CALLED = [gatewayTriple('kinds-called-gateway'), meterTriple('kinds-called')] as const;
const key = keyOf(METER);
const PATIENT = { deadlineMs: PATIENCE_MS };
const NO_DATA = {};
const own = (path: string): string => `/${METERS}/${METER.deviceName}/user/${path}`;

let platform: Platform;
let gateway: SdkDevice;
let meter: SdkDevice;
beforeAll(async () => {
  platform = await Platform.start();
  await createGateways(platform, GATEWAY, METER, ...CALLED);
  await platform.client(services.remoteConfig).RemoteConfigCreate({ productID: METERS, content: '{"interval":60}' });
  const { productKey, deviceName, deviceSecret } = GATEWAY;
  gateway = await platform.connect(productKey, deviceName, deviceSecret);
  expect((await gateway.request('thing/topo/add', [subDeviceProof(METER)])).code).toBe(200);
  expect((await gateway.request('combine/login', subDeviceProof(METER), { qos: 0 })).code).toBe(200);
  meter = gateway.subDevice(METERS, METER.deviceName);
  await eventually(async () => expect(await platform.isOnline(METER.deviceName, METERS)).toBe(true));
}, PLATFORM_START_MS);
afterAll(async () => {
  await gateway?.end();
  await platform?.stop();
});

const time = Date.now() - 60_000;

describe('up', () => {
  test.each([
    ['properties', 'thing/event/property/post', { temperature: 25.5 }, NO_DATA],
    ['an event', 'thing/event/highTemperature/post', { value: { temperature: 101.5 } }, NO_DATA],
    [
      'samples',
      'thing/event/property/batch/post',
      { properties: { humidity: [{ value: 41, time }], temperature: [] }, events: {} },
      NO_DATA,
    ],
    [
      'history of its own',
      'thing/event/property/history/post',
      [
        {
          identity: { productKey: METERS, deviceName: METER.deviceName },
          properties: [{ humidity: { value: 40, time } }],
        },
      ],
      NO_DATA,
    ],
    [
      'a pack of its own',
      'thing/event/property/pack/post',
      { properties: { label: { value: 'packed', time } } },
      NO_DATA,
    ],
    ['desired values', 'thing/property/desired/get', ['light'], NO_DATA],
    ['desired values, done', 'thing/property/desired/delete', { light: {} }, NO_DATA],
    ['tags', 'thing/deviceinfo/update', [{ attrKey: 'site', attrValue: '7' }], NO_DATA],
    ['tags, read', 'thing/deviceinfo/get', { attrKeys: ['site'] }, [{ attrKey: 'site', attrValue: '7' }]],
    ['tags, deleted', 'thing/deviceinfo/delete', [{ attrKey: 'none' }], NO_DATA],
    ['its thing model', 'thing/dsltemplate/get', {}, expect.objectContaining({ profile: { productKey: METERS } })],
    [
      'a part of it',
      'thing/dynamicTsl/get',
      { nodes: ['type', 'identifier'], addDefault: false },
      expect.objectContaining({ properties: expect.any(Array) }),
    ],
    [
      'its configuration',
      'thing/config/get',
      { configScope: 'product', getType: 'file' },
      expect.objectContaining({ configSize: 15 }),
    ],
    [
      'whether it is to send its log',
      'thing/config/log/get',
      { configScope: 'device', getType: 'content' },
      expect.objectContaining({ getType: 'content' }),
    ],
    ['lines of its log', 'thing/log/post', [{ logLevel: 'WARN', module: 'net', logContent: 'hot' }], NO_DATA],
    ['its network', '_thing/diag/post', { p: { wifi: { rssi: 75 } }, model: 'format=simple' }, NO_DATA],
    ['an end of its binding', 'thing/reset', {}, NO_DATA],
    ['its jobs', 'thing/job/get', { taskId: '$list' }, { taskId: '$list', tasks: [] }],
  ])('%s', async (_what, path, params, data) => {
    expect(await meter.request(path, params)).toMatchObject({ code: 200, message: 'success', data });
  });

  test('a gateway device packs and looks back for it', async () => {
    const identity = { productKey: METERS, deviceName: METER.deviceName };
    const pack = {
      properties: { label: { value: 'of the gateway device', time } },
      subDevices: [{ identity, properties: { humidity: { value: 43, time: time + 2000 } }, events: {} }],
    };
    expect(await gateway.request('thing/event/property/pack/post', pack)).toMatchObject({ code: 200 });
    const history = [{ identity, properties: [{ humidity: { value: 39, time: time - 2000 } }], events: [] }];
    expect(await gateway.request('thing/event/property/history/post', history)).toMatchObject({ code: 200 });
  });

  test('what it reports is kept as its own', async () => {
    const of = (dataID: string) => platform.history(dataID, METER.deviceName, METERS);
    await eventually(async () => {
      expect(await of('temperature')).toEqual([25.5]);
      expect(new Set(await of('humidity'))).toEqual(new Set([39, 40, 41, 43]));
      expect(await of('label')).toEqual(['packed']);
      const { list: events } = await platform.client(services.deviceMsg).eventLogIndex(key);
      expect(events.map(({ params }) => params)).toEqual(['{"temperature":101.5}']);
      const { list: lines } = await platform.client(services.deviceMsg).sdkLogIndex(key);
      expect(lines).toEqual([expect.objectContaining({ content: expect.stringContaining('hot') })]);
      expect((await platform.client(services.deviceLogs).listNetworkStatus(key)).list).toHaveLength(1);
    });
    expect((await platform.client(services.deviceManage).deviceInfoRead(key)).tags).toEqual({ site: '7' });
  });

  test('the time and the shadow, which have topics of their own', async () => {
    await gateway.publish(`/ext/ntp/${METERS}/${METER.deviceName}/request`, '{"deviceSendTime":"100"}', 0);
    const { payload } = await gateway.waitFor(`/ext/ntp/${METERS}/${METER.deviceName}/response`);
    expect(payload.toString()).toMatch(/^\{"deviceSendTime":"100",/);
    const reported = '{"method":"update","state":{"reported":{"color":"red"}},"version":1}';
    await gateway.publish(`/shadow/update/${METERS}/${METER.deviceName}`, reported);
    const shadow = await gateway.waitFor(`/shadow/get/${METERS}/${METER.deviceName}`);
    expect(shadow.payload.toString()).toContain('"status":"success"');
    expect((await platform.client(services.shadow).read(key)).reported).toBe('{"color":"red"}');
  });

  test('custom topics, of which a rule makes one of another device’s', async () => {
    const rule = {
      productID: METERS,
      topic: 'user/button',
      targetDeviceName: METER.deviceName,
      targetTopic: 'user/lamp',
    };
    await platform.client(services.topics).forwardRuleCreate(rule);
    await gateway.subscribe(own('lamp'));
    await eventually(async () => {
      await gateway.publish(own('button'), 'pressed');
      expect(gateway.received.map(({ topic }) => topic)).toContain(own('lamp'));
    });
  });
});

describe('down', () => {
  /** The first message whose topic has that form, from now on. */
  const comes = (form: RegExp, { received } = gateway): Promise<Arrived> => {
    const before = received.length;
    return eventually(() => {
      const found = received.slice(before).find(({ topic }) => form.test(topic));
      if (!found) throw new Error(`nothing on ${form.source}`);
      return found;
    });
  };
  const topicForm = (path: string): RegExp => new RegExp(`^${meter.topic(path)}$`);
  const answer = async ({ topic, payload }: Arrived, data: object = {}): Promise<unknown> => {
    const { id, params } = JSON.parse(payload.toString()) as { id: string; params: unknown };
    await gateway.publish(
      topic.replace(/\/rrpc\/request\/(\d+)$|$/, (_all, rrpc?: string) => (rrpc ? `/rrpc/response/${rrpc}` : '_reply')),
      JSON.stringify({ id, code: 200, data }),
      0,
    );
    return params;
  };
  const interact = () => platform.client(services.deviceInteract);

  test('a property set', async () => {
    const arriving = comes(topicForm('thing/service/property/set'));
    const set = { ...key, data: '{"light":1}', shadowControl: 1, syncTimeout: 60 };
    const sent = interact().propertyControlSend(set, PATIENT);
    expect(await answer(await arriving)).toEqual({ light: 1 });
    expect(await sent).toMatchObject({ code: '200' });
  });

  test('a property get', async () => {
    const arriving = comes(topicForm('thing/service/property/get'));
    const sent = interact().propertyGetReportSend({ ...key, dataIDs: ['light'] }, PATIENT);
    expect(await answer(await arriving, { light: 1 })).toEqual(['light']);
    expect(JSON.parse((await sent).params)).toMatchObject({ light: 1 });
  });

  test('a desired value', async () => {
    const arriving = comes(topicForm('thing/service/property/set'));
    await platform.client(services.desired).set({ ...key, data: '{"light":0}' });
    expect(await answer(await arriving)).toEqual({ light: 0 });
  });

  test('a service, asynchronous', async () => {
    const arriving = comes(topicForm('thing/service/reboot'));
    const call = { ...key, actionID: 'reboot', inputParams: '{"delay":3}', isAsync: true };
    const { msgToken } = await interact().actionSend(call);
    expect(await answer(await arriving)).toEqual({ delay: 3 });
    await eventually(async () => expect((await interact().actionRead({ ...key, msgToken })).code).toBe('200'));
  });

  test('a service, synchronous', async () => {
    const arriving = comes(topicForm('rrpc/request/\\d+'));
    const call = { ...key, actionID: 'echo', inputParams: '{"text":"hello"}', option: { requestTimeout: '60' } };
    const sent = interact().actionSend(call, PATIENT);
    expect(await answer(await arriving, { text: 'HELLO' })).toEqual({ text: 'hello' });
    expect(await sent).toMatchObject({ code: '200', outputParams: '{"text":"HELLO"}' });
  });

  test('a call with free bytes', async () => {
    const arriving = comes(topicForm('rrpc/request/\\d+'));
    const called = platform.client(services.topics).rrpc({ ...key, payload: Buffer.from([1, 0, 2]) }, PATIENT);
    const { topic, payload } = await arriving;
    expect([...payload]).toEqual([1, 0, 2]);
    await gateway.publish(topic.replace('request', 'response'), Buffer.from([255, 0]), 0);
    expect([...(await called).payload]).toEqual([255, 0]);
  });

  test('a message on a custom topic', async () => {
    await gateway.subscribe([own('get')], 1);
    const arriving = comes(new RegExp(`^${own('get')}$`));
    await interact().sendMsg({ topic: own('get'), payload: Buffer.from('hello') });
    expect((await arriving).payload.toString()).toBe('hello');
  });

  test('a call on a custom topic, since the gateway device’s ext has bit 0', async () => {
    const [{ productKey, deviceName, deviceSecret }, called] = CALLED;
    const extended = await SdkDevice.connect(
      platform.login(productKey, deviceName, deviceSecret, { extra: { ext: '1', _ss: '1' } }),
    );
    try {
      await extended.request('thing/topo/add', [subDeviceProof(called)]);
      expect((await extended.request('combine/login', subDeviceProof(called), { qos: 0 })).code).toBe(200);
      const topic = `/${METERS}/${called.deviceName}/user/get`;
      await extended.subscribe([topic], 1);
      const arriving = comes(new RegExp(`^/ext/rrpc/\\d+${topic}$`), extended);
      const call = { ...keyOf(called), topic: 'user/get', payload: Buffer.from([1, 0, 2]) };
      const answered = platform.client(services.topics).rrpc(call, PATIENT);
      const { topic: on, payload } = await arriving;
      expect([...payload]).toEqual([1, 0, 2]);
      await extended.publish(on, Buffer.from([255, 0]), 0);
      expect([...(await answered).payload]).toEqual([255, 0]);
    } finally {
      await extended.end();
    }
  });

  test('a configuration', async () => {
    const arriving = comes(topicForm('thing/config/push'));
    await platform.client(services.remoteConfig).RemoteConfigPushAll({ productID: METERS });
    expect(await answer(await arriving)).toMatchObject({ configSize: 15 });
  });

  test('whether it is to send its log', async () => {
    const arriving = comes(topicForm('thing/config/log/push'));
    await platform.client(services.deviceManage).deviceInfoUpdate({ ...key, logLevel: 5 });
    expect((await arriving).payload.toString()).toContain('"mode":1');
  });

  test('a job, which it does', async () => {
    const arriving = comes(topicForm('thing/job/notify'));
    const job = { productID: METERS, name: 'restart', document: '{}', deviceNames: [METER.deviceName] };
    const { jobID } = await platform.client(services.deviceJobs).jobCreate(job);
    const { task } = (await answer(await arriving)) as { task: { taskId: string } };
    const done = await meter.request('thing/job/update', { taskId: task.taskId, status: 'SUCCEEDED', progress: 100 });
    expect(done).toMatchObject({ code: 200, data: { taskId: task.taskId } });
    const { list } = await platform.client(services.deviceJobs).taskIndex({ jobID });
    expect(list).toMatchObject([{ deviceName: METER.deviceName, status: 'SUCCEEDED' }]);
  });

  test('where to connect', async () => {
    const arriving = comes(topicForm('thing/bootstrap/notify'));
    const told = platform.client(services.deviceAdmin).bootstrapNotify(key, PATIENT);
    expect(await answer(await arriving)).toEqual({ cmd: 0 });
    await told;
  });

  test('a broadcast to its product, and one to a topic that it subscribes', async () => {
    const toAll = comes(topicForm('broadcast/request/\\d+'));
    const topics = platform.client(services.topics);
    expect(await topics.broadcast({ productID: METERS, payload: Buffer.from('all') }, PATIENT)).toMatchObject({
      delivered: '1',
    });
    expect((await toAll).payload.toString()).toBe('all');
    expect(await gateway.subscribe(`/broadcast/${METERS}/news`)).toEqual([0]);
    const toSome = comes(new RegExp(`^/broadcast/${METERS}/news$`));
    await topics.broadcast({ productID: METERS, topic: 'news', payload: Buffer.from('some') }, PATIENT);
    expect((await toSome).payload.toString()).toBe('some');
  });
});
