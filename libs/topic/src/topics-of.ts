/** The topics that a device may use, listed for people: the "Topic list" of a device's console page. */
import type { DeviceIdentity } from '@alink/signing';
import { parseTopic } from './device-topic';
import { directionOf, type Direction } from './direction';

export interface ListedTopic {
  /** Words in braces stand for what the device or the platform puts there: `{event}`, `{messageId}`. */
  readonly topic: string;
  readonly direction: Direction;
  readonly meaning: string;
}

/** A topic, and what goes over it. */
type Entry = readonly [topic: string, meaning: string];

/** Requests and their answers, which go the other way on the topic with `_reply`. */
const answered: readonly Entry[] = [
  // Alibaba Cloud IoT documentation, "Device properties, events, and services"
  ['/sys/{pk}/{dn}/thing/event/property/post', 'report properties'],
  ['/sys/{pk}/{dn}/thing/event/{event}/post', 'report an event'],
  ['/sys/{pk}/{dn}/thing/event/property/batch/post', 'report several samples of properties and events'],
  ['/sys/{pk}/{dn}/thing/event/property/pack/post', 'report properties and events of a gateway and its sub-devices'],
  ['/sys/{pk}/{dn}/thing/event/property/history/post', 'report what was measured while offline'],
  ['/sys/{pk}/{dn}/thing/service/property/set', 'set properties'],
  ['/sys/{pk}/{dn}/thing/service/property/get', 'ask for properties'],
  ['/sys/{pk}/{dn}/thing/service/{service}', 'call a service'],
  ['/sys/{pk}/{dn}/thing/model/up_raw', 'report in a format of its own'],
  ['/sys/{pk}/{dn}/thing/model/down_raw', 'command in a format of its own'],
  // "Desired device property values", "Device tags", "TSL model"
  ['/sys/{pk}/{dn}/thing/property/desired/get', 'fetch desired values'],
  ['/sys/{pk}/{dn}/thing/property/desired/delete', 'clear desired values'],
  ['/sys/{pk}/{dn}/thing/deviceinfo/update', 'write tags'],
  ['/sys/{pk}/{dn}/thing/deviceinfo/get', 'read tags'],
  ['/sys/{pk}/{dn}/thing/deviceinfo/delete', 'delete tags'],
  ['/sys/{pk}/{dn}/thing/dsltemplate/get', 'fetch the thing model'],
  ['/sys/{pk}/{dn}/thing/dynamicTsl/get', 'fetch the thing model, with what is dynamic in it'],
  // "Remote configuration", "Device log", "OTA", "File upload", "Jobs"
  ['/sys/{pk}/{dn}/thing/config/get', 'fetch the configuration'],
  ['/sys/{pk}/{dn}/thing/config/push', 'a new configuration'],
  ['/sys/{pk}/{dn}/thing/config/log/get', 'fetch the settings of the log'],
  ['/sys/{pk}/{dn}/thing/log/post', 'report log lines'],
  ['/sys/{pk}/{dn}/thing/bootstrap/notify', 'connect somewhere else'],
  ['/sys/{pk}/{dn}/thing/ota/firmware/get', 'ask for firmware'],
  ['/sys/{pk}/{dn}/thing/file/download', 'ask for a part of a file'],
  ['/sys/{pk}/{dn}/thing/file/upload/mqtt/init', 'begin to upload a file'],
  ['/sys/{pk}/{dn}/thing/file/upload/mqtt/send', 'upload a part of a file'],
  ['/sys/{pk}/{dn}/thing/file/upload/mqtt/cancel', 'give up an upload'],
  ['/sys/{pk}/{dn}/thing/job/notify', 'a job to do'],
  ['/sys/{pk}/{dn}/thing/job/get', 'ask for jobs'],
  ['/sys/{pk}/{dn}/thing/job/update', 'report how a job goes'],
  ['/sys/{pk}/{dn}/thing/reset', 'undo the binding to users'],
  // "Manage topological relationships", "Register devices", "Disable and delete devices"
  ['/sys/{pk}/{dn}/thing/sub/register', 'gateway: register sub-devices'],
  ['/sys/{pk}/{dn}/thing/sub/unregister', 'gateway: unregister sub-devices'],
  [
    '/sys/{pk}/{dn}/thing/proxy/provisioning/product_register',
    'gateway: register sub-devices with their ProductSecret',
  ],
  ['/sys/{pk}/{dn}/thing/topo/add', 'gateway: add sub-devices'],
  ['/sys/{pk}/{dn}/thing/topo/add/notify', 'gateway: sub-devices to add'],
  ['/sys/{pk}/{dn}/thing/topo/delete', 'gateway: remove sub-devices'],
  ['/sys/{pk}/{dn}/thing/topo/get', 'gateway: list sub-devices'],
  ['/sys/{pk}/{dn}/thing/topo/change', 'gateway: its sub-devices have changed'],
  ['/sys/{pk}/{dn}/thing/list/found', 'gateway: report devices that it has found'],
  ['/sys/{pk}/{dn}/thing/gateway/permit', 'gateway: let sub-devices join'],
  ['/ext/session/{pk}/{dn}/combine/login', 'gateway: log a sub-device in'],
  ['/ext/session/{pk}/{dn}/combine/logout', 'gateway: log a sub-device out'],
  ['/ext/session/{pk}/{dn}/combine/batch_login', 'gateway: log sub-devices in'],
  ['/ext/session/{pk}/{dn}/combine/batch_logout', 'gateway: log sub-devices out'],
  ['/sys/{pk}/{dn}/thing/disable', 'the device is disabled'],
  ['/sys/{pk}/{dn}/thing/enable', 'the device is enabled again'],
  ['/sys/{pk}/{dn}/thing/delete', 'the device is deleted'],
  // "Topics that are subscribed automatically"; C SDK 3.x, dev_bind, wifi_provision and alcs
  ['/sys/{pk}/{dn}/thing/lan/prefix/get', 'local control: ask for the prefix of the keys'],
  ['/sys/{pk}/{dn}/thing/lan/prefix/update', 'local control: a new prefix of the keys'],
  ['/sys/{pk}/{dn}/thing/lan/blacklist/update', 'local control: keys that are blocked'],
  ['/sys/{pk}/{dn}/thing/awss/enrollee/match', 'Wi-Fi provisioning: check a device that was found'],
  ['/sys/{pk}/{dn}/thing/awss/enrollee/found', 'Wi-Fi provisioning: report a device that was found'],
  ['/sys/{pk}/{dn}/thing/awss/enrollee/checkin', 'Wi-Fi provisioning: let a device in'],
  ['/sys/{pk}/{dn}/thing/awss/device/switchap', 'Wi-Fi provisioning: change to another access point'],
  ['/sys/{pk}/{dn}/thing/cipher/get', 'Wi-Fi provisioning: ask for a key'],
  ['/sys/{pk}/{dn}/_thing/diag/post', 'report a diagnosis of the network'],
  ['/sys/{pk}/{dn}/_thing/service/post', 'call a service of the platform'],
  // Link SDK for C 4.x, remote access
  ['/sys/{pk}/{dn}/secure_tunnel/proxy/request', 'remote access: ask for a tunnel'],
];

/** Messages without an answer on a topic of the same name. */
const single: readonly Entry[] = [
  ['/sys/{pk}/{dn}/thing/config/log/push', 'new settings of the log'],
  ['/sys/{pk}/{dn}/thing/model/config/push', 'a new configuration of the thing model'],
  ['/sys/{pk}/{dn}/thing/bootstrap/config/push', 'where to connect from now on'],
  ['/sys/{pk}/{dn}/_thing/event/notify', 'something has happened to the binding to users'],
  ['/sys/{pk}/{dn}/secure_tunnel/notify', 'remote access: a tunnel to open or to close'],
  ['/sys/{pk}/{dn}/edge/debug/switch', 'remote access: the service for it is switched on or off'],
  // "OTA", "Device shadow", "NTP", "RRPC", "Broadcast"; error codes for devices
  ['/ota/device/inform/{pk}/{dn}', 'report the firmware version'],
  ['/ota/device/upgrade/{pk}/{dn}', 'a new firmware'],
  ['/ota/device/progress/{pk}/{dn}', 'report how an upgrade goes'],
  ['/ota/device/request/{pk}/{dn}', 'ask for firmware, and its answer'],
  ['/shadow/update/{pk}/{dn}', 'read and write the shadow'],
  ['/shadow/get/{pk}/{dn}', 'answers and changes of the shadow'],
  ['/ext/ntp/{pk}/{dn}/request', 'ask for the time'],
  ['/ext/ntp/{pk}/{dn}/response', 'the time'],
  ['/ext/error/{pk}/{dn}', 'what was wrong with a message'],
  ['/sys/{pk}/{dn}/rrpc/request/{messageId}', 'a synchronous call'],
  ['/sys/{pk}/{dn}/rrpc/response/{messageId}', 'answer to a synchronous call'],
  ['/ext/rrpc/{messageId}/sys/{pk}/{dn}/thing/service/{service}', 'a synchronous call of a service, and its answer'],
  [
    '/ext/rrpc/{messageId}/sys/{pk}/{dn}/thing/service/property/set',
    'a synchronous setting of properties, and its answer',
  ],
  [
    '/ext/rrpc/{messageId}/sys/{pk}/{dn}/thing/service/property/get',
    'a synchronous question for properties, and its answer',
  ],
  [
    '/ext/rrpc/{messageId}/sys/{pk}/{dn}/thing/model/down_raw',
    'a synchronous call in a format of its own, and its answer',
  ],
  ['/ext/rrpc/{messageId}/{pk}/{dn}/user/{topic}', 'a synchronous call on a topic of your own, and its answer'],
  ['/sys/{pk}/{dn}/broadcast/request/{messageId}', 'a message to all devices of the product'],
  ['/broadcast/{pk}/{topic}', 'a message to all devices that subscribe it'],
  // "Topics"
  ['/{pk}/{dn}/user/{topic}', 'custom: whatever you like'],
];

/** Pushed to the one connection that registers or shows a certificate: they bear no names, and all go down. */
const pushed: readonly Entry[] = [
  // Link SDK for C 4.x, aiot_dynregmq_api.c; documentation, "X.509"
  ['/ext/register', 'the DeviceSecret, after authType=register'],
  ['/ext/regnwl', 'the clientId and the deviceToken, after authType=regnwl'],
  ['/ext/auth/identity/response', 'the names of a device that came with a certificate alone'],
];

const REPLY = '_reply';

/** The well-known topics of a device, system topics first, custom ones last; what goes which way is that of `directionOf`. */
export const topicsOf = ({ productKey, deviceName }: DeviceIdentity): ListedTopic[] => {
  const listed = ([pattern, meaning]: Entry): ListedTopic => {
    const topic = pattern.replaceAll('{pk}', () => productKey).replaceAll('{dn}', () => deviceName);
    const parsed = parseTopic(topic);
    const direction = parsed && directionOf(parsed);
    if (!direction) throw new RangeError(`${topic} is no topic of a device`);
    return { topic, direction, meaning };
  };
  return [
    ...answered.flatMap(([topic, meaning]) => [
      listed([topic, meaning]),
      listed([topic + REPLY, `answer to: ${meaning}`]),
    ]),
    ...pushed.map(([topic, meaning]): ListedTopic => ({ topic, direction: 'down', meaning })),
    ...single.map(listed),
  ];
};
