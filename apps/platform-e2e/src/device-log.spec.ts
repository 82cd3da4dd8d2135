/** Lines of a device's own log and the state of its network, with the bytes of the Link SDKs for C. */
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS, type SdkDevice } from '@alink/testing';
import { backends } from './backends';
import { DEVICE, PRODUCT, type Platform } from './platform';

const key = { productID: PRODUCT, deviceName: DEVICE };

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let device: SdkDevice;

  beforeAll(async () => {
    platform = await backend.start();
    await platform.createManualsDevice();
    device = await platform.connect();
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await device?.end();
    await platform?.stop();
  });

  const lines = async () => (await platform.client(services.deviceMsg).sdkLogIndex(key)).list;

  test('lines are acknowledged when they are kept, and a caller of dm.DeviceMsg reads them', async () => {
    const post = device.topic('thing/log/post');
    // As the Link SDK for C 4.x writes them (`aiot_logpost_api.c`).
    await device.publish(
      post,
      '{"id":"1","version":"1.0","params":[{"utcTime":"2026-03-06T15:15:27.464+0800","logLevel":"WARN","module":"MOD","code":"7","traceContext":"9","logContent":"hot"}],"method":"thing.log.post"}',
    );
    expect((await device.waitFor(`${post}_reply`)).payload.toString()).toBe(
      '{"id":"1","code":200,"message":"success","version":"1.0","method":"thing.log.post","data":{}}',
    );
    const timestamp = String(Date.parse('2026-03-06T07:15:27.464Z'));
    await eventually(async () =>
      expect(await lines()).toContainEqual({ timestamp, loglevel: '3', content: 'MOD 7 9 hot' }),
    );
  });

  test('those of the C SDK 3.x are read by their template', async () => {
    const params = {
      template: 'timestamp logLevel module traceContext logContent',
      contents: ['1234 ERROR awss 5 no access point found'],
    };
    const body = { id: '2', version: '1.0', method: 'things.log.post', params };
    await device.publish(device.topic('thing/log/post'), JSON.stringify(body));
    await eventually(async () =>
      expect(await lines()).toContainEqual(
        expect.objectContaining({ loglevel: '2', content: 'awss 5 no access point found' }),
      ),
    );
  });

  test('too many lines are refused as a whole', async () => {
    const params = Array.from({ length: 41 }, (_, n) => ({ logLevel: 'INFO', logContent: `flood ${n}` }));
    expect((await device.request('thing/log/post', params)).code).toBe(460);
    expect((await lines()).some(({ content }) => content.startsWith('flood'))).toBe(false);
  });

  test('the device hears whether to report, when it asks', async () => {
    const asked = { configScope: 'device', getType: 'content' };
    const mode = async () => (await device.request('thing/config/log/get', asked)).data;
    await platform.client(services.deviceManage).deviceInfoUpdate({ ...key, logLevel: 4 });
    expect(await mode()).toEqual({ getType: 'content', content: { mode: 1 } });
    await platform.client(services.deviceManage).deviceInfoUpdate({ ...key, logLevel: 1 });
    expect(await mode()).toEqual({ getType: 'content', content: { mode: 0 } });
    expect((await device.request('thing/config/log/get', { getType: 'file' })).code).toBe(6717);
  });

  backend.needs('logUpdate', () => {
    test('it hears of another level by itself', async () => {
      const pushed = device.waitFor(device.topic('thing/config/log/push'));
      await platform.client(services.deviceManage).deviceInfoUpdate({ ...key, logLevel: 5 });
      expect(JSON.parse((await pushed).payload.toString())).toMatchObject({ method: 'thing.config.log.push' });
    });
  });

  // As the Link SDK for C 4.x writes it (`_thing/diag/post`).
  const wifi = { rssi: 75, snr: 20, per: 10, err_stats: '10,02,01;10,05,01' };
  const postNetwork = () => {
    const params = { p: { wifi, _time: Date.now() }, model: 'quantity=single|format=simple|time=now' };
    return device.request('_thing/diag/post', params);
  };

  backend.needs('deviceLogs', () => {
    test('how its network is stands in the platform', async () => {
      expect((await postNetwork()).code).toBe(200);
      const logs = platform.client(services.deviceLogs);
      await eventually(async () => expect((await logs.listNetworkStatus(key)).list).toHaveLength(1));
      const [{ metrics } = { metrics: '' }] = (await logs.listNetworkStatus(key)).list;
      expect(JSON.parse(metrics)).toEqual({ wifi });
    });
  });

  backend.lacks('deviceLogs', () => {
    test('a report of its network is refused, and the connection lives on', async () => {
      expect((await postNetwork()).code).toBe(6831);
      expect(device.connected).toBe(true);
    });
  });
});
