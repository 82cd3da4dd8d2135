/** What a gateway device is told unasked, and how iotkit-embedded 3.x answers it (`dm_msg_process.c`), byte for byte. */
import { services } from '@alink/contract';
import { PATIENCE_MS, PLATFORM_START_MS, subDeviceProof } from '@alink/testing';
import { createGateways, GATEWAYS, gatewayTriple, identityOf, keyOf, meterTriple } from './gateways';
import { Platform } from './platform';
import { findLikeC, RawDevice, type RawReply } from './raw-device';
import { errorText, exchange, listOf, nextOf, replyText, topicOf } from './raw-gateway';

const GATEWAY = gatewayTriple('told-gateway');
const METER = meterTriple('told-meter');
const OTHER = meterTriple('other-meter');
const ERROR = `/ext/error/${GATEWAYS}/${GATEWAY.deviceName}`;
const CHANGE = 'thing/topo/change';
const PATIENT = { deadlineMs: PATIENCE_MS };

let platform: Platform;
let gateway: RawDevice;
beforeAll(async () => {
  platform = await Platform.start();
  await createGateways(platform, GATEWAY, METER, OTHER);
  const { productKey, deviceName, deviceSecret } = GATEWAY;
  const login = platform.login(productKey, deviceName, deviceSecret, { extra: { _v: 'sdk-c-3.2.0', ext: '0' } });
  gateway = await RawDevice.connect(login, { keepalive: 120 });
  // Replies and errors it subscribes; what is asked of it comes also without.
  gateway.subscribe([['thing/topo/add_reply', ERROR, `/ext/session/${GATEWAYS}/${deviceName}/combine/login_reply`]], 0);
  expect(await gateway.granted(1)).toEqual([0, 0, 0]);
}, PLATFORM_START_MS);
afterAll(async () => {
  await gateway?.end();
  await platform?.stop();
});

const devices = () => platform.client(services.deviceManage);
const gatewayKey = keyOf(GATEWAY);
/** The text of a request, members in the order in which small programs search them. */
const requestText = (method: string, params: string): RegExp => {
  const escaped = (text: string): string => text.replace(/[{}[\].]/g, '\\$&');
  return new RegExp(
    `^\\{"method":"${escaped(method)}","id":"\\d{1,10}","params":${escaped(params)},"version":"1\\.0\\.0"\\}$`,
  );
};
const changeText = (status: number): RegExp =>
  requestText('thing.topo.change', `{"status":${status},"subList":${listOf(METER)}}`);
const answer = ({ topic, text }: RawReply, code = 200): void =>
  gateway.publish(`${topic}_reply`, `{"id":"${findLikeC(text, 'id')}","code":${code},"data":{}}`);

const request = (id: number, params: unknown, method: string): string =>
  JSON.stringify({ id: String(id), version: '1.0', params, method });
const login = () =>
  exchange(
    gateway,
    `/ext/session/${GATEWAYS}/${GATEWAY.deviceName}/combine/login`,
    request(1, subDeviceProof(METER), 'combine.login'),
  );

test('an operator attaches a sub-device: status 0, and it may log in', async () => {
  await devices().deviceGatewayMultiCreate({ gateway: gatewayKey, list: [keyOf(METER)] });
  const { topic, text } = await gateway.next();
  expect(topic).toBe(CHANGE);
  expect(text).toMatch(changeText(0));
  expect(findLikeC(await login(), 'code')).toBe('200');
});

test('disabled: told on the sub-device’s topic, 522, and status 8', async () => {
  await devices().deviceInfoUpdate({ ...keyOf(METER), isEnable: 2 });
  const [disable, error, change] = await nextOf(gateway, topicOf(METER, 'thing/disable'), ERROR, CHANGE);
  expect(disable!.text).toMatch(requestText('thing.disable', '{}'));
  expect(error!.text).toMatch(errorText(METER, 522, 'device forbidden'));
  expect(change!.text).toMatch(changeText(8));
  answer(disable!);
});

test('its login is refused then', async () => {
  const refused = await login();
  expect(['code', 'message', 'data'].map((name) => findLikeC(refused, name))).toEqual([
    '6204',
    'device disabled',
    JSON.stringify(identityOf(METER)),
  ]);
});

test('enabled again: told on the sub-device’s topic, and status 2', async () => {
  await devices().deviceInfoUpdate({ ...keyOf(METER), isEnable: 1 });
  const [enable, change] = await nextOf(gateway, topicOf(METER, 'thing/enable'), CHANGE);
  expect(enable!.text).toMatch(requestText('thing.enable', '{}'));
  expect(change!.text).toMatch(changeText(2));
  answer(enable!);
  expect(findLikeC(await login(), 'code')).toBe('200');
});

test('an operator takes it off: 6401, and status 1', async () => {
  await devices().deviceGatewayMultiDelete({ gateway: gatewayKey, list: [keyOf(METER)] });
  const [error, change] = await nextOf(gateway, ERROR, CHANGE);
  expect(error!.text).toMatch(errorText(METER, 6401, 'topo relation not exist'));
  expect(change!.text).toMatch(changeText(1));
});

test('what it has asked for itself it is not told', async () => {
  const add = request(2, [subDeviceProof(METER)], 'thing.topo.add');
  expect(await exchange(gateway, 'thing/topo/add', add)).toBe(replyText('2', 'thing.topo.add', listOf(METER)));
  expect(findLikeC(await login(), 'code')).toBe('200');
});

test('asked to add sub-devices: it answers, and the caller hears so', async () => {
  const subDevices = [METER, OTHER].map(keyOf);
  const told = platform
    .client(services.deviceInteract)
    .gatewayNotifyBindSend({ gateway: gatewayKey, subDevices }, PATIENT);
  const asked = await gateway.next();
  expect(asked.topic).toBe('thing/topo/add/notify');
  expect(asked.text).toMatch(requestText('thing.topo.add.notify', listOf(METER, OTHER)));
  answer(asked);
  await told;
});

test('asked to let sub-devices join: it answers, and the caller hears so', async () => {
  const told = platform.client(services.deviceInteract).gatewayGetFoundSend(gatewayKey, PATIENT);
  const asked = await gateway.next();
  expect(asked.topic).toBe('thing/gateway/permit');
  // The SDK hands both to its user: `{"productKey":S,"time":N}`.
  expect(asked.text).toMatch(requestText('thing.gateway.permit', '{"productKey":"","time":60}'));
  answer(asked);
  await told;
});

test('deleted: told on the sub-device’s topic, 521, and status 1', async () => {
  await devices().deviceInfoDelete(keyOf(METER));
  const [gone, error, change] = await nextOf(gateway, topicOf(METER, 'thing/delete'), ERROR, CHANGE);
  expect(gone!.text).toMatch(requestText('thing.delete', '{}'));
  expect(error!.text).toMatch(errorText(METER, 521, 'device deleted'));
  expect(change!.text).toMatch(changeText(1));
  // The SDK keeps a device that its application has opened, and says so. What it says of a device that is no more harms nothing.
  answer(gone!, 400);
  const named = request(3, [identityOf(OTHER)], 'thing.topo.delete');
  gateway.subscribe([['thing/topo/delete_reply']], 0);
  await gateway.granted(1);
  expect(findLikeC(await exchange(gateway, 'thing/topo/delete', named), 'code')).toBe('6401');
});
