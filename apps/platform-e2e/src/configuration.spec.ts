/** Remote configuration from an operator to a device and back, with the bytes of SDKs: MQTT, then HTTP with Range. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { services } from '@alink/contract';
import { PLATFORM_START_MS, type SdkDevice } from '@alink/testing';
import { backends } from './backends';
import { DEVICE, DEVICE_SECRET, PRODUCT, type Platform } from './platform';

const CONTENT = '{"interval": 60, "server": "温室-1", "padding": "' + 'x'.repeat(4000) + '"}';
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

interface Told {
  readonly configId: string;
  readonly configSize: number;
  readonly sign: string;
  readonly signMethod: string;
  readonly url: string;
  readonly getType: string;
}

/** One request as the SDKs for C write it, on a connection of its own. */
const httpGet = async (url: string, from: number): Promise<[head: string, body: Buffer]> => {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nRange: bytes=${from}-\r\nContent-Length: 0\r\n\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const answer = Buffer.concat(chunks);
  const end = answer.indexOf('\r\n\r\n');
  return [answer.subarray(0, end).toString(), answer.subarray(end + 4)];
};

/** Half of the file, and then the rest, as after a connection that broke. */
const download = async ({ url, configSize }: Told): Promise<Buffer> => {
  const half = Math.floor(configSize / 2);
  const [head, all] = await httpGet(url, 0);
  expect(head).toMatch(/^HTTP\/1\.1 206 /);
  expect(head.toLowerCase()).toContain(`content-length: ${configSize}`);
  expect(head.toLowerCase()).not.toContain('transfer-encoding');
  const [, rest] = await httpGet(url, half);
  expect(rest).toHaveLength(configSize - half);
  return Buffer.concat([all.subarray(0, half), rest]);
};

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let device: SdkDevice;
  const get = `/sys/${PRODUCT}/${DEVICE}/thing/config/get`;
  const push = `/sys/${PRODUCT}/${DEVICE}/thing/config/push`;

  beforeAll(async () => {
    platform = await backend.start();
    await platform.createManualsDevice();
    device = await platform.connect();
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await device?.end();
    await platform?.stop();
  });

  test('before there is one, a device hears so', async () => {
    await platform.createDevice(PRODUCT, 'dev-early', DEVICE_SECRET);
    const early = await platform.connect(PRODUCT, 'dev-early');
    // As the Link SDK for C 3.x writes it (`ota_lib.c`).
    await early.publish(
      early.topic('thing/config/get'),
      '{"id":"1","version":"1.0","method":"thing.config.get","params":{"configScope":"product","getType":"file"}}',
    );
    expect((await early.waitFor(early.topic('thing/config/get_reply'))).payload.toString()).toBe(
      '{"id":"1","code":6710,"message":"no data","version":"1.0","method":"thing.config.get","data":{}}',
    );
    await early.end();
  });

  test('the device asks, downloads and checks the digest', async () => {
    await platform.client(services.remoteConfig).RemoteConfigCreate({ productID: PRODUCT, content: CONTENT });
    // The Link SDK for C 4.x sends the id as a number and a blank before params.
    await device.publish(get, '{"id":77, "params":{"configScope":"product","getType":"file"}}');
    expect((await device.waitFor(`${get}_reply`)).payload.toString()).toMatch(
      /^\{"id":77,"code":200,"message":"success","version":"1\.0","method":"thing\.config\.get","data":\{"configId":"[^"]+","configSize":\d+,"sign":"[0-9a-f]{64}","signMethod":"Sha256","url":"http:\/\/[^"]+","getType":"file"\}\}$/,
    );
    const reply = await device.request('thing/config/get', { configScope: 'product', getType: 'file' });
    const told = reply.data as unknown as Told;
    const file = await download(told);
    expect(file.toString()).toBe(CONTENT);
    expect([file.length, sha256(file)]).toEqual([told.configSize, told.sign]);
  });

  test('a push reaches the device, whose broken answer ends nothing', async () => {
    const pushed = device.waitFor(push);
    await platform.client(services.remoteConfig).RemoteConfigPushAll({ productID: PRODUCT });
    const { id, method, params } = JSON.parse((await pushed).payload.toString()) as {
      id: string;
      method: string;
      params: Told;
    };
    expect(method).toBe('thing.config.push');
    expect(sha256(await download(params))).toBe(params.sign);
    // As the Link SDK for C 3.x says that it failed: members without braces.
    await device.publish(`${push}_reply`, `"id":"${id}","code":"400","data":{}`);
    await device.publish(`${push}_reply`, `{"id":"${id}","code":200,"data":{}}`);
    expect((await device.post({ temperature: 21 })).code).toBe(200);
  });

  test('no log of the platform holds a token', async () => {
    const { data } = await device.request('thing/config/get', {});
    const token = (data as unknown as Told).url.split('/').at(-1)!;
    expect((await fetch((data as unknown as Told).url)).status).toBe(200);
    expect((await fetch(`${(data as unknown as Told).url}A`)).status).toBe(404);
    expect(platform.output).not.toContain(token);
    expect(platform.output).toContain('/files/***');
  });

  backend.needs('configurations', () => {
    const configurations = () => platform.client(services.configurations);

    test('a device of its own configuration hears that, and a push waits for what it answers', async () => {
      await platform.createDevice(PRODUCT, 'dev-own', DEVICE_SECRET);
      const own = await platform.connect(PRODUCT, 'dev-own');
      const key = { productID: PRODUCT, deviceName: 'dev-own' };
      await configurations().setConfiguration({ ...key, content: '{"own":true}' });
      const { data } = await own.request('thing/config/get', { configScope: 'product', getType: 'content' });
      expect(data).toMatchObject({ getType: 'content', content: { own: true }, configSize: 12 });
      const answered = configurations().pushConfiguration({ ...key, timeout: 10 });
      const { payload } = await own.waitFor(own.topic('thing/config/push'));
      const { id } = JSON.parse(payload.toString()) as { id: string };
      await own.publish(own.topic('thing/config/push_reply'), `{"id":"${id}","code":200,"data":{}}`);
      expect(await answered).toMatchObject({ sent: '1' });
      await own.end();
    });
  });
});
