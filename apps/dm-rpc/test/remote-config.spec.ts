/** Configurations: their versions, who is told what, and the files behind the URLs. */
import { createHash } from 'node:crypto';
import { Code, PROTOCOL_CODE, readDevicePublish, subjects } from '@alink/contract';
import { eventually } from '@alink/testing';
import { CommandBed } from './command-bed';
import {
  DEVICE,
  FILES,
  NAMES,
  PRODUCT,
  rpcError,
  sendStatus,
  sendUplink,
  startBeside,
  startDm,
  type DmFixture,
} from './dm-fixture';

let fixture: DmFixture;
let bed: CommandBed;
beforeAll(async () => {
  fixture = await startDm();
});
afterAll(() => fixture?.stop());
beforeEach(async () => {
  bed = await CommandBed.prepare(fixture);
});
afterEach(() => bed.clear());

const CONTENT = '{"interval": 60,\n "server":"温室"}';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const of = { productID: PRODUCT };

interface Told {
  readonly configId: string;
  readonly configSize: number;
  readonly sign: string;
  readonly url?: string;
  readonly content?: unknown;
}

const ask = async (deviceName = DEVICE, body: object = { scope: 'product', form: 'file' }, dm = fixture) => {
  const question = { ...NAMES, deviceName, kind: 'config.get', body: JSON.stringify(body) };
  const { replies } = await dm.requests.ask({ questions: [question] });
  const [{ code, message, data } = { code: '', message: '', data: '' }] = replies;
  return { code: Number(code), message, data: (data ? JSON.parse(data) : undefined) as Told };
};

const download = async (url: string | undefined): Promise<string> => {
  const { content, type } = await fixture.files.readFile({ token: url!.slice(`${FILES}/files/`.length) });
  expect(type).toBe('application/json');
  return Buffer.from(content).toString();
};

describe('versions', () => {
  test('each is kept, and the latest is in force', async () => {
    const { remoteConfig } = fixture;
    await remoteConfig.RemoteConfigCreate({ ...of, content: '{"a":1}' });
    await remoteConfig.RemoteConfigCreate({ ...of, content: CONTENT });
    const { list, total } = await remoteConfig.RemoteConfigIndex({ ...of, page: { page: 1, size: 10 } });
    expect(list.map(({ content }) => content)).toEqual([CONTENT, '{"a":1}']);
    expect(total).toBe('2');
    const { info } = await remoteConfig.RemoteConfigLastRead(of);
    expect(info).toEqual(list[0]);
    expect(info).toMatchObject({ ...of, content: CONTENT, createdTime: expect.stringMatching(/^\d{10}$/) });
  });

  test('of a product without one the last is empty, with the id 0; an empty one is an empty object', async () => {
    const { remoteConfig } = fixture;
    const none = { id: '0', ...of, content: '', createdTime: '0' };
    expect((await remoteConfig.RemoteConfigLastRead(of)).info).toEqual(none);
    await remoteConfig.RemoteConfigCreate({ ...of, content: '' });
    expect((await remoteConfig.RemoteConfigLastRead(of)).info).toMatchObject({ content: '{}' });
  });

  test('a list without a product holds those of all, and none of single devices', async () => {
    const { remoteConfig, configurations } = fixture;
    await configurations.setConfiguration({ ...NAMES, content: '[1]' });
    await remoteConfig.RemoteConfigCreate({ ...of, content: '{"a":1}' });
    expect((await remoteConfig.RemoteConfigIndex({})).list.map(({ content }) => content)).toEqual(['{"a":1}']);
    expect((await remoteConfig.RemoteConfigIndex({ productID: 'nosuch' })).list).toEqual([]);
  });

  test('a device’s own stands before that of its product, until it is withdrawn', async () => {
    const { configurations } = fixture;
    const shared = await configurations.setConfiguration({ ...of, content: '{"of":"product"}' });
    expect(await configurations.readConfiguration(NAMES)).toEqual({ ...shared, deviceName: '' });
    const own = await configurations.setConfiguration({ ...NAMES, content: CONTENT });
    expect(own).toMatchObject({ ...NAMES, size: String(Buffer.byteLength(CONTENT)), sign: sha256(CONTENT) });
    expect(await configurations.readConfiguration(NAMES)).toEqual(own);
    const gone = await configurations.setConfiguration({ ...NAMES, content: '' });
    expect(await configurations.readConfiguration(NAMES)).toEqual(shared);
    const { list, total } = await configurations.listConfigurations({ ...NAMES, size: 1 });
    expect(list).toEqual([gone]);
    expect(total).toBe('2');
    const older = await configurations.listConfigurations({ ...NAMES, page: 2, size: 1 });
    expect(older.list).toEqual([{ ...own, content: '' }]);
  });

  test.each([
    ['no JSON', '{"a":', 'content is not valid JSON'],
    ['a JSON that is no object', '"text"', 'content must be a JSON object or array'],
    ['null', 'null', 'content must be a JSON object or array'],
    ['more than 64 KB', JSON.stringify(['温'.repeat(22_000)]), 'content must have at most 65536 bytes'],
    [
      'what is nested without end',
      `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
      'content holds text that cannot be kept',
    ],
  ])('%s is refused, and nothing is kept', async (_name, content, message) => {
    const refused = rpcError(Code.parameter, message);
    await expect(fixture.remoteConfig.RemoteConfigCreate({ ...of, content })).rejects.toThrow(refused);
    await expect(fixture.configurations.setConfiguration({ ...NAMES, content })).rejects.toThrow(refused);
    expect((await fixture.remoteConfig.RemoteConfigIndex({})).total).toBe('0');
  });

  test('64 KB are kept byte for byte', async () => {
    const content = JSON.stringify(['x'.repeat(65_532)]);
    await fixture.remoteConfig.RemoteConfigCreate({ ...of, content });
    expect(await download((await ask()).data.url)).toBe(content);
  });

  test('of what does not exist nothing is kept', async () => {
    const { remoteConfig, configurations } = fixture;
    const wrong = rpcError(Code.parameter, 'product nosuch does not exist');
    await expect(remoteConfig.RemoteConfigCreate({ productID: 'nosuch', content: '{}' })).rejects.toThrow(wrong);
    const noDevice = { ...NAMES, deviceName: 'nosuch' };
    await expect(configurations.setConfiguration({ ...noDevice, content: '{}' })).rejects.toThrow(
      rpcError(Code.notFound, 'device nosuch'),
    );
    await expect(configurations.readConfiguration(NAMES)).rejects.toThrow(
      rpcError(Code.notFound, `a configuration for device ${DEVICE} of product ${PRODUCT}`),
    );
    await expect(configurations.readConfiguration({ productID: 'nosuch' })).rejects.toThrow(
      rpcError(Code.notFound, 'product nosuch'),
    );
  });

  test('they go with their device, and with their product; who set them stands in the audit log', async () => {
    const { configurations, devices, products, admin, db } = fixture;
    await configurations.setConfiguration({ ...NAMES, content: CONTENT });
    await configurations.setConfiguration({ ...of, content: CONTENT });
    await devices.deviceInfoDelete(NAMES);
    expect(await db.prisma.remoteConfig.count()).toBe(1);
    await products.productInfoUpdate({ ...of, status: 2 });
    await products.productInfoDelete(of);
    expect(await db.prisma.remoteConfig.count()).toBe(0);
    const { list } = await admin.auditLogIndex({ productID: PRODUCT });
    const [, own] = list.filter(({ action }) => action === 'config.set');
    expect(own).toMatchObject({ deviceName: DEVICE });
    expect(own!.detail).toContain(sha256(CONTENT));
    expect(own!.detail).not.toContain('interval');
  });
});

describe('a device that asks', () => {
  test('hears where the file is, and the file is what was set', async () => {
    await fixture.configurations.setConfiguration({ ...of, content: CONTENT });
    const { code, data } = await ask();
    expect(code).toBe(200);
    expect(data).toMatchObject({ configSize: Buffer.byteLength(CONTENT), sign: sha256(CONTENT) });
    expect(data.configId).toMatch(/^\d+$/);
    expect(data.url).toMatch(/^http:\/\/iot\.example\.com\/files\/[\w.-]+$/);
    expect(await download(data.url)).toBe(CONTENT);
  });

  test('hears the configuration itself where it asks for that', async () => {
    await fixture.configurations.setConfiguration({ ...of, content: CONTENT });
    const { data } = await ask(DEVICE, { scope: 'product', form: 'content' });
    expect(data.content).toEqual(JSON.parse(CONTENT));
    expect(data.url).toBeUndefined();
  });

  test('hears its own even where that of another one, asked for at once, cannot be written', async () => {
    await createMore('dev002');
    await fixture.configurations.setConfiguration({ ...NAMES, deviceName: 'dev002', content: CONTENT });
    const { configId } = await fixture.configurations.setConfiguration({ ...NAMES, content: CONTENT });
    // As an earlier version took it.
    const content = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    await fixture.db.prisma.remoteConfig.update({ where: { id: BigInt(configId) }, data: { content } });
    const body = JSON.stringify({ scope: 'product', form: 'content' });
    const questions = [DEVICE, 'dev002'].map((deviceName) => ({ ...NAMES, deviceName, kind: 'config.get', body }));
    const { replies } = await fixture.requests.ask({ questions });
    expect(replies.map(({ code }) => code)).toEqual(['500', '200']);
  });

  test('hears its own first, and only that where it asks for its own', async () => {
    await createMore('dev002');
    await fixture.configurations.setConfiguration({ ...of, content: '{"of":"product"}' });
    await fixture.configurations.setConfiguration({ ...NAMES, content: '{"of":"device"}' });
    const content = async (deviceName: string, scope: string) =>
      (await ask(deviceName, { scope, form: 'content' })).data?.content;
    expect(await content(DEVICE, 'product')).toEqual({ of: 'device' });
    expect(await content(DEVICE, 'device')).toEqual({ of: 'device' });
    expect(await content('dev002', 'product')).toEqual({ of: 'product' });
    expect((await ask('dev002', { scope: 'device', form: 'content' })).code).toBe(6710);
  });

  test('hears why there is none', async () => {
    expect((await ask()).code).toBe(6710);
    expect((await ask('nobody')).code).toBe(6100);
    expect((await ask(DEVICE, { scope: 'world', form: 'file' })).code).toBe(460);
    await fixture.configurations.setConfiguration({ ...of, content: CONTENT });
    await fixture.devices.deviceInfoUpdate({ ...NAMES, isEnable: 2 });
    expect((await ask()).code).toBe(6204);
  });

  test('of a product whose switch is off hears that the function is', async () => {
    await fixture.configurations.setConfiguration({ ...of, content: CONTENT });
    await fixture.products.productInfoUpdate({ ...of, protocolConf: { remoteConfig: 'off' } });
    expect((await ask()).code).toBe(6713);
    const off = rpcError(Code.notEnabled, 'switched off');
    await expect(fixture.configurations.pushConfiguration(of)).rejects.toThrow(off);
    await expect(fixture.configurations.pushConfiguration({ ...of, deviceName: DEVICE })).rejects.toThrow(off);
    await expect(fixture.remoteConfig.RemoteConfigPushAll(of)).rejects.toThrow(off);
    await fixture.products.productInfoUpdate({ ...of, protocolConf: { remoteConfig: 'on' } });
    expect((await ask()).code).toBe(200);
  });

  test('hears the same of a dm that does not know where files are; the text itself it can tell', async () => {
    const beside = await startBeside(fixture, { filesBaseUrl: null });
    await fixture.configurations.setConfiguration({ ...of, content: CONTENT });
    const { code, message } = await ask(DEVICE, undefined, beside);
    expect([code, message]).toEqual([6713, expect.stringContaining('FILES_BASE_URL is not set')]);
    expect((await ask(DEVICE, { scope: 'product', form: 'content' }, beside)).code).toBe(200);
    await expect(beside.configurations.pushConfiguration(of)).rejects.toThrow(rpcError(Code.notEnabled, 'FILES_BASE'));
    await beside.stop();
  });
});

describe('the file of a token', () => {
  test('is told by any instance, for a day and no longer', async () => {
    let now = Date.now();
    const beside = await startBeside(fixture, { now: () => now });
    await fixture.configurations.setConfiguration({ ...of, content: CONTENT });
    const { url = '' } = (await ask(DEVICE, undefined, beside)).data;
    const token = url.slice(`${FILES}/files/`.length);
    now += 24 * 3600 * 1000 - 1000;
    expect(Buffer.from((await beside.files.readFile({ token })).content).toString()).toBe(CONTENT);
    now += 3600 * 1000 + 1000;
    const gone = rpcError(Code.notFound, 'such a file does not exist');
    await expect(beside.files.readFile({ token })).rejects.toThrow(gone);
    await beside.stop();
  });

  test('is none for a token that nobody has made, and says nothing of it', async () => {
    await fixture.configurations.setConfiguration({ ...of, content: CONTENT });
    const { url = '' } = (await ask()).data;
    const token = url.slice(`${FILES}/files/`.length);
    const gone = rpcError(Code.notFound, 'such a file does not exist');
    for (const wrong of [token.replace(/^c/, 'c1'), `${token.slice(0, -2)}AA`, '', 'c1', '../etc']) {
      await expect(fixture.files.readFile({ token: wrong })).rejects.toThrow(gone);
    }
    await fixture.db.prisma.remoteConfig.deleteMany();
    await expect(fixture.files.readFile({ token })).rejects.toThrow(gone);
    expect(fixture.logged.join('\n')).not.toContain(token);
  });
});

describe('a push', () => {
  const push = (over: object = {}) => fixture.configurations.pushConfiguration({ ...NAMES, ...over });

  test('asks one device whether it has taken it, with what is in force for it', async () => {
    await fixture.configurations.setConfiguration({ ...of, content: CONTENT });
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    await bed.login();
    expect(await push()).toEqual({ configId: (await ask()).data.configId, sent: '1' });
    const message = got[0]!.message as unknown as { params: Told };
    expect(message).toMatchObject({ method: 'request', path: 'thing/config/push' });
    expect(Object.keys(message.params)).toEqual(['configId', 'configSize', 'sign', 'signMethod', 'url', 'getType']);
    expect(await download(message.params.url)).toBe(CONTENT);
    expect(await bed.commandLog()).toMatchObject([
      {
        action: 'configurationPush',
        dataID: 'thing/config/push',
        resultCode: '200',
        content: expect.stringContaining('/files/***'),
      },
    ]);
  });

  test('tells the configuration itself where that is wished', async () => {
    await fixture.configurations.setConfiguration({ ...NAMES, content: CONTENT });
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    await bed.login();
    await push({ form: 'CONTENT' });
    expect(got[0]!.message).toMatchObject({ params: { getType: 'content', content: JSON.parse(CONTENT) } });
  });

  test('says what the device says, and that it is not there', async () => {
    await fixture.configurations.setConfiguration({ ...of, content: CONTENT });
    await expect(push()).rejects.toThrow(rpcError(Code.deviceOffline, ''));
    bed.nodeAnswers(() => ({ code: 400, msg: 'busy' }));
    await bed.login();
    await expect(push()).rejects.toThrow(rpcError(Code.deviceError, 'the device answered 400: busy'));
  });

  test('of a product goes to those online that have none of their own; answers complete their records', async () => {
    await createMore('dev002', 'dev003', 'dev004');
    const online = (deviceName: string) => sendStatus(fixture.bus, { action: 'connected' }, { ...NAMES, deviceName });
    await Promise.all([DEVICE, 'dev002', 'dev003'].map(online));
    const isThere = (deviceName: string) => fixture.devices.deviceInfoRead({ ...NAMES, deviceName });
    await eventually(async () => expect(await isThere('dev003')).toMatchObject({ isOnline: '1' }));
    await fixture.configurations.setConfiguration({ ...of, content: CONTENT });
    await fixture.configurations.setConfiguration({ ...NAMES, deviceName: 'dev002', content: '{"own":1}' });
    const sent: [string, Record<string, unknown>][] = [];
    const listening = fixture.bus.subscribe(`device.down.${PROTOCOL_CODE}.>`, ({ data }) => {
      const { deviceName, payload } = readDevicePublish(data);
      sent.push([deviceName, JSON.parse(payload.toString()) as Record<string, unknown>]);
    });
    expect(await push({ deviceName: '' })).toMatchObject({ sent: '2' });
    await eventually(() => expect(sent.map(([name]) => name).sort()).toEqual([DEVICE, 'dev003']));
    await fixture.remoteConfig.RemoteConfigPushAll(of);
    await eventually(() => expect(sent).toHaveLength(4));
    listening.unsubscribe();
    const [, message] = sent.find(([name]) => name === DEVICE)!;
    expect(message).toMatchObject({ method: 'request', path: 'thing/config/push', params: { sign: sha256(CONTENT) } });
    expect((await bed.commandLog()).map(({ resultCode }) => resultCode)).toEqual(['2000002', '2000002']);
    const msgToken = String(message['msgToken']);
    await sendUplink(fixture.bus, { method: 'requestReply', msgToken, timestamp: 1, code: 200 });
    await eventually(async () =>
      expect((await bed.commandLog()).map(({ resultCode }) => resultCode).sort()).toEqual(['200', '2000002']),
    );
  });

  test('without a configuration there is nothing to tell', async () => {
    const nothing = rpcError(Code.notFound, `a configuration for product ${PRODUCT}`);
    await expect(fixture.remoteConfig.RemoteConfigPushAll(of)).rejects.toThrow(nothing);
    await expect(push({ deviceName: '' })).rejects.toThrow(nothing);
  });

  test('thousands that are online are told in waves, each once', async () => {
    const rows = Array.from({ length: 1201 }, (_, n) => ({
      ...of,
      deviceName: `fleet${n}`,
      secret: 'x',
      isOnline: true,
      node: 'node-1',
    }));
    await fixture.db.prisma.device.createMany({ data: rows });
    await fixture.configurations.setConfiguration({ ...of, content: CONTENT });
    const told = new Set<string>();
    let messages = 0;
    const listening = fixture.bus.subscribe(`device.down.${PROTOCOL_CODE}.>`, ({ data }) => {
      told.add(readDevicePublish(data).deviceName);
      messages += 1;
    });
    expect(await push({ deviceName: '' })).toMatchObject({ sent: '1201' });
    await eventually(() => expect([told.size, messages]).toEqual([1201, 1201]));
    listening.unsubscribe();
  });

  test('to devices of another protocol goes in unitedrhino’s form', async () => {
    const other = { productID: 'lx', deviceName: 'lx01' };
    await fixture.products.productInfoCreate({ productID: 'lx', productName: 'lx', protocolCode: 'lxSdk' });
    await fixture.devices.deviceInfoCreate(other);
    await fixture.configurations.setConfiguration({ productID: 'lx', content: CONTENT });
    await expect(push(other)).rejects.toThrow(rpcError(Code.deviceOffline, 'offline'));
    await fixture.db.prisma.device.updateMany({ where: other, data: { isOnline: true } });
    const got: unknown[] = [];
    const subject = subjects.down('config', 'lx', 'lx01', 'lxSdk');
    const listening = fixture.bus.subscribe(subject, ({ data }) => {
      const { handle, type, payload } = readDevicePublish(data);
      got.push({ handle, type, body: JSON.parse(payload.toString()) as unknown });
    });
    await push(other);
    await fixture.remoteConfig.RemoteConfigPushAll({ productID: 'lx' });
    const once = { handle: 'config', type: 'push', body: { method: 'push', payload: CONTENT } };
    await eventually(() => expect(got).toEqual([once, once]));
    listening.unsubscribe();
  });
});

async function createMore(...deviceNames: string[]): Promise<void> {
  for (const deviceName of deviceNames) await fixture.devices.deviceInfoCreate({ ...NAMES, deviceName });
}
