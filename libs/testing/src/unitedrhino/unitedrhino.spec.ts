/** The played dm.rpc and timedjob.rpc, against the caller and the gateway that are played after unitedrhino's own. */
import { connect, type NatsConnection } from 'nats';
import { startEtcd, type TestEtcd } from '../etcd-server';
import { eventually } from '../eventually';
import { startNats, type TestNats } from '../nats-server';
import { RhinoBus, type BusMessage, type BusMode } from './bus/rhino-bus';
import { readApplicationMessage } from './caller/application-messages';
import { deviceKey } from './caller/notices';
import { RhinoClient, type Answer } from './caller/rhino-client';
import { ForeignGateway } from './foreign-gateway';
import { startUnitedrhino, type Unitedrhino } from './unitedrhino';
import type { RhinoUser } from './wire/user-context';

const MODEL = JSON.stringify({
  properties: [
    {
      identifier: 'temperature',
      name: '温度',
      mode: 'rw',
      define: { type: 'float', min: '-40', max: '100', step: '0.1' },
    },
    { identifier: 'label', name: 'label', mode: 'rw', define: { type: 'string', max: '8' } },
    { identifier: 'switch', name: 'switch', mode: 'rw', define: { type: 'bool' }, isUseShadow: true },
    { identifier: 'arr', name: 'arr', mode: 'rw', define: { type: 'array', max: '4', arrayInfo: { type: 'int' } } },
    { identifier: 'with-dash', name: 'allowed there', mode: 'r', define: { type: 'int', start: '7' } },
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
      callType: 'sync',
      input: [{ identifier: 'text', name: 'text', define: { type: 'string' } }],
      output: [{ identifier: 'text', name: 'text', define: { type: 'string' } }],
    },
  ],
});

const PLAIN_USER: RhinoUser = { TenantCode: 'default', ProjectID: '2', UserID: '7' };

let etcd: TestEtcd;
let nats: TestNats;
beforeAll(async () => {
  [etcd, nats] = await Promise.all([startEtcd(), startNats()]);
});
afterAll(() => Promise.all([etcd?.stop(), nats?.stop()]));

describe.each<BusMode>(['nats', 'natsJs'])('in mode %s', (mode) => {
  const device = { productID: `p1${mode}`, deviceName: 'd-1' };
  const { productID } = device;
  let nats: TestNats;
  let rhino: Unitedrhino;
  let dm: RhinoClient;
  let timedjob: RhinoClient;
  let gateway: ForeignGateway;
  let listener: RhinoBus;
  const news: BusMessage[] = [];
  beforeAll(async () => {
    // Its streams would hear what the other tests publish.
    nats = await startNats();
    rhino = await startUnitedrhino({ etcd: etcd.hosts, nats: nats.url, mode });
    dm = new RhinoClient(rhino.dm.address);
    timedjob = new RhinoClient(rhino.timedjob.address, null);
    listener = await RhinoBus.connect({ url: nats.url, mode, service: 'listener' });
    for (const subject of ['application.>', 'server.>']) {
      await listener.subscribe(subject, (message) => void news.push(message));
    }
    await dm.call('dm.ProductManage/productInfoCreate', { productID, productName: mode, protocolCode: 'lxSdk' });
    await dm.call('dm.ProductManage/productSchemaTslImport', { productID, tsl: MODEL });
    await dm.call('dm.DeviceManage/deviceInfoCreate', device);
    gateway = await ForeignGateway.start({ code: 'lxSdk', dm, timedjob, nats: nats.url, mode });
  });
  afterAll(async () => {
    dm.close();
    timedjob.close();
    await gateway?.stop();
    await listener?.close();
    await rhino?.stop();
    await nats?.stop();
  });
  beforeEach(() => (news.length = 0));

  const read = (): Promise<Answer> => dm.call('dm.DeviceManage/deviceInfoRead', device);
  const online = async (): Promise<void> => {
    await gateway.connected(device);
    await eventually(async () => expect(await read()).toMatchObject({ isOnline: '1', status: '2' }));
  };
  /** Data of the news of those subjects. */
  const dataOf = (subject: string): string[] => news.filter((one) => one.subject === subject).map(({ data }) => data);
  const latest = async (dataID: string): Promise<Answer[]> =>
    (await dm.call('dm.DeviceMsg/propertyLatestIndex', { ...device, dataIDs: [dataID] }))['list'];

  test('stands in etcd as dm.rpc and timedjob.rpc', async () => {
    const keys = await etcd.etcdctl('get', '--prefix', 'dm.rpc/', '--keys-only');
    expect(keys.trim()).toMatch(/^dm\.rpc\/\d+$/);
    expect(await etcd.etcdctl('get', '--prefix', 'timedjob.rpc/')).toContain(rhino.timedjob.address);
  });

  test('a connection: online, the cache told each time, applications told once, of the subject that says otherwise', async () => {
    await online();
    await gateway.connected(device);
    await eventually(() =>
      expect(dataOf('server.cache.sync.cache:dm:device')).toEqual([deviceKey(device), deviceKey(device)]),
    );
    const subject = `application.device.${productID}.d-1.status.disconnected`;
    expect(dataOf(subject).map((data) => readApplicationMessage(subject, data))).toMatchObject([{ device, status: 1 }]);
    await gateway.disconnected(device);
    await eventually(async () => expect((await read())['isOnline']).toBe('2'));
    const { list } = await dm.call('dm.DeviceMsg/statusLogIndex', device);
    expect(list.map(({ status }: Answer) => status)).toEqual(['2', '1']);
    expect(Number((await read())['firstLogin'])).toBeGreaterThan(0);
  });

  test('a report: kept, told, and answered, since it does not say noAsk', async () => {
    await online();
    await gateway.uplink(device, 'thing', 'property', {
      method: 'report',
      msgToken: 'a1',
      params: { temperature: 250, label: 'bob', nonsense: 1, arr: [1, 2] },
    });
    await eventually(() => expect(gateway.received('reportReply')).toHaveLength(1));
    expect(gateway.received('reportReply')[0]!.body).toEqual({ method: 'reportReply', msgToken: 'a1', code: 200 });
    expect(await latest('temperature')).toMatchObject([{ value: '100', dataName: '温度' }]);
    expect(await latest('label')).toMatchObject([{ value: 'bob' }]);
    expect((await latest('arr')).map(({ dataID, value }) => [dataID, value])).toEqual([
      ['arr.0', '1'],
      ['arr.1', '2'],
      ['arr.2', '0'],
      ['arr.3', '0'],
    ]);
    expect(await latest('with-dash')).toMatchObject([{ value: '7', timestamp: '0' }]);
    const subject = `application.v2.device.${productID}.d-1.report.thing.property`;
    await eventually(() => expect(dataOf(subject)).toHaveLength(1));
    const told = readApplicationMessage(subject, dataOf(subject)[0]!);
    expect(told).toMatchObject({ params: { temperature: 100, label: 'bob', arr: [1, 2] } });
    expect(news.map((one) => one.subject)).not.toContain(`application.device.${productID}.d-1.report.thing.property`);
  });

  test.each([
    ['packReport', 'packReportReply', { properties: [{ timestamp: 5, params: { temperature: 1 } }], events: [] }, {}],
    ['getStatus', 'getStatusReply', { identifiers: ['with-dash'] }, { data: { 'with-dash': 7 } }],
    ['reportInfo', 'reportInfoReply', { params: { version: '1.2', mac: 'aa', tags: { floor: '3' } } }, {}],
  ])('%s is answered with %s', async (method, reply, body, more) => {
    await gateway.uplink(device, 'thing', 'property', { method, msgToken: 'b2', ...body });
    await eventually(() =>
      expect(gateway.received(reply).at(-1)?.body).toEqual({ method: reply, msgToken: 'b2', code: 200, ...more }),
    );
  });

  test('what a device said of itself is in its entry', async () => {
    await gateway.uplink(device, 'thing', 'property', { method: 'reportInfo', params: { version: '1.3', mac: 'ab' } });
    await eventually(async () => expect(await read()).toMatchObject({ version: { value: '1.3' }, mac: 'ab' }));
  });

  test('an event has the type of the model, whatever the message says of it', async () => {
    await gateway.uplink(device, 'thing', 'event', {
      method: 'eventPost',
      msgToken: 'e',
      eventID: 'hot',
      params: { at: 90 },
    });
    await eventually(() => expect(gateway.received('eventReply')).toHaveLength(1));
    const subject = `application.device.${productID}.d-1.report.thing.event.alert.hot`;
    await eventually(() => expect(dataOf(subject)).toHaveLength(1));
    expect(readApplicationMessage(subject, dataOf(subject)[0]!)).toMatchObject({ type: 'alert', params: { at: 90 } });
    const { list } = await dm.call('dm.DeviceMsg/eventLogIndex', { ...device, dataID: 'hot' });
    expect(list).toMatchObject([{ type: 'alert', params: '{"at":90}' }]);
  });

  test('noAsk is not answered; an unknown kind of ext is not either, and is logged as 100006', async () => {
    const replies = gateway.heard.length;
    await gateway.uplink(device, 'thing', 'property', {
      method: 'report',
      sys: { noAsk: true },
      params: { label: 'x' },
    });
    await gateway.uplink(device, 'ext', 'custom', { method: 'whatever' });
    await eventually(async () => {
      const { list } = await dm.call('dm.DeviceMsg/hubLogIndex', { ...device, actions: ['custom'] });
      expect(list).toMatchObject([{ resultCode: '100006', respPayload: '' }]);
    });
    await eventually(async () => expect(await latest('label')).toMatchObject([{ value: 'x' }]));
    expect(gateway.heard).toHaveLength(replies);
  });

  test('a command: a hexadecimal token, values moved into their range, what was taken over is the latest value', async () => {
    await online();
    const data = JSON.stringify({ temperature: 1000, nonsense: 1 });
    const answer = await dm.call('dm.DeviceInteract/propertyControlSend', { ...device, data });
    expect(answer).toMatchObject({ code: '200' });
    const [command] = gateway.received('control');
    expect(command!.body).toMatchObject({ msgToken: answer['msgToken'], params: { temperature: 100 } });
    expect(answer['msgToken']).toMatch(/^[0-9a-f]{1,5}$/);
    expect(command!.publish).toMatchObject({ topic: '', timestamp: 0, explain: '', protocolCode: 'lxSdk' });
    await eventually(async () => expect(await latest('temperature')).toMatchObject([{ value: '100' }]));
  });

  test('an action: its output; a refusal by the device is 2000004, silence 2000002', async () => {
    await online();
    const call = { ...device, actionID: 'echo', inputParams: '{"text":"hi"}' };
    gateway.answer = () => ({ data: { text: 'hi!' } });
    expect(await dm.call('dm.DeviceInteract/actionSend', call)).toMatchObject({ outputParams: '{"text":"hi!"}' });
    gateway.answer = () => ({ code: 500 });
    await expect(dm.call('dm.DeviceInteract/actionSend', call)).rejects.toMatchObject({ code: 2000004 });
    gateway.answer = () => undefined;
    const control = { ...device, data: '{"temperature":1}', syncTimeout: 1 };
    await expect(dm.call('dm.DeviceInteract/propertyControlSend', control)).rejects.toMatchObject({ code: 2000002 });
    gateway.answer = () => ({ code: 200 });
  });

  test('an offline device: 2000003, unless the property may wait', async () => {
    await gateway.disconnected(device);
    await eventually(async () => expect((await read())['isOnline']).toBe('2'));
    const send = (data: string) => dm.call('dm.DeviceInteract/propertyControlSend', { ...device, data });
    await expect(send('{"temperature":1}')).rejects.toMatchObject({ code: 2000003 });
    expect(await send('{"switch":1}')).toMatchObject({ code: '200' });
    await gateway.uplink(device, 'thing', 'property', { method: 'getStatus', identifiers: ['switch'] });
    await eventually(() =>
      expect(gateway.received('getStatusReply').at(-1)?.body).toMatchObject({ data: { switch: 1 } }),
    );
  });

  test('caches drop what the news names', async () => {
    const before = await gateway.products.get(productID);
    expect(await gateway.products.get(productID)).toBe(before);
    await dm.call('dm.ProductManage/productInfoUpdate', { productID, protocolConf: { productID: 'outer' } });
    await eventually(async () =>
      expect((await gateway.products.get(productID))['protocolConf']).toEqual({ productID: 'outer' }),
    );
    await dm.call('dm.DeviceManage/deviceInfoUpdate', { ...device, isEnable: 2 });
    await eventually(async () => expect(await gateway.device(device)).toMatchObject({ isEnable: '2' }));
    await eventually(() => expect(dataOf(`server.things.dm.product.info.update`)).toEqual([productID]));
  });

  test('nothing of all this was a message that it could not take', () => {
    expect(gateway.complaints).toEqual([]);
    expect(listener.complaints).toEqual([]);
    // An unknown kind of ext is an error line in its log.
    expect(rhino.dm.complaints).toEqual([expect.stringContaining('device.up.ext.')]);
  });
});

describe('calls', () => {
  let rhino: Unitedrhino;
  let dm: RhinoClient;
  let timedjob: RhinoClient;
  beforeAll(async () => {
    rhino = await startUnitedrhino({ etcd: etcd.hosts, nats: nats.url, onlineFixMs: 200 });
    dm = new RhinoClient(rhino.dm.address);
    timedjob = new RhinoClient(rhino.timedjob.address, null);
    await dm.call('dm.ProductManage/productInfoCreate', { productID: 'calls', productName: 'calls', secret: 'mine' });
    await dm.call('dm.ProductManage/productInfoCreate', { productID: 'other', productName: 'other' });
    await dm.call('dm.DeviceManage/deviceInfoCreate', { productID: 'calls', deviceName: 'named' });
  });
  afterAll(async () => {
    dm.close();
    timedjob.close();
    await rhino?.stop();
  });

  test('without a user: 100012 where a right is needed, a panic where a user is taken for granted', async () => {
    const create = dm.call('dm.ProtocolManage/protocolInfoCreate', { code: 'x' }, null);
    await expect(create).rejects.toMatchObject({ code: 100012, details: ['需要超管才能操作'] });
    await expect(dm.call('dm.ProductManage/productInfoCreate', {}, PLAIN_USER)).rejects.toMatchObject({ code: 100012 });
    const readDevice = (user: RhinoUser | null) =>
      dm.call('dm.DeviceManage/deviceInfoRead', { productID: 'calls', deviceName: 'named' }, user);
    await expect(readDevice(null)).rejects.toMatchObject({ code: 100007 });
    await expect(readDevice(PLAIN_USER)).rejects.toMatchObject({ code: 100009 });
  });

  test('deviceInfoRead finds the name in any product, when it is not in that one', async () => {
    const found = await dm.call('dm.DeviceManage/deviceInfoRead', { productID: 'other', deviceName: 'named' });
    expect(found).toMatchObject({ productID: 'calls', deviceName: 'named', isOnline: '2', status: '1' });
    const unknown = dm.call('dm.DeviceManage/deviceInfoRead', { productID: 'other', deviceName: 'nobody' });
    await expect(unknown).rejects.toMatchObject({ code: 100009 });
  });

  test('a device has its position and its wrappers', async () => {
    const { list } = await dm.call('dm.DeviceManage/deviceInfoIndex', { isOnline: 2 });
    expect(list).toMatchObject([{ Position: {}, deviceAlias: {}, version: {}, address: {}, rssi: {} }]);
  });

  test('a product draws its secret itself, takes protocolConf with an update only, and has unitedrhino’s defaults', async () => {
    const product = await dm.call('dm.ProductManage/productInfoRead', { productID: 'calls' });
    expect(product).toMatchObject({ protocolCode: 'iThings', status: '1', authMode: '1', protocolConf: {} });
    expect(product['secret']).toMatch(/^[A-Za-z0-9+/]{27}=$/);
  });

  test('its model JSON keeps what it has members for, and refuses Alibaba’s TSL', async () => {
    await dm.call('dm.ProductManage/productSchemaTslImport', { productID: 'calls', tsl: MODEL });
    const { tsl } = await dm.call('dm.ProductManage/productSchemaTslRead', { productID: 'calls' });
    expect(tsl).toContain('with-dash');
    expect(tsl).not.toContain('callType');
    const alibaba = JSON.stringify({ properties: [{ identifier: 'a', accessMode: 'rw', dataType: { type: 'int' } }] });
    const imported = dm.call('dm.ProductManage/productSchemaTslImport', { productID: 'calls', tsl: alibaba });
    await expect(imported).rejects.toMatchObject({ code: 100006 });
  });

  test('protocolInfoCreate changes one that exists', async () => {
    const create = (name: string) => dm.call('dm.ProtocolManage/protocolInfoCreate', { code: 'twice', name });
    expect(await create('first')).toEqual(await create('second'));
    const found = await dm.call('dm.ProtocolManage/protocolInfoRead', { code: 'twice' });
    expect(found).toMatchObject({ name: 'second' });
  });

  test('profiles keep texts with a device; an unknown one is empty', async () => {
    const device = { productID: 'calls', deviceName: 'named' };
    const code = 'alink:token';
    expect(await dm.call('dm.DeviceManage/deviceProfileRead', { device, code })).toMatchObject({ params: '' });
    await dm.call('dm.DeviceManage/deviceProfileUpdate', { device, code, params: '{"a":1}' });
    const { profiles } = await dm.call('dm.DeviceManage/deviceProfileIndex', { device, codes: [] });
    expect(profiles).toEqual([{ device, code, params: '{"a":1}' }]);
  });

  test('a device that reports, and counts as offline, is online a while later', async () => {
    const device = { productID: 'calls', deviceName: 'named' };
    const gateway = await ForeignGateway.start({ code: 'iThings', dm, timedjob, nats: nats.url });
    await gateway.uplink(device, 'thing', 'property', { method: 'getStatus', msgToken: '1' });
    await eventually(() => expect(gateway.received('getStatusReply')).toHaveLength(1));
    const read = () => dm.call('dm.DeviceManage/deviceInfoRead', device);
    expect(await read()).toMatchObject({ isOnline: '2' });
    await eventually(async () => expect(await read()).toMatchObject({ isOnline: '1' }));
    await gateway.stop();
  });

  test('what it has not is unimplemented, which its callers take for a system error', async () => {
    await expect(dm.call('dm.DeviceManage/deviceMove')).rejects.toMatchObject({ code: 100007 });
  });

  describe('jobs', () => {
    let connection: NatsConnection;
    let bus: RhinoBus;
    const ticks: BusMessage[] = [];
    const run = (method: string, request: object) => timedjob.call(`timedjob.TimedManage/${method}`, request);
    const queue = (topic: string) => ({ topic, payload: 'p' });
    beforeAll(async () => {
      connection = await connect({ servers: nats.url });
      bus = await RhinoBus.connect({ url: nats.url, mode: 'nats', service: 'ticks' });
      await bus.subscribe('jobs.>', (message) => void ticks.push(message));
    });
    afterAll(async () => {
      await bus?.close();
      await connection?.close();
    });
    const tickedAt = (subject: string) => ticks.filter((tick) => tick.subject === subject);

    test('a task is run when it waits to be (status 2), and never when it is made as running', async () => {
      const task = { groupCode: 'unitedRhino-queue', type: 1, cronExpr: '@every 100ms' };
      await run('TaskInfoCreate', { ...task, code: 'waits', params: JSON.stringify(queue('jobs.waits')), status: 2 });
      await run('TaskInfoCreate', { ...task, code: 'runs', params: JSON.stringify(queue('jobs.runs')), status: 1 });
      await eventually(() => expect(tickedAt('jobs.waits').length).toBeGreaterThan(2));
      expect(await run('TaskInfoRead', { code: 'waits' })).toMatchObject({ status: '1' });
      expect(tickedAt('jobs.runs')).toEqual([]);
      await run('TaskInfoUpdate', { code: 'waits', status: 3 });
      await eventually(async () => expect(await run('TaskInfoRead', { code: 'waits' })).toMatchObject({ status: '4' }));
    });

    test('a task that exists is no error, and an unknown group neither', async () => {
      const task = { groupCode: 'nowhere', code: 'same', type: 1, cronExpr: '@every 1h', status: 2 };
      expect(await run('TaskInfoCreate', task)).toEqual({});
      expect(await run('TaskInfoCreate', task)).toEqual({});
    });

    test('TaskSend makes the task that it names, runs at once without an option, and can be taken back with one', async () => {
      const send = { groupCode: 'unitedRhino-queue', code: 'made' };
      // It runs what it knows; what it has just made it only knows the next time.
      const made = run('TaskSend', { ...send, paramQueue: queue('jobs.made') });
      await expect(made).rejects.toMatchObject({ code: 100007 });
      expect(await run('TaskSend', { ...send, paramQueue: queue('jobs.made') })).toEqual({ taskID: '' });
      await eventually(() => expect(tickedAt('jobs.made')).toMatchObject([{ data: 'p' }]));
      const option = { processIn: 1, taskID: 'mine' };
      expect(await run('TaskSend', { ...send, option, paramQueue: queue('jobs.later') })).toEqual({ taskID: 'mine' });
      await run('TaskCancel', { taskID: 'mine' });
      await run('TaskCancel', { taskID: 'unknown' });
      await run('TaskSend', { ...send, option: { ...option, taskID: 'kept' }, paramQueue: queue('jobs.kept') });
      await eventually(() => expect(tickedAt('jobs.kept')).toHaveLength(1));
      expect(tickedAt('jobs.later')).toEqual([]);
    });
  });

  test('what is asked of a subject is "acknowledged" by whoever listens there', async () => {
    const bus = await RhinoBus.connect({ url: nats.url, mode: 'nats', service: 'bystander' });
    await bus.subscribe('device.up.bystander.>', () => undefined);
    const connection = await connect({ servers: nats.url });
    const reply = await connection.request('device.up.bystander.p.d', '{}');
    expect(Buffer.from(reply.data).toString()).toBe('+ACK');
    expect(bus.complaints).toEqual([expect.stringContaining('json Unmarshal trace.SpanContextConfig')]);
    await connection.close();
    await bus.close();
  });
});
