/**
 * A gateway of another protocol, made as unitedrhino's (联犀) SDK makes one, on our dm.rpc and timedjob.rpc, beside our own
 * node; and what unitedrhino's applications hear of the devices of both. Everything that it hears it "acknowledges", as
 * its bus does. In mode natsJs it makes streams of what we send and hear, on our NATS.
 */
import { createHmac } from 'node:crypto';
import { eventually, PLATFORM_START_MS, type SdkDevice } from '@alink/testing';
import {
  ForeignGateway,
  readApplicationMessage,
  RhinoBus,
  RhinoClient,
  type ApplicationMessage,
  type BusMode,
  type RhinoAnswer,
} from '@alink/testing/unitedrhino';
import { DEVICE, Platform, PRODUCT } from './platform';

/** In unitedrhino's form; values that may wait say so. */
const MODEL = JSON.stringify({
  properties: [
    {
      identifier: 'temperature',
      name: '温度',
      mode: 'rw',
      define: { type: 'float', min: '-40', max: '100', step: '0.1' },
    },
    { identifier: 'label', name: 'label', mode: 'rw', define: { type: 'string', max: '16' } },
    { identifier: 'switch', name: 'switch', mode: 'rw', define: { type: 'bool' }, isUseShadow: true },
    { identifier: 'arr', name: 'arr', mode: 'rw', define: { type: 'array', max: '4', arrayInfo: { type: 'int' } } },
    { identifier: 'level', name: 'level', mode: 'r', define: { type: 'int', start: '7' } },
  ],
  events: [
    {
      identifier: 'hot',
      name: 'hot',
      type: 'alert',
      params: [{ identifier: 'at', name: 'at', define: { type: 'float' } }],
    },
  ],
  actions: [
    {
      identifier: 'echo',
      name: 'echo',
      dir: 'down',
      input: [{ identifier: 'text', name: 'text', define: { type: 'string' } }],
      output: [{ identifier: 'text', name: 'text', define: { type: 'string' } }],
    },
  ],
});

const productID = 'foreign1';
const device = { productID, deviceName: 'abroad-1' };

describe.each<BusMode>(['nats', 'natsJs'])('in mode %s', (mode) => {
  let platform: Platform;
  let dm: RhinoClient;
  let timedjob: RhinoClient;
  let gateway: ForeignGateway;
  let listener: RhinoBus;
  const told: ApplicationMessage[] = [];
  beforeAll(async () => {
    platform = await Platform.start();
    dm = new RhinoClient(`127.0.0.1:${platform.ports.dm}`);
    timedjob = new RhinoClient(`127.0.0.1:${platform.ports.timedjob}`, null);
    const nats = platform.nats.url;
    listener = await RhinoBus.connect({ url: nats, mode, service: 'application' });
    // One that cannot be read, or that nobody of its listens to, is a complaint of the listener.
    await listener.subscribe(
      'application.>',
      ({ subject, data }) => void told.push(readApplicationMessage(subject, data)),
    );
    await platform.createManualsDevice();
    await dm.call('dm.ProductManage/productInfoCreate', { productID, productName: productID, protocolCode: 'lxSdk' });
    await dm.call('dm.ProductManage/productSchemaTslImport', { productID, tsl: MODEL });
    await dm.call('dm.DeviceManage/deviceInfoCreate', device);
    gateway = await ForeignGateway.start({ code: 'lxSdk', dm, timedjob, nats, mode });
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await gateway?.stop();
    await listener?.close();
    dm?.close();
    timedjob?.close();
    await platform?.stop();
  });
  beforeEach(() => (told.length = 0));

  const info = (): Promise<RhinoAnswer> => dm.call('dm.DeviceManage/deviceInfoRead', device);
  const latest = async (dataID: string): Promise<RhinoAnswer[]> =>
    (await dm.call('dm.DeviceMsg/propertyLatestIndex', { ...device, dataIDs: [dataID] }))['list'];
  /** The last reply of that method that the gateway was sent. */
  const reply = (method: string) =>
    eventually(() => {
      const heard = gateway.received(method).at(-1);
      if (!heard) throw new Error(`no ${method}`);
      return heard.body;
    });
  /** Application messages of that kind about a device. */
  const toldOf = (kind: ApplicationMessage['kind'], of = device): ApplicationMessage[] =>
    told.filter((message) => message.kind === kind && message.device.deviceName === of.deviceName);

  test('its protocol and its process are known, and its caches can be filled', async () => {
    const { list } = await dm.call('dm.ProtocolManage/protocolServiceIndex', { code: 'lxSdk' });
    expect(list).toMatchObject([{ code: 'lxSdk', status: '1' }]);
    expect(await gateway.products.get(productID)).toMatchObject({ productID, protocolCode: 'lxSdk' });
    expect(await gateway.device(device)).toMatchObject(device);
    expect(await gateway.deviceSchemas.get(JSON.stringify(device))).toHaveProperty('tsl');
  });

  test('whom it reports online is online, and applications hear of both on the subject that says "disconnected"', async () => {
    await gateway.connected(device);
    await eventually(async () => expect(await info()).toMatchObject({ isOnline: '1', status: '2' }));
    await gateway.disconnected(device);
    await eventually(async () => expect(await info()).toMatchObject({ isOnline: '2', status: '3' }));
    await eventually(() =>
      expect(toldOf('status').map((message) => message.kind === 'status' && message.status)).toEqual([1, 2]),
    );
    const { list } = await dm.call('dm.DeviceMsg/statusLogIndex', device);
    expect(list.map(({ status }: RhinoAnswer) => status)).toEqual(['2', '1']);
  });

  test('a gateway device of its attaches a sub-device, and tells that it comes and goes through it', async () => {
    const gate = { productID: 'foreignGates', deviceName: 'gate1' };
    const meter = { productID: 'foreignMeters', deviceName: 'meter1' };
    const product = (productID: string, deviceType: number) =>
      dm.call('dm.ProductManage/productInfoCreate', {
        productID,
        productName: productID,
        protocolCode: 'lxSdk',
        deviceType,
        autoRegister: 3,
      });
    await product(gate.productID, 2);
    await product(meter.productID, 3);
    await dm.call('dm.DeviceManage/deviceInfoCreate', gate);
    const say = async (type: string, method: string, devices: readonly object[]): Promise<RhinoAnswer> => {
      await gateway.uplink(gate, 'gateway', type, { method, msgToken: method, payload: { devices } });
      return reply(method);
    };
    const registered = await say('topo', 'register', [meter]);
    const { deviceSecret } = registered['payload'].devices[0];
    const content = `${meter.productID};${meter.deviceName};7;1700000000`;
    const signature = createHmac('sha256', Buffer.from(deviceSecret, 'base64')).update(content).digest('hex');
    const signed = { ...meter, signature, random: 7, timestamp: 1_700_000_000, signMethod: 'hmacsha256' };
    expect(await say('topo', 'bind', [signed])).toMatchObject({ code: 200, payload: { devices: [meter] } });
    expect(await dm.call('dm.DeviceManage/deviceGatewayIndex', { gateway: gate })).toMatchObject({ list: [meter] });
    const isOnline = async (): Promise<unknown> => (await dm.call('dm.DeviceManage/deviceInfoRead', meter))['isOnline'];
    await gateway.connected(gate);
    expect(await say('status', 'online', [meter])).toMatchObject({ code: 200 });
    await eventually(async () => expect(await isOnline()).toBe('1'));
    await gateway.disconnected(gate);
    await eventually(async () => expect(await isOnline()).toBe('2'));
    expect(await say('topo', 'unbind', [meter])).toMatchObject({ code: 200, payload: { devices: [meter] } });
  });

  describe('an uplink without noAsk is answered', () => {
    beforeAll(async () => {
      await gateway.connected(device);
      await eventually(async () => expect((await info())['isOnline']).toBe('1'));
    });

    test('a report: kept, told, and its values shown as they are there', async () => {
      const params = { temperature: 21.5, label: 'bob', nonsense: 1, arr: [1, 2] };
      await gateway.uplink(device, 'thing', 'property', { method: 'report', msgToken: 'a1', params });
      expect(await reply('reportReply')).toEqual({ method: 'reportReply', msgToken: 'a1', code: 200 });
      expect(await latest('temperature')).toMatchObject([{ value: '21.5', dataName: '温度' }]);
      expect(await latest('label')).toMatchObject([{ value: 'bob' }]);
      expect((await latest('arr')).slice(0, 2)).toMatchObject([
        { dataID: 'arr.0', value: '1' },
        { dataID: 'arr.1', value: '2' },
      ]);
      await eventually(() =>
        expect(toldOf('properties')).toMatchObject([{ params: { temperature: 21.5, label: 'bob', arr: [1, 2] } }]),
      );
      // The undefined property is told to nobody.
      const properties = toldOf('property').map((message) => message.kind === 'property' && message.identifier);
      expect(properties.sort()).toEqual(['arr', 'label', 'temperature']);
    });

    test('a report with a word for the device where it asks for one', async () => {
      const body = { method: 'report', msgToken: 'a2', sys: { retMsg: true }, params: { temperature: 22 } };
      await gateway.uplink(device, 'thing', 'property', body);
      await eventually(() => {
        const [answer] = gateway.received('reportReply').filter(({ body }) => body['msgToken'] === 'a2');
        expect(answer?.body).toMatchObject({ code: 200, msg: expect.stringMatching(/./) });
      });
    });

    test('one in which the model knows nothing: 100006', async () => {
      await gateway.uplink(device, 'thing', 'property', { method: 'report', msgToken: 'a3', params: { nonsense: 1 } });
      await eventually(() => {
        const [answer] = gateway.received('reportReply').filter(({ body }) => body['msgToken'] === 'a3');
        expect(answer?.body).toMatchObject({ code: 100006 });
      });
    });

    test('a pack of samples and events', async () => {
      const [properties, events] = [
        [{ timestamp: 1_700_000_000_001, params: { temperature: 3 } }],
        [{ timestamp: 1_700_000_000_002, eventID: 'hot', params: { at: 1 } }],
      ];
      await gateway.uplink(device, 'thing', 'property', { method: 'packReport', msgToken: 'b1', properties, events });
      expect(await reply('packReportReply')).toEqual({ method: 'packReportReply', msgToken: 'b1', code: 200 });
      await eventually(() => {
        expect(toldOf('properties')).toMatchObject([{ timestamp: 1_700_000_000_001, params: { temperature: 3 } }]);
        // The type is the model's.
        expect(toldOf('event')).toMatchObject([{ timestamp: 1_700_000_000_002, type: 'alert', identifier: 'hot' }]);
      });
      // What comes late is history, and not the latest.
      expect(await latest('temperature')).toMatchObject([{ value: '22' }]);
    });

    test('an event', async () => {
      const body = { method: 'eventPost', msgToken: 'e1', eventID: 'hot', params: { at: 90 } };
      await gateway.uplink(device, 'thing', 'event', body);
      expect(await reply('eventReply')).toEqual({ method: 'eventReply', msgToken: 'e1', code: 200 });
      await eventually(() => expect(toldOf('event')).toMatchObject([{ type: 'alert', params: { at: 90 } }]));
      const { list } = await dm.call('dm.DeviceMsg/eventLogIndex', { ...device, dataID: 'hot' });
      expect(list[0]).toMatchObject({ type: 'alert', params: '{"at":90}' });
    });

    test.each([
      ['an event that the model has not', { eventID: 'nonsense', params: {} }],
      ['an event whose parameter is of another kind', { eventID: 'hot', params: { at: {} } }],
      ['an event of another type', { eventID: 'hot', type: 'info', params: { at: 1 } }],
    ])('%s: 100006', async (_what, event) => {
      const msgToken = `x${JSON.stringify(event).length}`;
      await gateway.uplink(device, 'thing', 'event', { method: 'eventPost', msgToken, ...event });
      await eventually(() => {
        const [answer] = gateway.received('eventReply').filter(({ body }) => body['msgToken'] === msgToken);
        expect(answer?.body).toMatchObject({ code: 100006 });
      });
    });

    test('the question for what is known of it: the latest values, else their defaults', async () => {
      const body = { method: 'getStatus', msgToken: 'c1', identifiers: ['label', 'level'] };
      await gateway.uplink(device, 'thing', 'property', body);
      const data = { label: 'bob', level: 7 };
      expect(await reply('getStatusReply')).toEqual({ method: 'getStatusReply', msgToken: 'c1', code: 200, data });
    });

    test('what it says of itself', async () => {
      const params = { version: '1.2', mac: 'aa:bb', tags: { floor: '3' } };
      await gateway.uplink(device, 'thing', 'property', { method: 'reportInfo', msgToken: 'd1', params });
      expect(await reply('reportInfoReply')).toEqual({ method: 'reportInfoReply', msgToken: 'd1', code: 200 });
      expect(await info()).toMatchObject({ version: { value: '1.2' }, mac: 'aa:bb', tags: { floor: '3' } });
    });

    test('the question for the time: when the device sent it, and when it came', async () => {
      await gateway.uplink(device, 'ext', 'ntp', { method: 'getNtp', msgToken: 'f1', timestamp: 5 });
      expect(await reply('getNtpReply')).toMatchObject({
        msgToken: 'f1',
        code: 200,
        data: { deviceSendTime: 5, serverRecvTime: expect.any(Number) },
      });
    });

    test('and one with noAsk is not', async () => {
      const replies = gateway.heard.length;
      const body = { method: 'report', msgToken: 'n1', sys: { noAsk: true }, params: { label: 'silent' } };
      await gateway.uplink(device, 'thing', 'property', body);
      await eventually(async () => expect(await latest('label')).toMatchObject([{ value: 'silent' }]));
      expect(gateway.heard).toHaveLength(replies);
    });
  });

  describe('commands go to the protocol of the product', () => {
    beforeAll(async () => {
      await gateway.connected(device);
      await eventually(async () => expect((await info())['isOnline']).toBe('1'));
    });
    beforeEach(() => (gateway.answer = () => ({ code: 200 })));

    const control = (params: object, more: object = {}) =>
      dm.call('dm.DeviceInteract/propertyControlSend', { ...device, data: JSON.stringify(params), ...more });

    test('a value: sent, answered by an uplink, and the latest one then, of which applications hear', async () => {
      expect(await control({ temperature: 30, 'arr.1': 5 })).toMatchObject({ code: '200' });
      const [command] = gateway.received('control');
      expect(command!.body).toMatchObject({ params: { temperature: 30, 'arr.1': 5 } });
      expect(command!.publish).toMatchObject({ handle: 'thing', type: 'property', protocolCode: 'lxSdk' });
      await eventually(async () => expect(await latest('temperature')).toMatchObject([{ value: '30' }]));
      await eventually(() => expect(toldOf('properties').at(-1)).toMatchObject({ params: { temperature: 30 } }));
    });

    test('a read-only one, too', async () => {
      expect(await control({ level: 5 })).toMatchObject({ code: '200' });
      expect(gateway.received('control').at(-1)!.body).toMatchObject({ params: { level: 5 } });
    });

    test('undefined and out of range: refused, unlike there, by choice', async () => {
      const sent = gateway.received('control').length;
      await expect(control({ nonsense: 1 })).rejects.toMatchObject({ code: 100006 });
      await expect(control({ temperature: 1000 })).rejects.toMatchObject({ code: 100006 });
      expect(gateway.received('control')).toHaveLength(sent);
    });

    test('refused by the device: 2000004; silence: 2000002', async () => {
      gateway.answer = () => ({ code: 500 });
      await expect(control({ temperature: 1 })).rejects.toMatchObject({ code: 2000004 });
      gateway.answer = () => undefined;
      await expect(control({ temperature: 1 }, { syncTimeout: 1 })).rejects.toMatchObject({ code: 2000002 });
    });

    test('an action: its output, and both steps told', async () => {
      gateway.answer = () => ({ data: { text: 'hi!' } });
      const call = { ...device, actionID: 'echo', inputParams: '{"text":"hi"}' };
      const answer = await dm.call('dm.DeviceInteract/actionSend', call);
      expect(answer).toMatchObject({ code: '200', outputParams: '{"text":"hi!"}' });
      await eventually(() => {
        expect(toldOf('action')).toContainEqual(
          expect.objectContaining({ actionID: 'echo', dir: 'down', reqType: 'req', params: { text: 'hi' } }),
        );
        expect(toldOf('action')).toContainEqual(
          expect.objectContaining({ actionID: 'echo', dir: 'up', reqType: 'resp', params: { text: 'hi!' }, code: 200 }),
        );
      });
    });

    test('an action whose answer the caller brings along: the device is not asked', async () => {
      const asked = gateway.received('action').length;
      const call = { ...device, actionID: 'echo', inputParams: '{"text":"hi"}', outputParams: '{"text":"known"}' };
      expect(await dm.call('dm.DeviceInteract/actionSend', call)).toMatchObject({ outputParams: '{"text":"known"}' });
      expect(gateway.received('action')).toHaveLength(asked);
    });

    test('a question for values: the device’s', async () => {
      gateway.answer = () => ({ data: { temperature: 7 } });
      const answer = await dm.call('dm.DeviceInteract/propertyGetReportSend', { ...device, dataIDs: ['temperature'] });
      expect(answer).toMatchObject({ code: '200', params: '{"temperature":7}' });
      await eventually(async () => expect(await latest('temperature')).toMatchObject([{ value: '7' }]));
    });

    test('offline: 2000003, unless the property may wait; then it comes as soon as the device is there', async () => {
      await gateway.disconnected(device);
      await eventually(async () => expect((await info())['isOnline']).toBe('2'));
      await expect(control({ temperature: 1 })).rejects.toMatchObject({ code: 2000003 });
      expect(await control({ switch: 1 })).toMatchObject({ code: '200' });
      await gateway.connected(device);
      await eventually(async () => expect((await info())['isOnline']).toBe('1'));
      // Unitedrhino keeps it for the device's own question; that one is answered with what the device has taken.
      await eventually(() => expect(gateway.received('control').at(-1)?.body).toMatchObject({ params: { switch: 1 } }));
      await eventually(async () => expect(await latest('switch')).toMatchObject([{ value: '1' }]));
      await gateway.uplink(device, 'thing', 'property', {
        method: 'getStatus',
        msgToken: 'w1',
        identifiers: ['switch'],
      });
      await eventually(() => {
        const [answer] = gateway.received('getStatusReply').filter(({ body }) => body['msgToken'] === 'w1');
        expect(answer?.body).toMatchObject({ data: { switch: 1 } });
      });
    });
  });

  describe('a device of our own node, while others hear and acknowledge everything', () => {
    const ours = { productID: PRODUCT, deviceName: DEVICE };
    let bystander: RhinoBus;
    let own: SdkDevice;
    beforeAll(async () => {
      bystander = await RhinoBus.connect({ url: platform.nats.url, mode, service: 'bystander' });
      for (const subject of ['device.>', 'alink.>']) await bystander.subscribe(subject, () => undefined);
      own = await platform.connect();
      own.onPropertySet(({ params }) => ({ code: 200, data: params }));
      own.onService('reboot', () => ({ code: 200, data: {} }));
      await eventually(async () => expect(await platform.isOnline()).toBe(true));
    });
    afterAll(async () => {
      await own?.end();
      await bystander?.close();
    });

    test('is not cut, and loses nothing', async () => {
      const replies = await Promise.all(Array.from({ length: 100 }, (_, n) => own.post({ temperature: n })));
      expect(replies.every(({ code }) => code === 200)).toBe(true);
      expect(own.connected).toBe(true);
      await eventually(async () => expect(await platform.history('temperature')).toHaveLength(100));
    });

    test('is commanded: an acknowledgement is no answer', async () => {
      const request = { ...ours, data: '{"temperature":20}', syncTimeout: 15 };
      expect(await dm.call('dm.DeviceInteract/propertyControlSend', request)).toMatchObject({ code: '200' });
      const call = { ...ours, actionID: 'reboot', inputParams: '{"delay":1}' };
      expect(await dm.call('dm.DeviceInteract/actionSend', call)).toMatchObject({ code: '200' });
      // What it has taken over is told like a report of it.
      await eventually(() => expect(toldOf('properties', ours).at(-1)).toMatchObject({ params: { temperature: 20 } }));
    });

    test('applications hear its reports, events, calls, and that it goes', async () => {
      await own.post({ temperature: 33.5, nonsense: 1 });
      await own.request('thing/event/highTemperature/post', { temperature: 99 });
      await eventually(() => {
        expect(toldOf('properties', ours)).toMatchObject([{ params: { temperature: 33.5 } }]);
        expect(toldOf('property', ours)).toMatchObject([{ identifier: 'temperature', param: 33.5 }]);
        expect(toldOf('event', ours)).toMatchObject([{ identifier: 'highTemperature', type: 'alert' }]);
      });
      await own.end();
      await eventually(() => expect(toldOf('status', ours)).toMatchObject([{ status: 2 }]));
    });

    test('nobody of unitedrhino had to complain of a message', () => {
      expect(bystander.complaints.filter((line) => !line.startsWith('alink.'))).toEqual([]);
      expect(gateway.complaints).toEqual([]);
      expect(listener.complaints).toEqual([]);
    });
  });
});
