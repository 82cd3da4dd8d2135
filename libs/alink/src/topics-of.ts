/** The topics that a device may use, listed for people: the "Topic list" of a device's console page. */
import type { DeviceIdentity } from '@alink/signing';
import { buildTopic, extRrpcTopic, replyTopic } from '@alink/topic';
import { catalogue } from './catalogue';
import { opposite, routeDirection, type Direction } from './direction';
import { connectionTopic } from './kinds/identity';
import type { Route, RouteTopic } from './route';
import type { TopicClass, TopicPermission } from './topic-classes';

export interface ListedTopic {
  /** Words in braces stand for what the device or the platform puts there: `{event}`, `{messageId}`. */
  readonly topic: string;
  readonly direction: Direction;
  readonly meaning: string;
}

/** A path of the catalogue as a topic of the device. */
const topicAt = ({ productKey, deviceName }: DeviceIdentity, family: RouteTopic['family'], path: string): string => {
  // What the marks after a word say, the meaning says to people.
  const plain = path.replace(/[+*]\}/, '}');
  return family === 'connection'
    ? connectionTopic(plain)
    : buildTopic({ scope: family, productKey, deviceName, path: plain });
};

/** The topic of a route, and that of its answer. */
export const topicsOfRoute = (route: Route, self: DeviceIdentity): ListedTopic[] => {
  const { family, path, meaning, replyOn } = route.topic;
  const direction = routeDirection(route);
  if (!direction) return [];
  const topic = topicAt(self, family, path);
  const own = { topic, direction, meaning };
  if (!replyOn || replyOn === 'itself') return [own];
  return replyOn === '_reply'
    ? [own, { topic: replyTopic(topic), direction: opposite[direction], meaning: `answer to: ${meaning}` }]
    : [own, { topic: topicAt(self, family, replyOn.path), direction: opposite[direction], meaning: replyOn.meaning }];
};

/** The synchronous form of a route, where people should know of it: a call and its answer share one topic. */
export const callTopicOfRoute = ({ topic: { family, path, rrpc } }: Route, self: DeviceIdentity): ListedTopic[] =>
  rrpc ? [{ topic: extRrpcTopic('{messageId}', topicAt(self, family, path)), direction: 'both', meaning: rrpc }] : [];

/** What a product has defined of custom topics. */
export interface DefinedClasses {
  readonly classes: readonly (TopicClass & { readonly desc: string })[];
  /** Whether its devices may use no others. */
  readonly only: boolean;
}

const directions: Readonly<Record<TopicPermission, Direction>> = { publish: 'up', subscribe: 'down', both: 'both' };

const topicsOfClasses = ({ classes }: DefinedClasses, self: DeviceIdentity): ListedTopic[] =>
  classes.map(({ topic, permission, desc }) => ({
    topic: buildTopic({ scope: 'custom', ...self, path: topic }),
    direction: directions[permission],
    meaning: desc ? `custom: ${desc}` : 'custom: defined for the product',
  }));

/** The well-known topics of a device: system topics first, custom ones last. */
export const topicsOf = (
  self: DeviceIdentity,
  defined: DefinedClasses = { classes: [], only: false },
): ListedTopic[] => {
  const listed = catalogue.filter(({ topic }) => topic.listed !== false);
  const topics = (custom: boolean): ListedTopic[] =>
    listed.filter(({ topic }) => (topic.family === 'custom') === custom).flatMap((route) => topicsOfRoute(route, self));
  return [
    ...topics(false),
    ...listed.flatMap((route) => callTopicOfRoute(route, self)),
    ...topicsOfClasses(defined, self),
    ...(defined.only ? [] : topics(true)),
  ];
};
