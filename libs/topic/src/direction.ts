/** Which way messages go on each topic. */
import type { DeviceTopic } from './device-topic';

/** `up`: published by the device; `down`: delivered to it. */
export type Direction = 'up' | 'down' | 'both';

const REPLY = '_reply';

/** Requests of the platform below `/sys/{productKey}/{deviceName}/`. Their replies, `.._reply`, go up. */
export const downRequests = new Set([
  // Alibaba Cloud IoT documentation, "Device properties, events, and services"
  'thing/service/property/set',
  'thing/service/property/get',
  'thing/model/down_raw',
  // "Manage topological relationships", "Disable and delete devices"
  'thing/topo/add/notify',
  'thing/topo/change',
  'thing/gateway/permit',
  'thing/disable',
  'thing/enable',
  'thing/delete',
  // "Remote configuration", "Device log", "Jobs"; Link SDK for C 4.x, bootstrap
  'thing/config/push',
  'thing/config/log/push',
  'thing/model/config/push',
  'thing/job/notify',
  'thing/bootstrap/notify',
  'thing/bootstrap/config/push',
  // "Topics that are subscribed automatically"; C SDK 3.x, dev_bind and alcs
  'thing/lan/prefix/update',
  'thing/lan/blacklist/update',
  'thing/awss/enrollee/checkin',
  'thing/awss/device/switchap',
  '_thing/event/notify',
  // Link SDK for C 4.x, remote access
  'secure_tunnel/notify',
  'edge/debug/switch',
]);

/** Whether exactly one non-empty level follows the first `length` characters. */
const oneLevelAfter = (path: string, length: number): boolean => path.length > length && path.indexOf('/', length) < 0;

const sysRequestDirection = (path: string): Direction | undefined => {
  if (path.startsWith('thing/event/')) return 'up';
  if (downRequests.has(path)) return 'down';
  if (path.startsWith('thing/service/')) return oneLevelAfter(path, 'thing/service/'.length) ? 'down' : undefined;
  // Whatever else a device asks of its thing model is answered, if only to say that it is not served.
  if (path.startsWith('thing/') || path.startsWith('_thing/')) return 'up';
  if (path.startsWith('rrpc/request/')) return oneLevelAfter(path, 'rrpc/request/'.length) ? 'down' : undefined;
  if (path.startsWith('rrpc/response/')) return oneLevelAfter(path, 'rrpc/response/'.length) ? 'up' : undefined;
  if (path.startsWith('broadcast/request/')) {
    return oneLevelAfter(path, 'broadcast/request/'.length) ? 'down' : undefined;
  }
  return path === 'secure_tunnel/proxy/request' ? 'up' : undefined;
};

/** A reply goes the other way than its request. */
const opposite = { up: 'down', down: 'up', both: 'both' } as const;

const sysDirection = (path: string): Direction | undefined => {
  if (!path.endsWith(REPLY)) return sysRequestDirection(path);
  const request = sysRequestDirection(path.slice(0, -REPLY.length));
  return request && opposite[request];
};

/** Every topic of the other families, by its path. */
const otherDirections: Partial<Record<DeviceTopic['scope'], ReadonlyMap<string, Direction>>> = {
  ext: new Map<string, Direction>([
    ...['login', 'logout', 'batch_login', 'batch_logout'].flatMap((name): [string, Direction][] => [
      [`session/combine/${name}`, 'up'],
      [`session/combine/${name}${REPLY}`, 'down'],
    ]),
    ['ntp/request', 'up'],
    ['ntp/response', 'down'],
    ['error', 'down'],
  ]),
  ota: new Map<string, Direction>([
    ['device/inform', 'up'],
    ['device/progress', 'up'],
    ['device/upgrade', 'down'],
    ['device/request', 'both'],
  ]),
  shadow: new Map<string, Direction>([
    ['update', 'up'],
    ['get', 'down'],
  ]),
};

const isCustomPath = (path: string): boolean => path.startsWith('user/') && path.length > 'user/'.length;

/** Which way messages go on a topic; undefined when there is no such topic. */
export const directionOf = ({ scope, path, rrpcId }: DeviceTopic): Direction | undefined => {
  switch (scope) {
    case 'sys':
      // A synchronous call and its answer share one topic.
      if (rrpcId !== undefined)
        return !path.endsWith(REPLY) && sysRequestDirection(path) === 'down' ? 'both' : undefined;
      return sysDirection(path);
    case 'custom':
      return isCustomPath(path) ? 'both' : undefined;
    case 'broadcast':
      return 'down';
    default:
      return otherDirections[scope]?.get(path);
  }
};
