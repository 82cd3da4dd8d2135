/** What a device may publish, subscribe and receive. Whatever is not allowed here is denied. */
import type { DeviceIdentity } from '@alink/signing';
import { isValidFilter, isValidTopic, parseTopic, type DeviceTopic } from '@alink/topic';
import { catalogue } from './catalogue';
import { directionOf } from './direction';
import { connectionTopic } from './kinds/identity';

/** Whether a subscription is granted, and in words for a log why not. */
export type Verdict = { readonly granted: true } | { readonly granted: false; readonly reason: string };

const GRANTED: Verdict = { granted: true };
const refused = (reason: string): Verdict => ({ granted: false, reason });

/** Topics without a device's name: the platform pushes them to one connection. */
export const connectionTopics: ReadonlySet<string> = new Set(
  catalogue.flatMap(({ topic: { family, path } }) => (family === 'connection' ? [connectionTopic(path)] : [])),
);
/** Subscribed by a Go client of the platform; nothing is ever sent there. */
const PROBE_PREFIX = '/ext/network/probe/';

const isOwn = (self: DeviceIdentity, topic: DeviceTopic): boolean =>
  topic.productKey === self.productKey && (topic.deviceName === self.deviceName || topic.scope === 'broadcast');

const hasWildcard = (text: string): boolean => text.includes('+') || text.includes('#');

/**
 * Whether a device may publish to a topic (its query already cut): its own up topics, and no others.
 * @param parsed the topic, where somebody has taken it apart already
 */
export const mayPublish = (self: DeviceIdentity, topic: string, parsed = parseTopic(topic)): boolean => {
  if (!parsed || !isValidTopic(topic) || !isOwn(self, parsed)) return false;
  const direction = directionOf(parsed);
  return direction === 'up' || direction === 'both';
};

/** Whether a topic is a down topic of a device: what the platform may deliver to it. */
export const mayReceive = (self: DeviceIdentity, topic: string): boolean => {
  if (connectionTopics.has(topic)) return true;
  const parsed = parseTopic(topic);
  if (!parsed || !isOwn(self, parsed)) return false;
  const direction = directionOf(parsed);
  return direction === 'down' || direction === 'both';
};

/**
 * Whether a device may subscribe a filter: its down topics, and any wildcard inside its own tree. Reply topics pass in
 * either direction, since the Node SDK subscribes its own `thing/config/push_reply`. A filter that could select a
 * topic of another device is refused.
 */
export const maySubscribe = (self: DeviceIdentity, filter: string): Verdict => {
  if (!isValidFilter(filter)) return refused('not a valid MQTT filter');
  if (connectionTopics.has(filter) || filter.startsWith(PROBE_PREFIX)) return GRANTED;
  const parsed = parseTopic(filter);
  if (!parsed) return refused('no topic of a device begins like this');
  // A device that is named like a wildcard would own everybody's tree.
  if (!isOwn(self, parsed) || hasWildcard(self.productKey) || hasWildcard(self.deviceName)) {
    return refused('it could select topics of another device');
  }
  if (hasWildcard(parsed.path) || parsed.path.endsWith('_reply')) return GRANTED;
  const direction = directionOf(parsed);
  if (!direction) return refused('there is no such topic');
  return direction === 'up' ? refused('devices publish there, nothing is delivered') : GRANTED;
};
