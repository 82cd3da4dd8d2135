import {
  decodeDevicePublish,
  encodeDevicePublish,
  readDevicePublish,
  writeDevicePublish,
  type DevicePublish,
} from './device-publish';
import { decodeEnvelope, encodeEnvelope } from './envelope';

describe('device publish', () => {
  const publish: DevicePublish = {
    topic: '/sys/aliyun_test_01/dev001/thing/event/property/post',
    handle: 'thing',
    type: 'property',
    payload: Buffer.from('{"method":"report","params":{"温度":25.5}}'),
    timestamp: 1778593628940,
    productID: 'aliyun_test_01',
    deviceName: 'dev001',
    explain: '',
    protocolCode: 'aliyunMqtt',
  };

  test('carries its payload as base64', () => {
    expect(JSON.parse(encodeDevicePublish(publish))).toEqual({
      ...publish,
      payload: publish.payload.toString('base64'),
    });
  });

  test('comes back as it was, whatever its bytes', () => {
    for (const payload of [publish.payload, Buffer.alloc(0), Buffer.from([0, 255, 128, 10])]) {
      expect(decodeDevicePublish(encodeDevicePublish({ ...publish, payload }))).toEqual({ ...publish, payload });
    }
  });

  test('without bytes may have a null for them', () => {
    const text = encodeDevicePublish(publish).replace(/"payload":"[^"]*"/, '"payload":null');
    expect(decodeDevicePublish(text)).toEqual({ ...publish, payload: Buffer.alloc(0) });
  });

  test('goes through an envelope', () => {
    const { data } = decodeEnvelope(encodeEnvelope(encodeDevicePublish(publish), 1));
    expect(decodeDevicePublish(data)).toEqual(publish);
  });

  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"productID":"p","payload":""}',
    '{"deviceName":"d","payload":""}',
    '{"productID":"p","deviceName":"d"}',
    '{"productID":"p","deviceName":"d","payload":{"a":1}}',
  ])('%j is none', (data) => {
    expect(() => decodeDevicePublish(data)).toThrow(/JSON|device publish/);
  });
});

describe('a device publish as a NATS message', () => {
  const named = { productID: 'aliyun_test_01', deviceName: 'dev001', handle: 'thing', type: 'property' } as const;

  test('has its body as JSON, and says whose protocol it is', () => {
    const body = { method: 'control', params: { 温度: 25.5 } };
    expect(readDevicePublish(Buffer.from(writeDevicePublish({ ...named, body }, 7)))).toEqual({
      ...named,
      topic: '',
      explain: '',
      timestamp: 7,
      protocolCode: 'aliyunMqtt',
      payload: Buffer.from(JSON.stringify(body)),
    });
  });

  test('for a node of another protocol says so', () => {
    const text = writeDevicePublish({ ...named, body: {}, protocolCode: 'other' }, 7);
    expect(readDevicePublish(Buffer.from(text)).protocolCode).toBe('other');
  });

  test('has bytes as they are, and the one who asked', () => {
    const body = Buffer.from([0, 255]);
    const text = writeDevicePublish({ ...named, topic: '/a/b/user/get', body, explain: 'why' }, 7, {
      user: { UserID: '1' },
    });
    expect(readDevicePublish(Buffer.from(text))).toMatchObject({
      topic: '/a/b/user/get',
      payload: body,
      explain: 'why',
    });
    expect(decodeEnvelope(text).userCtx).toEqual({ UserID: '1' });
  });
});
