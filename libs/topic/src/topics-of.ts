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
  ['/sys/{pk}/{dn}/thing/ota/firmware/get', 'ask for firmware'],
  ['/sys/{pk}/{dn}/thing/file/upload/mqtt/init', 'begin to upload a file'],
  ['/sys/{pk}/{dn}/thing/file/upload/mqtt/send', 'upload a part of a file'],
  ['/sys/{pk}/{dn}/thing/file/upload/mqtt/cancel', 'give up an upload'],
  ['/sys/{pk}/{dn}/thing/job/notify', 'a job to do'],
  ['/sys/{pk}/{dn}/thing/job/get', 'ask for jobs'],
  ['/sys/{pk}/{dn}/thing/job/update', 'report how a job goes'],
  ['/sys/{pk}/{dn}/thing/reset', 'undo the binding to users'],
  // "Manage topological relationships", "Register devices", "Disable and delete devices"
  ['/sys/{pk}/{dn}/thing/sub/register', 'gateway: register sub-devices'],
  ['/sys/{pk}/{dn}/thing/topo/add', 'gateway: add sub-devices'],
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
];

/** Messages without an answer on a topic of the same name. */
const single: readonly Entry[] = [
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
  ['/ext/rrpc/{messageId}/{pk}/{dn}/user/{topic}', 'a synchronous call on a topic of your own, and its answer'],
  ['/sys/{pk}/{dn}/broadcast/request/{messageId}', 'a message to all devices of the product'],
  ['/broadcast/{pk}/{topic}', 'a message to all devices that subscribe it'],
  // "Topics"
  ['/{pk}/{dn}/user/{topic}', 'custom: whatever you like'],
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
    ...single.map(listed),
  ];
};
