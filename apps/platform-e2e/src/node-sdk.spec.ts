/** The official Node SDK (`alibabacloud-iot-device-sdk` 1.2.8 from npm), unchanged, against the running platform. */
import { services } from '@alink/contract';
import { eventually, PATIENCE_MS, PLATFORM_START_MS } from '@alink/testing';
import { backends } from './backends';
import { dialOfficial, type OfficialCommand, type OfficialDevice, type OfficialReply } from './official-device';
import { DEVICE, PRODUCT, type Platform } from './platform';

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let device: OfficialDevice;

  beforeAll(async () => {
    platform = await backend.start();
    await platform.createManualsDevice();
    device = await dialOfficial(platform);
  }, PLATFORM_START_MS);
  afterAll(async () => {
    device?.end(true);
    await platform?.stop();
  });

  /** For commands that a device answers; a slow machine may need long for it. */
  const PATIENT = { deadlineMs: PATIENCE_MS };
  const key = { productID: PRODUCT, deviceName: DEVICE };
  const latest = async (dataID: string) => {
    const { list } = await platform.client(services.deviceMsg).propertyLatestIndex({ ...key, dataIDs: [dataID] });
    return list[0];
  };

  test('connects, and is online in dm', async () => {
    await eventually(async () => {
      const info = await platform.client(services.deviceManage).deviceInfoRead(key);
      expect(info).toMatchObject({ isOnline: '1', status: '2' });
      expect(Number(info.firstLogin)).toBeGreaterThan(0);
    });
  });

  test('postProps is answered with 200, and the values can be read', async () => {
    const reply = await new Promise<OfficialReply>((resolve) =>
      device.postProps({ temperature: 25.5, light: 1 }, resolve),
    );
    expect(reply).toMatchObject({ code: 200, message: 'success' });
    await eventually(async () => {
      expect(await latest('temperature')).toMatchObject({ value: '25.5' });
      expect(await latest('light')).toMatchObject({ value: '1' });
    });
  });

  test('postEvent is answered with 200, and the event can be read', async () => {
    const reply = await new Promise<OfficialReply>((resolve) =>
      device.postEvent('highTemperature', { temperature: 101.5 }, resolve),
    );
    expect(reply.code).toBe(200);
    await eventually(async () => {
      const { list } = await platform.client(services.deviceMsg).eventLogIndex(key);
      expect(list.map(({ dataID, params }) => [dataID, JSON.parse(params)])).toEqual([
        ['highTemperature', { temperature: 101.5 }],
      ]);
    });
  });

  test('a property set reaches onProps, and its answer comes back', async () => {
    const topic = `/sys/${PRODUCT}/${DEVICE}/thing/service/property/set`;
    const got = new Promise<OfficialCommand>((resolve) => {
      device.onProps((command) => {
        // The SDK leaves the answer to the application.
        device.publish(`${topic}_reply`, JSON.stringify({ id: command.id, code: 200, data: {} }));
        resolve(command);
      });
    });
    const answer = await platform
      .client(services.deviceInteract)
      .propertyControlSend(
        { ...key, data: JSON.stringify({ temperature: 28 }), shadowControl: 1, syncTimeout: '60' },
        PATIENT,
      );
    expect(await got).toMatchObject({ method: 'thing.service.property.set', params: { temperature: 28 } });
    expect(answer).toMatchObject({ code: '200' });
    await eventually(async () => {
      const read = await platform
        .client(services.deviceInteract)
        .propertyControlRead({ ...key, msgToken: answer.msgToken });
      expect(read.code).toBe('200');
    });
  });

  test('an asynchronous service reaches onService, and its answer can be read', async () => {
    const got = new Promise<OfficialCommand>((resolve) => {
      device.onService('reboot', (command, reply) => {
        reply({ id: command.id, code: 200, data: {} });
        resolve(command);
      });
    });
    const sent = await platform
      .client(services.deviceInteract)
      .actionSend({ ...key, actionID: 'reboot', inputParams: '{"delay":3}', isAsync: true });
    expect(await got).toMatchObject({ method: 'thing.service.reboot', params: { delay: 3 } });
    await eventually(async () => {
      const read = await platform.client(services.deviceInteract).actionRead({ ...key, msgToken: sent.msgToken });
      expect(read.code).toBe('200');
    });
  });

  backend.needs('callType', () => {
    test('a synchronous service goes as RRPC, and its output comes back to the caller', async () => {
      device.onService('echo', (command, reply) => {
        // Without an id the SDK puts a counter of its own there: only the RRPC message id can match the answer.
        reply({ code: 200, data: { text: `${String(command.params['text'])}!` } }, 'sync');
      });
      const call = { ...key, actionID: 'echo', inputParams: '{"text":"hello"}', option: { requestTimeout: '60' } };
      const answer = await platform.client(services.deviceInteract).actionSend(call, PATIENT);
      expect(answer).toMatchObject({ code: '200' });
      expect(JSON.parse(answer.outputParams)).toEqual({ text: 'hello!' });
    });
  });

  test('a device that does not answer: 2000002; one that is offline: 2000003', async () => {
    device.onProps(() => undefined);
    const control = { ...key, data: JSON.stringify({ temperature: 1 }), shadowControl: 1, syncTimeout: 1 };
    const interact = platform.client(services.deviceInteract);
    await expect(interact.propertyControlSend(control)).rejects.toMatchObject({ code: 2000002 });
    device.end(true);
    await eventually(async () => {
      await expect(interact.propertyControlSend(control)).rejects.toMatchObject({ code: 2000003 });
    });
  });
});
