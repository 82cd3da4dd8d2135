/**
 * Custom topics that a product defines: what its devices may publish and subscribe below `/{productKey}/{deviceName}/`.
 * Sources: Alibaba Cloud IoT documentation, "Topics", "Limits".
 */
import { filterMatches, isValidFilter } from '@alink/topic';

/** As the device sees it. */
export type TopicPermission = 'publish' | 'subscribe' | 'both';

export interface TopicClass {
  /** Without the names: `user/update`. */
  readonly topic: string;
  readonly permission: TopicPermission;
}

/** Classes of one product. */
export const MAX_TOPIC_CLASSES = 50;
/** Bytes of a class, with names of a device as long as Alibaba gives them out (11 and 32). */
const MAX_BYTES = 128 - '/a1234567890/'.length - 32 - 1;
/** Slashes of the whole topic, three of which stand before the class. */
const MAX_SLASHES = 7 - 3;

/** What a new product has. */
export const firstTopicClasses: readonly (TopicClass & { readonly desc: string })[] = [
  { topic: 'user/update', permission: 'publish', desc: '' },
  { topic: 'user/update/error', permission: 'publish', desc: '' },
  { topic: 'user/get', permission: 'subscribe', desc: '' },
];

const isLevel = (level: string): boolean => /^(\w+|\+|#)$/.test(level);

/** Why that is no topic of a class, in words that follow its name; undefined where it is one. */
export const topicClassFault = ({ topic, permission }: TopicClass): string | undefined => {
  const levels = topic.split('/');
  if (levels[0] !== 'user' || levels.length < 2) return 'must begin with user/';
  if (levels.length - 1 > MAX_SLASHES) return `must have at most ${MAX_SLASHES} slashes`;
  if (topic.length > MAX_BYTES) return `must have at most ${MAX_BYTES} characters`;
  if (!levels.every(isLevel)) return 'must have levels of letters, digits and _, or of + or # alone';
  if (!isValidFilter(topic)) return 'must have # in its last level only';
  if (/[+#]/.test(topic) && permission !== 'subscribe') return 'may have + and # only where devices subscribe alone';
  return undefined;
};

/** Whether everything that a filter selects is selected by another one. */
export const filterCovers = (outer: string, inner: string): boolean => {
  const wanted = inner.split('/');
  const levels = outer.split('/');
  for (const [place, level] of levels.entries()) {
    if (level === '#') return true;
    const other = wanted[place];
    if (other === undefined || other === '#' || (level !== '+' && level !== other)) return false;
  }
  return levels.length === wanted.length;
};

/** What the custom topics of a product's devices are, where they are what it defines and no others. */
export class DefinedTopics {
  private readonly published: readonly string[];
  private readonly subscribed: readonly string[];

  constructor(classes: readonly TopicClass[]) {
    const topicsOf = (other: TopicPermission): string[] =>
      classes.filter(({ permission }) => permission !== other).map(({ topic }) => topic);
    this.published = topicsOf('subscribe');
    this.subscribed = topicsOf('publish');
  }

  /** @param path without the names, as of a parsed topic */
  mayPublish(path: string): boolean {
    return this.published.includes(path);
  }

  /** Whether the platform may send there. */
  mayReceive(path: string): boolean {
    return this.subscribed.some((filter) => filterMatches(filter, path));
  }

  /** @param path of a filter, without the names */
  maySubscribe(path: string): boolean {
    return this.subscribed.some((filter) => filterCovers(filter, path));
  }
}
