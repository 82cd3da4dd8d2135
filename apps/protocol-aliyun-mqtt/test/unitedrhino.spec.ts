/** The node on unitedrhino's services, in both modes of its bus: it starts, leaves nothing behind, and loses nothing. */
import { connectNats, type Bus } from '@alink/bus';
import { PROTOCOL_CODE, services, subjects } from '@alink/contract';
import { connectEtcd, type Registry } from '@alink/discovery';
import { connectRpc } from '@alink/rpc';
import { createLogger, loadConfig } from '@alink/runtime';
import { deviceCredentials } from '@alink/signing';
import { eventually, RawMqtt, removeFolder, temporaryFolder } from '@alink/testing';
import { connect } from 'nats';
import { createNode, type RunningNode } from '../src/app';
import { nodeConfigSchema } from '../src/config';
import { RhinoBed } from './rhino-bed';

const DG = 'alink.dg.rpc';

describe.each(['nats', 'natsJs'] as const)('in mode %s', (mode) => {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const dataDir = temporaryFolder('unitedrhino');
  let bed: RhinoBed;
  let bus: Bus;
  let registry: Registry;
  let node: RunningNode;
  let productID: string;
  let secret: string;

  beforeAll(async () => {
    bed = await RhinoBed.start(mode);
    productID = await bed.product({ autoRegister: 3 });
    secret = await bed.device(productID, 'dev001');
    bus = await connectNats({ servers: bed.nats.url, name: 'node', streamAtOnce: false, publishTimeoutMs: 2000 });
    registry = connectEtcd({ hosts: [bed.etcd.hosts] });
    const config = loadConfig(nodeConfigSchema, {
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      ETCD_HOSTS: bed.etcd.hosts,
      NATS_URL: bed.nats.url,
      DG_SERVICE_NAME: DG,
    });
    const ports = ['MQTT_PORT', 'MQTT_TLS_PORT', 'MQTT_WS_PORT', 'GATEWAY_GRPC_PORT', 'GATEWAY_HTTP_PORT'];
    const anyPort = Object.fromEntries(ports.map((name) => [name, 0]));
    node = await createNode({ config: { ...config, ...anyPort }, bus, registry, log });
  });
  afterAll(async () => {
    await node?.stop();
    await registry?.close();
    await bus?.close();
    await bed?.stop();
    removeFolder(dataDir);
  });

  const dial = async (deviceName = 'dev001', deviceSecret = secret): Promise<{ raw: RawMqtt; code: number }> => {
    const raw = await RawMqtt.open({ port: node.mqttPort });
    const { clientId, username, password } = deviceCredentials({ productKey: productID, deviceName, deviceSecret });
    const fields = { protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 } as const;
    raw.send({ cmd: 'connect', ...fields, clientId, username, password: Buffer.from(password) });
    return { raw, code: (await raw.next('connack', 20_000)).returnCode ?? -1 };
  };
  const post = (raw: RawMqtt, messageId: number, params: object): void => {
    const topic = `/sys/${productID}/dev001/thing/event/property/post`;
    const payload = JSON.stringify({ id: String(messageId), version: '1.0', params });
    raw.send({ cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false });
  };
  const device = () => bed.rhino.dm.state.device({ productID, deviceName: 'dev001' })!;
  /** What its dm has of a property, as its own method tells it. */
  const latest = async (dataID: string): Promise<string | undefined> => {
    const messages = bed.dm.client(services.deviceMsg);
    const { list } = await messages.propertyLatestIndex({ productID, deviceName: 'dev001', dataIDs: [dataID] });
    return list.find((one) => one.dataID === dataID)?.value;
  };

  test('it starts beside its streams, and makes none', async () => {
    const nats = await connect({ servers: bed.nats.url });
    const streams = (await (await nats.jetstreamManager()).streams.list().next()).map(({ config }) => config.name);
    await nats.close();
    expect(streams.sort()).toEqual(mode === 'nats' ? [] : ['application', 'device', 'server']);
    const words = mode === 'nats' ? 'no stream keeps reports' : 'when they stand in unitedrhino’s stream';
    expect(lines.join('')).toContain(words);
  });

  test('it leaves dg.rpc to whom it belongs, and says where it is found', async () => {
    expect([...(await registry.list('dg.rpc')).values()]).toEqual([]);
    expect([...(await registry.list(DG)).values()]).toEqual([`127.0.0.1:${node.grpcPort}`]);
    const { list } = await bed.dm.client(services.protocolManage).protocolInfoIndex({ code: PROTOCOL_CODE });
    expect(list).toMatchObject([{ code: PROTOCOL_CODE, etcdKey: DG }]);
  });

  test('its timing task runs, by the conventions of protocols', async () => {
    const timedjob = connectRpc(bed.rhino.timedjob.address, { log });
    const named = { groupCode: 'unitedRhino-queue', code: 'protocol-aliyunMqtt-timer' };
    const { status, params } = await timedjob.client(services.timedManage).TaskInfoRead(named);
    timedjob.close();
    expect(['1', '2']).toContain(status);
    expect(JSON.parse(params)).toMatchObject({ topic: subjects.nodeTimer });
  });

  test('a device of another product does not get in with its own secret', async () => {
    const foreign = await bed.device(await bed.product(), 'cross1');
    const { raw, code } = await dial('cross1', foreign);
    expect(code).toBe(4);
    await raw.close();
  });

  test('a report is acknowledged once its dm has it, what cannot be taken of the model beside it', async () => {
    const { raw, code } = await dial();
    expect(code).toBe(0);
    post(raw, 1, { Temp: 21.5, 'with-dash': 3 });
    expect(await raw.next('puback')).toMatchObject({ messageId: 1 });
    await eventually(async () => expect(await latest('Temp')).toBe('21.5'));
    expect(device().isOnline).toBe(1);
    await raw.close();
  });

  test('the account that its dm asks for leaves online who is online', async () => {
    const { raw } = await dial();
    await eventually(() => expect(device().isOnline).toBe(1));
    const before = lines.length;
    await bed.rhino.dm.askForPresence(PROTOCOL_CODE);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(device().isOnline).toBe(1);
    expect(lines.slice(before).join('')).not.toContain('did not take who is online');
    await raw.close();
    await eventually(() => expect(device().isOnline).toBe(2));
  });

  test('a device that connects twice is online, and its end tells', async () => {
    const first = await dial();
    const second = await dial();
    await first.raw.closed;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(device().isOnline).toBe(1);
    await second.raw.close();
    await eventually(() => expect(device().isOnline).toBe(2));
  });

  test('what it sends that Alink has no words for, or no device can fetch, leaves a line', async () => {
    const { raw } = await dial();
    await eventually(() => expect(device().isOnline).toBe(1));
    const names = { productID, deviceName: 'dev001' };
    await bed.rhino.dm.send(names, 'thing', 'service', { method: 'bindChange' });
    await eventually(() => expect(lines.join('')).toMatch(/thing\/service bindChange has no words in Alink/));
    await bed.rhino.dm.send(names, 'config', 'push', { method: 'push', payload: '{}' });
    await eventually(() => expect(lines.join('')).toMatch(/no device can fetch while FILES_BASE_URL is not set/));
    await raw.close();
  });
});
