/** What reaches a device, how often, and what comes back from it. */
import { services } from '@alink/contract';
import { eventually, PATIENCE_MS, PLATFORM_START_MS, SdkDevice, type RawMqtt } from '@alink/testing';
import { backends } from './backends';
import { DEVICE, DEVICE_SECRET, PRODUCT, type Platform } from './platform';
import { rawConnect } from './raw-connect';

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await backend.start();
    await platform.createManualsDevice();
  }, PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  const key = { productID: PRODUCT, deviceName: DEVICE };
  const PATIENT = { deadlineMs: PATIENCE_MS };
  /** Seconds that a slow machine may need for a device's answer. */
  const ANSWER_S = '15';
  const interact = () => platform.client(services.deviceInteract);
  const setProperty = (params: object, more: object = {}) =>
    interact().propertyControlSend(
      { ...key, data: JSON.stringify(params), shadowControl: 1, syncTimeout: ANSWER_S, ...more },
      PATIENT,
    );
  const callService = (actionID: string, inputParams: object, more: object = {}) =>
    interact().actionSend(
      { ...key, actionID, inputParams: JSON.stringify(inputParams), option: { requestTimeout: ANSWER_S }, ...more },
      PATIENT,
    );
  const sendMsg = (topic: string, payload: string) => interact().sendMsg({ topic, payload: Buffer.from(payload) });

  const SET = `/sys/${PRODUCT}/${DEVICE}/thing/service/property/set`;
  const GET = `/${PRODUCT}/${DEVICE}/user/get`;
  const UPDATE = `/${PRODUCT}/${DEVICE}/user/update`;

  /** Connects the device, with an answer to every property set; `extra` goes into its ClientID. */
  const connectDevice = async (
    extra: Record<string, string> = {},
    options: Parameters<Platform['connect']>[3] = {},
  ): Promise<SdkDevice> => {
    const login = platform.login(PRODUCT, DEVICE, DEVICE_SECRET, { extra });
    const device = await SdkDevice.connect({ ...login, ...options });
    device.onPropertySet(({ params }) => ({ code: 200, data: params }));
    // Kept means that the bus has heard of the connection, too: commands find it from now on. unitedrhino's dm sends none
    // before it has heard of it itself.
    await device.publish(UPDATE, 'here');
    await eventually(async () => expect(await platform.isOnline()).toBe(true));
    return device;
  };

  const topicsOf = (device: SdkDevice): string[] => device.received.map(({ topic }) => topic);
  const countOf = (device: SdkDevice, topic: string): number =>
    topicsOf(device).filter((name) => name === topic).length;

  describe('system topics', () => {
    let device: SdkDevice;
    beforeEach(async () => {
      device = await connectDevice();
    });
    afterEach(() => device.end());

    test('are delivered without SUBSCRIBE', async () => {
      expect(await setProperty({ temperature: 20 })).toMatchObject({ code: '200' });
      device.onService('reboot', () => ({ code: 200 }));
      expect(await callService('reboot', { delay: 1 })).toMatchObject({ code: '200' });
      expect((await device.post({ temperature: 20 })).code).toBe(200);
      expect(topicsOf(device)).toEqual([
        SET,
        device.topic('thing/service/reboot'),
        device.topic('thing/event/property/post_reply'),
      ]);
    });

    test('come once, however many filters match', async () => {
      const filters = [
        SET,
        device.topic('thing/service/property/+'),
        device.topic('thing/service/#'),
        device.topic('#'),
      ];
      expect(await device.subscribe(filters, 1)).toEqual([1, 1, 1, 1]);
      expect(await setProperty({ temperature: 21 })).toMatchObject({ code: '200' });
      // The reply to a report follows whatever was sent before it.
      await device.post({ temperature: 21 });
      expect(countOf(device, SET)).toBe(1);
      expect(countOf(device, device.topic('thing/event/property/post_reply'))).toBe(1);
    });

    test('stop with UNSUBSCRIBE, and come again with SUBSCRIBE', async () => {
      await device.subscribe(SET);
      await device.unsubscribe(SET);
      await expect(setProperty({ temperature: 22 })).rejects.toMatchObject(backend.undelivered);
      expect((await device.post({ temperature: 22 })).code).toBe(200);
      expect(countOf(device, SET)).toBe(0);
      await device.subscribe(SET);
      expect(await setProperty({ temperature: 22 })).toMatchObject({ code: '200' });
      expect(countOf(device, SET)).toBe(1);
    });

    test('an UNSUBSCRIBE lasts as long as its connection', async () => {
      await device.unsubscribe(SET);
      await expect(setProperty({ temperature: 23 })).rejects.toMatchObject(backend.undelivered);
      const again = await connectDevice();
      expect(await setProperty({ temperature: 23 })).toMatchObject({ code: '200' });
      await again.end();
    });
  });

  backend.needs('callType', () => {
    describe('synchronous services', () => {
      test.each([
        [
          'rrpc/request/{id} where the ClientID has no ext',
          {},
          new RegExp(`^/sys/${PRODUCT}/${DEVICE}/rrpc/request/\\d+$`),
        ],
        [
          'rrpc/request/{id} where bit 0 of ext is 0',
          { ext: '2' },
          new RegExp(`^/sys/${PRODUCT}/${DEVICE}/rrpc/request/\\d+$`),
        ],
        [
          '/ext/rrpc/{id}/{topic} where bit 0 of ext is 1',
          { ext: '3', _ss: '1' },
          new RegExp(`^/ext/rrpc/\\d+/sys/${PRODUCT}/${DEVICE}/thing/service/echo$`),
        ],
      ])('go by %s', async (_form, extra: Record<string, string>, topic) => {
        const device = await connectDevice(extra);
        device.onService('echo', ({ params }) => ({ data: { text: `${String(params['text'])}!` } }));
        const answer = await callService('echo', { text: 'hello' });
        expect(answer).toMatchObject({ code: '200' });
        expect(JSON.parse(answer.outputParams)).toEqual({ text: 'hello!' });
        // The answer has, in one form, the topic of the call; it does not come back.
        await device.post({ temperature: 20 });
        expect(topicsOf(device)).toEqual([
          expect.stringMatching(topic),
          device.topic('thing/event/property/post_reply'),
        ]);
        await device.end();
      });

      test.each([
        ['rrpc/request/{id}', {}],
        ['/ext/rrpc/{id}/{topic}', { ext: '1' }],
      ])('an answer that is late for its caller is recorded: %s', async (_form, extra: Record<string, string>) => {
        const device = await connectDevice(extra);
        const call = callService('echo', { text: 'slow' }, { option: { requestTimeout: '1' } });
        const callerGaveUp = expect(call).rejects.toMatchObject({ code: 2000002 });
        device.onService('echo', async ({ params }) => {
          await callerGaveUp;
          return { data: params };
        });
        await callerGaveUp;
        await eventually(() => expect(device.received).toHaveLength(1));
        const { payload } = device.received[0]!;
        const { id: msgToken } = JSON.parse(payload.toString()) as { id: string };
        await eventually(async () => {
          const read = await interact().actionRead({ ...key, msgToken });
          expect(read).toMatchObject({ code: '200' });
          expect(JSON.parse(read.outputParams)).toEqual({ text: 'slow' });
        });
        await device.end();
      });
    });
  });

  describe('propertyGetReportSend', () => {
    const ask = () => interact().propertyGetReportSend({ ...key, dataIDs: ['temperature'] }, PATIENT);

    test('gives the values that the device answers', async () => {
      const device = await connectDevice();
      device.onService('property.get', ({ params }) => ({ data: { temperature: 19.5, asked: params } }));
      // An answer that takes longer than dm waits is replaced by the stored values.
      await eventually(async () => {
        const answer = await ask();
        expect(answer).toMatchObject({ code: '200' });
        expect(JSON.parse(answer.params)).toMatchObject({ temperature: 19.5 });
      });
      const request = JSON.parse(device.received[0]!.payload.toString()) as object;
      expect(device.received[0]!.topic).toBe(device.topic('thing/service/property/get'));
      expect(request).toMatchObject({ method: 'thing.service.property.get', params: ['temperature'] });
      await device.end();
    });

    backend.needs('storedOnSilence', () => {
      test('falls back to the stored values when the device does not answer', async () => {
        const device = await connectDevice();
        const time = Date.now();
        await device.post({ temperature: { value: 18.25, time } });
        await eventually(async () => expect(await platform.latest('temperature')).toBe(18.25));
        const answer = await ask();
        expect(answer).toMatchObject({ code: '200', timestamp: String(time) });
        expect(JSON.parse(answer.params)).toEqual({ temperature: 18.25 });
        await device.end();
      });
    });

    test('says that a device is offline', async () => {
      await eventually(async () => expect(await platform.isOnline()).toBe(false));
      await eventually(async () => await expect(ask()).rejects.toMatchObject({ code: 2000003 }));
    });
  });

  describe('custom topics', () => {
    let device: SdkDevice;
    beforeEach(async () => {
      device = await connectDevice();
    });
    afterEach(() => device.end());

    backend.needs('sendMsg', () => {
      test('sendMsg reaches a device that has subscribed the topic, and no other', async () => {
        await expect(sendMsg(GET, 'too early')).rejects.toMatchObject({
          code: 2000003,
          message: expect.stringMatching(/subscribe/),
        });
        expect(await device.subscribe(GET, 1)).toEqual([1]);
        await sendMsg(GET, 'in time');
        await device.waitFor(GET);
        await device.unsubscribe(GET);
        await expect(sendMsg(GET, 'too late')).rejects.toMatchObject({ code: 2000003 });
        expect(device.received.map(({ payload }) => payload.toString())).toEqual(['in time']);
      });

      test('sendMsg refuses an uplink topic', async () => {
        await expect(sendMsg(device.topic('thing/event/property/post'), '{}')).rejects.toMatchObject({ code: 100006 });
      });

      test('bytes that are no text arrive as they are', async () => {
        const bytes = Buffer.from([0, 255, 128, 10, 195, 40]);
        await device.subscribe(GET);
        await interact().sendMsg({ topic: GET, payload: bytes });
        expect((await device.waitFor(GET)).payload.equals(bytes)).toBe(true);
      });
    });

    backend.needs('sendMsg', () => {
      const FREE = Buffer.from([0x4f, 0x4b, 0, 0xff]);
      /** Calls, has the device answer with bytes that are no JSON, and gives what the caller hears. */
      const call = async (on: SdkDevice, topic: string, answerOn = topic): Promise<unknown[]> => {
        const heard: unknown[] = [];
        const called = interact().sendMsg(
          { topic, payload: Buffer.from('hi') },
          { ...PATIENT, onTrailer: (trailer) => heard.push(...trailer.get('rrpc-response-bin')) },
        );
        const { payload } = await on.waitFor(topic);
        expect(payload.toString()).toBe('hi');
        await on.publish(answerOn, FREE, 0);
        await called;
        return heard;
      };

      test('a synchronous call hands over bytes that are no JSON', async () => {
        const request = device.topic('rrpc/request/77');
        expect(await call(device, request, device.topic('rrpc/response/77'))).toEqual([FREE]);
      });

      test('a synchronous call on a custom topic reaches who has subscribed that alone, with _ss=1', async () => {
        await device.end();
        device = await connectDevice({ ext: '3', _ss: '1' });
        await device.subscribe(GET);
        expect(await call(device, `/ext/rrpc/78${GET}`)).toEqual([FREE]);
      });
    });

    test("a device's own publish comes back where it has subscribed, once", async () => {
      await device.publish(UPDATE, 'unheard');
      await device.subscribe([UPDATE, `/${PRODUCT}/${DEVICE}/user/#`, `/${PRODUCT}/${DEVICE}/user/+`]);
      await device.publish(UPDATE, 'heard');
      await device.waitFor(UPDATE);
      await device.post({ temperature: 1 });
      expect(device.received.filter(({ topic }) => topic === UPDATE).map(({ payload }) => payload.toString())).toEqual([
        'heard',
      ]);
    });

    test('its replies on system topics do not come back', async () => {
      await device.subscribe([device.topic('thing/service/#'), device.topic('#')]);
      expect(await setProperty({ temperature: 24 })).toMatchObject({ code: '200' });
      await device.post({ temperature: 24 });
      expect(topicsOf(device)).toEqual([SET, device.topic('thing/event/property/post_reply')]);
    });
  });

  /** A connection of the manual's device that has just got its CONNACK. */
  const connectRaw = async (): Promise<RawMqtt> => {
    const raw = await rawConnect(platform.login(PRODUCT, DEVICE, DEVICE_SECRET));
    expect((await raw.next('connack')).returnCode).toBe(0);
    return raw;
  };
  const POST = `/sys/${PRODUCT}/${DEVICE}/thing/event/property/post`;

  test('a report right behind the CONNACK is answered', async () => {
    const publish = { cmd: 'publish', topic: POST, payload: 'no json', qos: 0, dup: false, retain: false } as const;
    for (let n = 0; n < 100; n++) {
      const raw = await connectRaw();
      raw.send(publish);
      expect((await raw.next('publish')).topic).toBe(`${POST}_reply`);
      await raw.close();
    }
  });

  test('PUBACKs come in the order of the PUBLISHes, good and bad ones mixed', async () => {
    const raw = await connectRaw();
    const kinds = [
      { topic: POST, payload: '{"id":"1","params":{"temperature":25}}' },
      { topic: POST, payload: 'no json' },
      { topic: `/sys/${PRODUCT}/somebody/thing/event/property/post`, payload: '{}' },
      { topic: UPDATE, payload: Buffer.alloc(2000) },
      { topic: `/sys/${PRODUCT}/${DEVICE}/thing/event/highTemperature/post`, payload: '{"id":"2"}' },
    ];
    const ids = Array.from({ length: 60 }, (_, n) => n + 1);
    for (const messageId of ids) {
      raw.send({ cmd: 'publish', ...kinds[messageId % kinds.length]!, qos: 1, dup: false, retain: false, messageId });
    }
    const acknowledged: (number | undefined)[] = [];
    while (acknowledged.length < ids.length) acknowledged.push((await raw.next('puback')).messageId);
    expect(acknowledged).toEqual(ids);
    await raw.close();
  });

  test('a client of MQTT 3.1 does all that one of 3.1.1 does', async () => {
    const device = await connectDevice({}, { protocolVersion: 3 });
    expect((await device.post({ temperature: 16.5 })).code).toBe(200);
    await eventually(async () => expect(await platform.latest('temperature')).toBe(16.5));
    expect(await device.subscribe([GET, UPDATE], 1)).toEqual([1, 1]);
    await device.publish(UPDATE, 'hello');
    await device.waitFor(UPDATE);
    expect(await setProperty({ temperature: 26 })).toMatchObject({ code: '200' });
    await device.end();
  });

  backend.needs('sendMsg', () => {
    test('and is sent custom messages', async () => {
      const device = await connectDevice({}, { protocolVersion: 3 });
      expect(await device.subscribe(GET, 1)).toEqual([1]);
      await sendMsg(GET, 'hello');
      await device.waitFor(GET);
      await device.end();
    });
  });

  backend.needs('sendMsg', () => {
    test('a persistent session keeps its custom subscriptions, also under another timestamp', async () => {
      const first = await connectDevice({}, { clean: false });
      await first.subscribe(GET, 1);
      await first.end();
      const second = await connectDevice({}, { clean: false });
      await sendMsg(GET, 'still subscribed');
      expect((await second.waitFor(GET)).payload.toString()).toBe('still subscribed');
      await second.end();
      const clean = await connectDevice();
      await expect(sendMsg(GET, 'forgotten')).rejects.toMatchObject({ code: 2000003 });
      await clean.end();
      const third = await connectDevice({}, { clean: false });
      await expect(sendMsg(GET, 'forgotten for good')).rejects.toMatchObject({ code: 2000003 });
      await third.end();
    });
  });
});
