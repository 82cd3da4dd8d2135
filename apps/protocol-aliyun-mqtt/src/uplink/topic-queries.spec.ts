/**
 * What stands behind a `?` of a topic, on every family: `?_rid={time}{random}` of the Link SDK for C 4.x, which hears replies
 * on the topic without it (`aiot_mqtt_pub`, "append request id"), and `?_sn=`, which asks for a script.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { createMessageBed, NOW, type MessageBed } from '../../test/message-bed';

const SYS = `/sys/${PRODUCT_KEY}/dev1/`;
const NAMES = `${PRODUCT_KEY}/dev1`;
const RID = '?_rid=17000000000001234567890';

let bed: MessageBed;
beforeEach(async () => void (bed = await createMessageBed()));
afterEach(() => bed.stop());

const request = (params: unknown): string => JSON.stringify({ id: '1', version: '1.0', params });

test.each([
  [`${SYS}thing/event/property/post`, request({ Temp: 1 }), `${SYS}thing/event/property/post_reply`],
  [`${SYS}thing/event/alarm/post`, request({}), `${SYS}thing/event/alarm/post_reply`],
  [
    `${SYS}thing/event/property/batch/post`,
    request({ properties: { Temp: [1] } }),
    `${SYS}thing/event/property/batch/post_reply`,
  ],
  [
    `${SYS}thing/deviceinfo/update`,
    request([{ attrKey: 'fw', attrValue: '1' }]),
    `${SYS}thing/deviceinfo/update_reply`,
  ],
  [`${SYS}thing/dsltemplate/get`, request({}), `${SYS}thing/dsltemplate/get_reply`],
  [`${SYS}_thing/any/post`, request({}), `${SYS}_thing/any/post_reply`],
  [`/ext/ntp/${NAMES}/request`, '{"deviceSendTime":"1"}', `/ext/ntp/${NAMES}/response`],
  [`/ota/device/request/${NAMES}`, request({ version: '1' }), `/ota/device/request/${NAMES}`],
  [`/shadow/update/${NAMES}`, '{"method":"get"}', `/shadow/get/${NAMES}`],
  [`/ext/session/${NAMES}/combine/login`, request({}), `/ext/session/${NAMES}/combine/login_reply`],
])('a request on %s?_rid= is answered without it', async (topic, payload, replyTopic) => {
  await bed.publish(topic + RID, payload);
  await nextTurn();
  expect(bed.heard().map(([heard]) => heard)).toEqual([replyTopic]);
});

test.each([
  [`${SYS}thing/service/property/set_reply`, 'controlReply'],
  [`${SYS}thing/service/property/get_reply`, 'getReportReply'],
  [`${SYS}thing/service/reboot_reply`, 'actionReply'],
  [`${SYS}rrpc/response/77`, 'actionReply'],
  [`/ext/rrpc/77${SYS}thing/service/echo`, 'actionReply'],
])('an answer on %s?_rid= is one', async (topic, method) => {
  await bed.publish(topic + RID, '{"id":"77","code":200,"data":{}}');
  expect(bed.reports).toMatchObject([{ topic, message: { method, msgToken: '77' } }]);
});

test('bytes on a topic of the device’s own keep the script that they are for, and no other query', async () => {
  const topic = `/${NAMES}/user/update`;
  for (const query of ['?_sn=default', RID, '?_rid=1&_sn=other', '']) await bed.publish(topic + query, 'x');
  expect(bed.reports.map(({ script }) => script)).toEqual(['default', undefined, 'other', undefined]);
  for (const report of bed.reports) expect(report).toMatchObject({ topic, bytes: Buffer.from('x') });
});

test('a query does not open a topic of another device', async () => {
  await bed.publish(`/sys/${PRODUCT_KEY}/dev2/thing/event/property/post${RID}`, request({ Temp: 1 }));
  await bed.publish(`/${PRODUCT_KEY}/dev2/user/update?_sn=default`, 'x');
  expect(bed.reports).toEqual([]);
  expect(bed.activities).toMatchObject([{ code: 9236 }, { code: 9236 }]);
});

test.each([0, 1] as const)('replies go out with QoS 0, whatever that of the request: %d', async (qos) => {
  await bed.publish('thing/event/property/post', request({ Temp: { value: 1, time: NOW - 1 } }), qos);
  await bed.publish(`/ext/ntp/${NAMES}/request`, '{"deviceSendTime":"1"}', qos);
  await bed.publish('thing/deviceinfo/get', request({ attrKeys: ['fw'] }), qos);
  await nextTurn();
  expect(bed.link.sent.map((message) => message.qos)).toEqual([0, 0, 0]);
});
