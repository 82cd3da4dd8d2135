/** The topics that a device may use, listed for people: the "Topic list" of a device's console page. */
import type { DeviceIdentity } from '@alink/signing';
import { buildTopic, extRrpcTopic } from '@alink/topic';
import { catalogue } from './catalogue';
import { routeDirection, type Direction } from './direction';
import type { Route, RouteTopic } from './route';

export interface ListedTopic {
  /** Words in braces stand for what the device or the platform puts there: `{event}`, `{messageId}`. */
  readonly topic: string;
  readonly direction: Direction;
  readonly meaning: string;
}

const opposite = { up: 'down', down: 'up', both: 'both' } as const;

/** A path of the catalogue as a topic of the device. */
const topicAt = ({ productKey, deviceName }: DeviceIdentity, family: RouteTopic['family'], path: string): string => {
  // What the marks after a word say, the meaning says to people.
  const plain = path.replace(/[+*]\}/, '}');
  return family === 'connection' ? `/ext/${plain}` : buildTopic({ scope: family, productKey, deviceName, path: plain });
};

/** The topic of a route, that of its answer, and that of its synchronous form. */
export const routeTopics = (route: Route, self: DeviceIdentity): ListedTopic[] => {
  const { family, path, meaning, replyOn, rrpc } = route.topic;
  const direction = routeDirection(route);
  if (!direction) return [];
  const topic = topicAt(self, family, path);
  const listed: ListedTopic[] = [{ topic, direction, meaning }];
  if (replyOn === '_reply') {
    listed.push({ topic: `${topic}_reply`, direction: opposite[direction], meaning: `answer to: ${meaning}` });
  } else if (replyOn) {
    const answer = topicAt(self, family, replyOn.path);
    listed.push({ topic: answer, direction: opposite[direction], meaning: replyOn.meaning });
  }
  if (rrpc) listed.unshift({ topic: extRrpcTopic('{messageId}', topic), direction: 'both', meaning: rrpc });
  return listed;
};

/** The well-known topics of a device, custom ones last. */
export const topicsOf = (self: DeviceIdentity): ListedTopic[] =>
  catalogue.filter(({ topic }) => topic.listed !== false).flatMap((route) => routeTopics(route, self));
