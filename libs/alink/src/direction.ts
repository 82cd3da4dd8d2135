/** Which way messages go on each topic. */
import type { DeviceTopic, TopicScope } from '@alink/topic';
import { catalogue } from './catalogue';
import { familyTables } from './family-tables';
import { answerPath, type Route } from './route';

/** `up`: published by the device; `down`: delivered to it. */
export type Direction = 'up' | 'down' | 'both';

const REPLY = '_reply';

/** A reply goes the other way than its request. */
export const opposite = { up: 'down', down: 'up', both: 'both' } as const;

/** Which way a route's own topic goes; undefined for one that nobody is granted. */
export const routeDirection = (route: Route): Direction | undefined => {
  if ('closed' in route) return undefined;
  if (!('down' in route)) return 'up';
  return 'report' in route ? 'both' : 'down';
};

interface DirectedPath {
  readonly path: string;
  readonly direction: Direction | undefined;
}

/** The path of a route and that of its answer; not where the rule for `/sys` names it already. */
const directedPaths = (route: Route): readonly DirectedPath[] => {
  const { family, path, replyOn } = route.topic;
  const direction = routeDirection(route);
  const own = { path, direction };
  const answer = answerPath(route.topic);
  if (!direction || answer === undefined || answer === path || (replyOn === '_reply' && family === 'sys')) return [own];
  return [own, { path: answer, direction: opposite[direction] }];
};

const tables = familyTables(directedPaths);

const listedDirection = (scope: TopicScope, path: string): Direction | undefined =>
  tables[scope].find(path)?.route.direction;

/** Below `/sys` every topic with `_reply` answers the one without, also where nobody is known to answer. */
const sysDirection = (path: string): Direction | undefined => {
  if (!path.endsWith(REPLY)) return listedDirection('sys', path);
  const request = listedDirection('sys', path.slice(0, -REPLY.length));
  return request && opposite[request];
};

/** Which way messages go on a topic; undefined when there is no such topic. */
export const directionOf = ({ scope, path, rrpcId }: DeviceTopic): Direction | undefined => {
  if (scope !== 'sys') return listedDirection(scope, path);
  if (rrpcId === undefined) return sysDirection(path);
  // A synchronous call and its answer share one topic.
  return !path.endsWith(REPLY) && listedDirection('sys', path) === 'down' ? 'both' : undefined;
};

/** Requests and notices of the platform below `/sys/{productKey}/{deviceName}/` whose topic is always the same. */
export const downRequests: ReadonlySet<string> = new Set(
  catalogue.flatMap((route) => {
    const { family, path } = route.topic;
    return family === 'sys' && routeDirection(route) === 'down' && !path.includes('{') ? [path] : [];
  }),
);
