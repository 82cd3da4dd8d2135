import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { Aedes, type AuthenticateError, type PublishPacket } from 'aedes';
import { eventually } from './eventually';
import { ConnectRefusedError, SdkDevice } from './sdk-device';

let broker: Aedes;
let server: Server;
let device: SdkDevice;
let port: number;

const publish = (topic: string, body: unknown): Promise<void> =>
  new Promise((resolve, reject) => {
    const payload = Buffer.from(JSON.stringify(body));
    const packet: PublishPacket = { cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false };
    broker.publish(packet, (error) => (error ? reject(error) : resolve()));
  });

/** What the broker got on a topic. */
const received = async (topic: string): Promise<unknown> =>
  new Promise((resolve) => {
    const listen = (packet: { payload: Buffer | string }, done: () => void) => {
      done();
      broker.unsubscribe(topic, listen as never, () => undefined);
      resolve(JSON.parse(String(packet.payload)));
    };
    broker.subscribe(topic, listen as never, () => undefined);
  });

const connect = (password = 'right', clientId = 'id|securemode=3|') =>
  SdkDevice.connect({ port, clientId, username: 'dev001&product', password });

beforeEach(async () => {
  broker = await Aedes.createBroker({
    authenticate: (_client, username, password, done) => {
      if (username === 'dev001&product' && String(password) === 'right') return done(null, true);
      done(Object.assign(new Error('no'), { returnCode: 4 }) as AuthenticateError, false);
    },
  });
  server = createServer(broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  device = await connect();
  await device.subscribe([device.topic('#'), '/ext/rrpc/#']);
});
afterEach(async () => {
  await device.end({ force: true });
  await new Promise<void>((resolve) => broker.close(() => resolve()));
  server.close();
});

test('takes ProductKey and DeviceName out of the username', () => {
  expect(device.topic('thing/x')).toBe('/sys/product/dev001/thing/x');
});

test('a refused CONNECT tells the return code', async () => {
  await expect(connect('wrong')).rejects.toThrow(ConnectRefusedError);
  await expect(connect('wrong')).rejects.toMatchObject({ code: 4 });
});

test('a server that is not there is an error of its own kind', async () => {
  const failing = SdkDevice.connect({ port: 1, clientId: 'x', username: 'd&p', password: '' });
  await expect(failing).rejects.toThrow('ECONNREFUSED');
});

test('post sends an Alink request and gives the reply with its id', async () => {
  const topic = device.topic('thing/event/property/post');
  const request = received(topic);
  const posting = device.post({ temperature: 25.5 }, { id: '123' });
  expect(await request).toEqual({
    id: '123',
    version: '1.0',
    params: { temperature: 25.5 },
    method: 'thing.event.property.post',
  });
  await publish(`${topic}_reply`, { id: 'another', code: 460 });
  await publish(`${topic}_reply`, { id: '123', code: 200, data: {} });
  expect(await posting).toEqual({ id: '123', code: 200, data: {} });
});

test('subscribes each reply once, unless its ClientID asks for all of them', async () => {
  const filters: string[] = [];
  broker.on('subscribe', (subscriptions) => filters.push(...subscriptions.map(({ topic }) => topic)));
  const topic = device.topic('thing/event/property/post');
  const postTwice = async (clientId: string): Promise<void> => {
    const other = await connect('right', clientId);
    for (const id of ['1', '2']) {
      const request = received(topic);
      const isAsking = clientId.includes('_ss');
      // This broker sends nothing that was not subscribed.
      const options = isAsking ? { id, timeoutMs: 50 } : { id };
      const posting = other.post({ temperature: 25.5 }, options).catch(() => undefined);
      await request;
      await publish(`${topic}_reply`, { id, code: 200, data: {} });
      await posting;
    }
    await other.end();
  };
  await postTwice('plain|securemode=3|');
  expect(filters).toEqual([`${topic}_reply`]);
  await postTwice('asking|securemode=3,_ss=1|');
  expect(filters).toEqual([`${topic}_reply`]);
});

test('logs a sub-device in, which then speaks over the same connection', async () => {
  const login = device.topic('combine/login');
  expect(login).toBe('/ext/session/product/dev001/combine/login');
  await device.subscribe([`${login}_reply`]);
  const asked = received(login);
  const params = { productKey: 'meters', deviceName: 'meter1' };
  const loggingIn = device.request('combine/login', params, { id: '1' });
  expect(await asked).toEqual({ id: '1', version: '1.0', params, method: 'combine.login' });
  await publish(`${login}_reply`, { id: '1', code: 200, data: params });
  expect(await loggingIn).toMatchObject({ code: 200 });

  const meter = device.subDevice('meters', 'meter1');
  expect(meter.topic('thing/x')).toBe('/sys/meters/meter1/thing/x');
  const posted = received(meter.topic('thing/event/property/post'));
  const posting = meter.post({ temperature: 25.5 }, { id: '1' });
  await posted;
  // The reply to another device of the connection with the same id is not its own.
  await publish(device.topic('thing/event/property/post_reply'), { id: '1', code: 460 });
  await publish(meter.topic('thing/event/property/post_reply'), { id: '1', code: 200 });
  expect(await posting).toEqual({ id: '1', code: 200 });
});

test('a reply that does not come is told', async () => {
  await expect(device.postEvent('alarm', {}, { timeoutMs: 50 })).rejects.toThrow('no reply to thing.event.alarm.post');
});

test('answers a property set and remembers the message', async () => {
  const topic = device.topic('thing/service/property/set');
  device.onPropertySet(({ params }) => ({ data: params }));
  const answer = received(`${topic}_reply`);
  await publish(topic, { id: '7', version: '1.0', method: 'thing.service.property.set', params: { t: 30 } });
  expect(await answer).toEqual({ id: '7', code: 200, data: { t: 30 } });
  expect((await device.waitFor(topic)).payload.toString()).toContain('"id":"7"');
});

test.each([
  ['asynchronous', '/sys/product/dev001/thing/service/echo', '/sys/product/dev001/thing/service/echo_reply'],
  ['RRPC', '/sys/product/dev001/rrpc/request/99', '/sys/product/dev001/rrpc/response/99'],
])('answers a service call, %s', async (_form, topic, answerTopic) => {
  device.onService('echo', async ({ params }) => ({ code: 201, data: params }));
  const answer = received(answerTopic);
  await publish(topic, { id: '8', version: '1.0', method: 'thing.service.echo', params: { text: 'hi' } });
  expect(await answer).toEqual({ id: '8', code: 201, data: { text: 'hi' } });
});

test('answers a service call in full-topic RRPC on the same topic', async () => {
  const topic = '/ext/rrpc/99/sys/product/dev001/thing/service/echo';
  device.onService('echo', () => ({ data: { ok: 1 } }));
  await publish(topic, { id: '9', version: '1.0', method: 'thing.service.echo', params: {} });
  // The broker echoes the answer, since the device subscribes the topic.
  await eventually(() => {
    const bodies = device.received.filter((message) => message.topic === topic).map(({ payload }) => String(payload));
    expect(bodies).toContain('{"id":"9","code":200,"data":{"ok":1}}');
  });
});

test('without a handler it stays silent, and bytes that are no JSON do not harm it', async () => {
  const topic = device.topic('thing/service/unknown');
  await publish(topic, { id: '1', method: 'thing.service.unknown', params: {} });
  await device.publish(device.topic('thing/model/down_raw'), Buffer.from([0xff, 0x00]));
  const raw = await device.waitFor(device.topic('thing/model/down_raw'));
  expect([...raw.payload]).toEqual([0xff, 0x00]);
  await expect(device.waitFor(`${topic}_reply`, 50)).rejects.toThrow('nothing on');
});

test('a connection that the server ends is told', async () => {
  await new Promise<void>((resolve) => broker.close(() => resolve()));
  await device.closed;
  expect(device.connected).toBe(false);
});

test('connects over WebSocket', async () => {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  sockets.on('connection', (socket) => broker.handle(createWebSocketStream(socket)));
  await once(sockets, 'listening');
  const { port: wsPort } = sockets.address() as AddressInfo;
  const options = { port: wsPort, clientId: 'ws', username: 'dev001&product', password: 'right' } as const;
  const web = await SdkDevice.connect({ ...options, transport: 'ws' });
  expect(web.connected).toBe(true);
  await web.end();
  sockets.close();
});
