/**
 * Our node in a platform of unitedrhino's (联犀), in both modes of its bus: how it stands there, and what of a device goes to
 * its dm and comes from it. Whatever a device meets that has nothing to do with whose dm it is, the other suites try on both.
 */
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS, subDeviceProof, type SdkDevice } from '@alink/testing';
import { RhinoBus, RhinoClient, type BusMode, type RhinoAnswer } from '@alink/testing/unitedrhino';
import { connack } from './connack';
import { createGateways, GATEWAYS, gatewayTriple, identityOf, keyOf, METERS, meterTriple } from './gateways';
import { DEVICE, DEVICE_SECRET, PRODUCT } from './platform';
import { UnitedrhinoPlatform } from './unitedrhino-platform';

const key = { productID: PRODUCT, deviceName: DEVICE };

describe.each<BusMode>(['nats', 'natsJs'])('in mode %s', (mode) => {
  let platform: UnitedrhinoPlatform;
  let dm: RhinoClient;
  beforeAll(async () => {
    platform = await UnitedrhinoPlatform.startWith({ mode });
    dm = new RhinoClient(platform.unitedrhino.dm.address);
    await platform.createManualsDevice();
  }, PLATFORM_START_MS);
  afterAll(async () => {
    dm?.close();
    await platform?.stop();
  });

  const state = () => platform.unitedrhino.dm.state.dataOf(key);
  const info = (): Promise<RhinoAnswer> => dm.call('dm.DeviceManage/deviceInfoRead', key);

  test('it stands in etcd, among the protocols, and has its timing task run', async () => {
    expect(await platform.etcd.etcdctl('get', '--prefix', 'dg.rpc/')).toContain(`:${platform.ports.nodeGrpc}`);
    const protocol = await dm.call('dm.ProtocolManage/protocolInfoRead', { code: 'aliyunMqtt' });
    expect(protocol).toMatchObject({ type: 'normal', transProtocol: 'mqtt', etcdKey: 'dg.rpc' });
    const { list } = await dm.call('dm.ProtocolManage/protocolServiceIndex', { code: 'aliyunMqtt' });
    expect(list).toMatchObject([{ status: '1', port: String(platform.ports.nodeGrpc) }]);
    await eventually(() => {
      const task = platform.unitedrhino.timedjob.state.task('protocol-aliyunMqtt-timer', 'unitedRhino-queue');
      expect(task).toMatchObject({ cronExpr: '@every 10m', status: 1 });
    });
  });

  describe('a device', () => {
    let device: SdkDevice;
    beforeAll(async () => {
      device = await platform.connect();
      await eventually(async () => expect(await platform.isOnline()).toBe(true));
    });
    afterAll(() => device?.end());

    test('is online there, and stays so when its dm asks who is', async () => {
      expect((await info())['lastIp']).toMatch(/^127\.0\.0\.1/);
      await platform.unitedrhino.dm.askForPresence('aliyunMqtt');
      expect((await device.post({ temperature: 1.5 })).code).toBe(200);
      await eventually(async () => expect(await platform.latest('temperature')).toBe(1.5));
      expect(await platform.isOnline()).toBe(true);
      const { list } = await dm.call('dm.DeviceMsg/statusLogIndex', key);
      expect(list.map(({ status }: RhinoAnswer) => status)).toEqual(['1']);
    });

    test('reports, and is answered by the node: its dm is asked for no reply', async () => {
      expect((await device.post({ label: '会议室', light: 1 })).code).toBe(200);
      expect((await device.request('thing/event/highTemperature/post', { temperature: 99 })).code).toBe(200);
      await eventually(() => {
        expect(state().latest.get('label')?.value).toBe('会议室');
        expect(state().events).toMatchObject([
          { dataID: 'highTemperature', type: 'alert', params: { temperature: 99 } },
        ]);
        expect(state().hub.map(({ topic }) => topic)).toContain(device.topic('thing/event/highTemperature/post'));
        expect(state().hub.filter(({ respPayload }) => respPayload !== '')).toEqual([]);
      });
    });

    test('is commanded, and what it has taken over is the latest value', async () => {
      device.onPropertySet(({ params }) => ({ code: 200, data: params }));
      const control = { ...key, data: '{"temperature":26.5}', syncTimeout: 15 };
      expect(await dm.call('dm.DeviceInteract/propertyControlSend', control)).toMatchObject({ code: '200' });
      await eventually(async () => expect(await platform.latest('temperature')).toBe(26.5));
    });

    test('tells its version, a line of its log, and how its upgrade goes', async () => {
      const publish = (topic: string, params: unknown) =>
        device.publish(topic, JSON.stringify({ id: '1', version: '1.0', params }));
      await publish(`/ota/device/inform/${PRODUCT}/${DEVICE}`, { version: '2.1.0' });
      const line = {
        utcTime: '2026-03-06T15:15:27.464+0800',
        logLevel: 'WARN',
        module: 'MOD',
        code: '7',
        logContent: 'hot',
      };
      await publish(device.topic('thing/log/post'), [line]);
      await publish(`/ota/device/progress/${PRODUCT}/${DEVICE}`, { step: '50', desc: 'half' });
      await eventually(async () => {
        expect(await info()).toMatchObject({ version: { value: '2.1.0' } });
        expect(state().sdkLog).toMatchObject([{ content: expect.stringContaining('hot'), loglevel: 3 }]);
        expect(state().hub).toContainEqual(expect.objectContaining({ action: 'ota', resultCode: 100009 }));
      });
    });

    test('hears of firmware that is due', async () => {
      const upgrade = {
        version: '3.0.0',
        isDiff: 1,
        signMethod: 'MD5',
        size: 10,
        name: 'f.bin',
        fileUrl: 'http://f/f.bin',
      };
      const data = { ...upgrade, fileMd5: 'a'.repeat(32), signature: 'a'.repeat(32) };
      await platform.unitedrhino.dm.send(key, 'ota', 'upgrade', { method: 'upgrade', msgToken: 'f1', data });
      const { payload } = await device.waitFor(`/ota/device/upgrade/${PRODUCT}/${DEVICE}`);
      expect(JSON.parse(payload.toString())).toMatchObject({
        code: '1000',
        data: { version: '3.0.0', url: 'http://f/f.bin', size: 10, sign: 'a'.repeat(32), signMethod: 'Md5' },
      });
    });

    test('whoever hears its reports and acknowledges them does not cut it', async () => {
      const bystander = await RhinoBus.connect({ url: platform.nats.url, mode, service: 'bystander' });
      let heard = 0;
      await bystander.subscribe('device.up.>', () => void (heard += 1));
      const replies = await Promise.all(Array.from({ length: 100 }, (_, n) => device.post({ temperature: n % 100 })));
      expect(replies.every(({ code }) => code === 200)).toBe(true);
      await eventually(() => expect(heard).toBeGreaterThanOrEqual(100));
      expect(device.connected).toBe(true);
      expect(bystander.complaints).toEqual([]);
      await bystander.close();
    });

    test('a new thing model counts for its next report', async () => {
      const tsl = JSON.stringify({
        properties: [
          { identifier: 'pressure', name: 'p', mode: 'rw', define: { type: 'int', min: '0', max: '9' } },
          // Allowed there, and no identifier of Alink's.
          { identifier: '2-x', name: 'odd', mode: 'rw', define: { type: 'int' } },
          { identifier: 'temperature', name: 't', mode: 'rw', define: { type: 'float', min: '-40', max: '125' } },
        ],
      });
      await dm.call('dm.ProductManage/productSchemaTslImport', { productID: PRODUCT, tsl });
      await eventually(async () => {
        await device.post({ pressure: 3, temperature: 12.25 });
        expect(state().latest.get('pressure')?.value).toBe(3);
      });
      expect(await platform.latest('temperature')).toBe(12.25);
    });
  });

  describe('a gateway device', () => {
    const [GATEWAY, METER] = [gatewayTriple('gate1'), meterTriple('meter1')];
    const [gatewayKey, meterKey] = [keyOf(GATEWAY), keyOf(METER)];
    let gateway: SdkDevice;
    beforeAll(async () => {
      await createGateways(platform, GATEWAY, METER);
      gateway = await platform.connect(GATEWAY.productKey, GATEWAY.deviceName, GATEWAY.deviceSecret);
      await eventually(async () => expect(await platform.isOnline('gate1', GATEWAYS)).toBe(true));
    });
    afterAll(() => gateway?.end());
    const isOnline = () => platform.isOnline('meter1', METERS);
    const paramsOf = async (path: string, to = gateway): Promise<unknown> => {
      const { payload } = await gateway.waitFor(to.topic(path));
      return (JSON.parse(payload.toString()) as { params: unknown }).params;
    };

    test('adds a sub-device, which logs in, reports and is commanded, and logs out', async () => {
      expect(await gateway.request('thing/topo/add', [subDeviceProof(METER)])).toMatchObject({ code: 200 });
      expect(await dm.call('dm.DeviceManage/deviceGatewayIndex', { subDevice: meterKey })).toMatchObject({
        list: [gatewayKey],
      });
      expect((await gateway.request('combine/login', subDeviceProof(METER), { qos: 0 })).code).toBe(200);
      await eventually(async () => expect(await isOnline()).toBe(true));
      const meter = gateway.subDevice(METERS, 'meter1');
      expect((await meter.post({ temperature: 7.5 })).code).toBe(200);
      await eventually(async () => expect(await platform.latest('temperature', 'meter1', METERS)).toBe(7.5));
      meter.onPropertySet(() => ({ code: 200 }));
      const control = { ...meterKey, data: '{"temperature":8.5}', syncTimeout: 15 };
      expect(await dm.call('dm.DeviceInteract/propertyControlSend', control)).toMatchObject({ code: '200' });
      expect((await gateway.request('combine/logout', identityOf(METER), { qos: 0 })).code).toBe(200);
      await eventually(async () => expect(await isOnline()).toBe(false));
      expect(await gateway.request('thing/topo/get', {})).toMatchObject({ code: 200, data: [identityOf(METER)] });
    });

    test('hears what its dm changes, and that a sub-device is disabled', async () => {
      await gateway.request('combine/login', subDeviceProof(METER), { qos: 0 });
      await dm.call('dm.DeviceManage/deviceInfoUpdate', { ...meterKey, isEnable: 2 });
      expect(await paramsOf('thing/disable', gateway.subDevice(METERS, 'meter1'))).toEqual({});
      await dm.call('dm.DeviceManage/deviceGatewayMultiDelete', { gateway: gatewayKey, list: [meterKey] });
      await eventually(() => {
        const changes = gateway.received.filter(({ topic }) => topic === gateway.topic('thing/topo/change'));
        const told = changes.map(({ payload }) => (JSON.parse(payload.toString()) as { params: unknown }).params);
        expect(told).toContainEqual({ status: 1, subList: [identityOf(METER)] });
      });
      expect(await gateway.request('thing/topo/get', {})).toMatchObject({ code: 200, data: [] });
    });
  });

  test('a device of another product does not get in by its name and secret', async () => {
    await platform.createProduct('another1');
    await platform.createDevice('another1', 'cross1', 'secretofcross1');
    expect(await connack(platform.login(PRODUCT, 'cross1', 'secretofcross1'))).toBe(4);
    expect(await connack(platform.login('another1', 'cross1', 'secretofcross1'))).toBe(0);
  });

  test('its devices dial with the ProductKey that stands in the protocol’s parameters', async () => {
    const products = platform.client(services.productManage);
    await products.productInfoUpdate({ productID: 'another1', protocolConf: { productID: 'outerKey1' } });
    await eventually(async () =>
      expect(await connack(platform.login('outerKey1', 'cross1', 'secretofcross1'))).toBe(0),
    );
  });

  test('a loss of NATS is made good: the device is online afterwards, and is heard', async () => {
    const device = await platform.connect(PRODUCT, DEVICE, DEVICE_SECRET);
    await platform.nats.restart();
    await eventually(async () => {
      const again = device.connected ? device : await platform.connect();
      expect((await again.post({ temperature: 33 })).code).toBe(200);
      expect(await platform.latest('temperature')).toBe(33);
      expect(await platform.isOnline()).toBe(true);
    });
    await device.end();
  });

  test('a clean stop is told', async () => {
    await platform.stopApp('protocol-aliyun-mqtt');
    const { list } = await dm.call('dm.ProtocolManage/protocolServiceIndex', { code: 'aliyunMqtt' });
    expect(list).toMatchObject([{ status: '2' }]);
    expect(await platform.etcd.etcdctl('get', '--prefix', 'dg.rpc/')).toBe('');
    await eventually(async () => expect((await info())['isOnline']).toBe('2'));
  });

  test('its dm could read every message of the node', () => {
    // No upgrade was under way when the device told how it goes.
    expect(platform.unitedrhino.dm.complaints.filter((line) => !line.startsWith('device.up.ota.'))).toEqual([]);
  });
});
