/** Several samples in one message, and the thing model that a device asks for, from the device to gRPC. */
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS, type SdkDevice } from '@alink/testing';
import { importThingModel, type ThingModel } from '@alink/thing-model';
import { backends } from './backends';
import { DEVICE, PRODUCT, TSL, type Platform } from './platform';

const BATCH = 'thing/event/property/batch/post';
const HISTORY = 'thing/event/property/history/post';
const PACK = 'thing/event/property/pack/post';
const key = { productID: PRODUCT, deviceName: DEVICE };

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let device: SdkDevice;
  beforeAll(async () => {
    platform = await backend.start();
    await platform.createManualsDevice();
    device = await platform.connect();
    await eventually(async () => expect(await platform.isOnline()).toBe(true));
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await device?.end();
    await platform?.stop();
  });

  /** Times of now and of some seconds before it, in whole seconds: every backend keeps those. */
  const secondsAgo = (seconds: number): number => (Math.floor(Date.now() / 1000) - seconds) * 1000;
  const eventsOf = async (): Promise<unknown[]> => {
    const { list } = await platform.client(services.deviceMsg).eventLogIndex(key);
    return list.map(({ dataID, type, params }) => [dataID, type, JSON.parse(params) as unknown]);
  };

  test('a batch is every sample of it, and the newest is the current value', async () => {
    const reply = await device.request(BATCH, {
      properties: {
        temperature: [20, 21, 22].map((value, at) => ({ value, time: secondsAgo(90 - at) })),
        humidity: [{ value: 40, time: secondsAgo(90) }],
      },
      events: { highTemperature: [{ value: { temperature: 99 }, time: secondsAgo(90) }] },
    });
    expect(reply).toMatchObject({ code: 200, message: 'success', method: 'thing.event.property.batch.post', data: {} });
    await eventually(async () => {
      expect((await platform.history('temperature')).sort()).toEqual([20, 21, 22]);
      expect(await platform.latest('temperature')).toBe(22);
      expect(await platform.latest('humidity')).toBe(40);
      expect(await eventsOf()).toEqual([['highTemperature', 'alert', { temperature: 99 }]]);
    });
  });

  test('history is kept, and of a batch and of history the valid part', async () => {
    const reply = await device.request(HISTORY, [
      {
        identity: { productKey: PRODUCT, deviceName: DEVICE },
        properties: [
          { label: { value: 'old', time: secondsAgo(3600) } },
          { label: { value: 7, time: secondsAgo(3601) }, unknown: { value: 1, time: secondsAgo(3601) } },
        ],
        events: [],
      },
    ]);
    expect(reply).toMatchObject({ code: 200, data: { unknown: 'tsl parse: params not exist' } });
    await eventually(async () => expect(await platform.latest('label')).toBe('old'));
  });

  backend.needs('history', () => {
    test('history moves no current value that is newer', async () => {
      await device.post({ light: { value: 1, time: secondsAgo(10) } });
      await eventually(async () => expect(await platform.latest('light')).toBe(1));
      const properties = [{ light: { value: 0, time: secondsAgo(20) } }];
      expect(await device.request(HISTORY, [{ properties }])).toMatchObject({ code: 200 });
      await eventually(async () => expect(await platform.history('light')).toHaveLength(2));
      expect(await platform.latest('light')).toBe(1);
    });
  });

  test('a pack is kept whole or not at all', async () => {
    const before = await eventsOf();
    const event = { highTemperature: { value: { temperature: 98 }, time: secondsAgo(5) } };
    const refused = [
      { properties: { humidity: { value: 41 }, unknown: 1 }, events: event },
      { properties: { humidity: { value: 42 } }, events: { ...event, unknown: { value: {} } } },
      {
        properties: { humidity: { value: 43 } },
        subDevices: [
          { identity: { productKey: PRODUCT, deviceName: 'other' }, properties: { humidity: { value: 1 } } },
        ],
      },
    ];
    const codes = [];
    for (const params of refused) codes.push((await device.request(PACK, params)).code);
    expect(codes).toEqual([6320, 6304, 6401]);
    const good = { properties: { humidity: { value: 44, time: secondsAgo(4) } }, events: event };
    expect(await device.request(PACK, good)).toMatchObject({ code: 200 });
    await eventually(async () => expect(await platform.latest('humidity')).toBe(44));
    expect((await platform.history('humidity')).sort()).toEqual([40, 44]);
    expect(await eventsOf()).toHaveLength(before.length + 1);
  });

  test('the Link SDK for C 4.x numbers its messages in the topic, and hears replies on the topic alone', async () => {
    // Byte for byte as aiot_dm_api.c writes it: a member `sys`, and no method.
    const value = `{"value":51,"time":${secondsAgo(3)}}`;
    const batch = (id: string, ack: number) =>
      `{"id":"${id}","version":"1.0","params":{"properties":{"humidity":[${value}]}},"sys":{"ack":${ack}}}`;
    const topic = device.topic(BATCH);
    device.received.length = 0;
    await device.publish(`${topic}?_rid=17000000000001234`, batch('2001', 0));
    await device.publish(`${topic}?_rid=17000000000001235`, batch('2002', 1), 0);
    const { payload } = await device.waitFor(`${topic}_reply`);
    expect(payload.toString()).toBe(
      '{"id":"2002","code":200,"message":"success","version":"1.0","method":"thing.event.property.batch.post","data":{}}',
    );
    expect(device.received).toHaveLength(1);
    await eventually(async () => expect(await platform.history('humidity')).toContain(51));
  });

  test('the thing model that a device asks for is that of its product', async () => {
    const { code, data } = await device.request('thing/dsltemplate/get', {});
    expect(code).toBe(200);
    expect(data).toMatchObject({ profile: { productKey: PRODUCT }, link: `/sys/${PRODUCT}/${DEVICE}/thing/` });
    expect(identifiersOf(importThingModel(data).model)).toEqual(identifiersOf(importThingModel(TSL).model));
    const parts = await device.request('thing/dynamicTsl/get', { nodes: ['type', 'identifier'], addDefault: false });
    expect(parts.data).toMatchObject({
      events: [{ identifier: 'highTemperature', type: 'alert' }],
      properties: expect.arrayContaining([{ identifier: 'temperature', dataType: { type: expect.any(String) } }]),
    });
  });
});

const identifiersOf = ({ properties, events, services: calls }: ThingModel): string[] =>
  [...properties, ...events, ...calls].map(({ kind, identifier }) => `${kind} ${identifier}`).sort();
