import { topicClassFault } from '@alink/alink';
import * as z from 'zod';
import type { Platform } from '../../platform';
import { ifThere } from '../if-there';
import type { Kind } from '../kind';
import { defined, fileName, productKey, shortText, withDefaults } from '../members';
import { productsIn } from '../products-in';

const topicSchema = z
  .strictObject({
    /** Behind the names of the device: `user/update`. */
    topic: z.string().min(1),
    /** As the device sees it. */
    permission: z.enum(['publish', 'subscribe', 'both']),
    description: shortText(128).optional(),
  })
  .superRefine((topic, context) => {
    const message = topicClassFault(topic);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['topic'], message });
  });
const schema = z.strictObject({
  productKey,
  /** Whether devices may use these custom topics and no others. */
  definedOnly: z.boolean().optional(),
  topics: z.array(topicSchema).optional(),
});
type TopicsSpec = z.infer<typeof schema>;
type TopicSpec = z.infer<typeof topicSchema>;

/** In the order of the platform. */
const sorted = (topics: Iterable<TopicSpec>): TopicSpec[] =>
  [...topics].sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0));
const byTopic = (topics: readonly TopicSpec[] = []): Map<string, TopicSpec> =>
  new Map(topics.map((each) => [each.topic, each]));
const without = (topics: readonly TopicSpec[] = [], others: readonly TopicSpec[] = []): TopicSpec[] => {
  const known = byTopic(others);
  return topics.filter(({ topic }) => !known.has(topic));
};

const readTopics = async ({ topics }: Pick<Platform, 'topics'>, productID: string): Promise<TopicsSpec | undefined> => {
  const answer = await ifThere(topics.topicClassIndex({ productID }));
  if (!answer) return undefined;
  return defined({
    productKey: productID,
    definedOnly: answer.definedOnly || undefined,
    topics: sorted(
      answer.list.map(({ topic, permission, desc }) => {
        return defined({ topic, permission: permission as TopicSpec['permission'], description: desc || undefined });
      }),
    ),
  });
};

/** The custom topics of a product, /{productKey}/{deviceName}/... Those that a document lacks stay unless it is pruned. */
export const customTopicsKind: Kind<TopicsSpec> = {
  name: 'CustomTopics',
  schema,
  idOf: ({ productKey }) => productKey,
  needs: ({ productKey: id }) => [{ kind: 'Product', id }],
  normal: ({ topics, ...spec }) => {
    if (!topics) return spec;
    if (byTopic(topics).size < topics.length) throw new Error('topics: one is there twice');
    return { ...spec, topics: sorted(topics) };
  },
  read: async (platform, wanted) => {
    const spec = await readTopics(platform, wanted.productKey);
    return spec && withDefaults(spec, wanted, { definedOnly: false });
  },
  merge: (before, wanted, prune) => {
    if (!wanted.topics) return { ...before, ...wanted };
    const known = byTopic(before.topics);
    const named = wanted.topics.map((each) => ({ ...known.get(each.topic), ...each }));
    const topics = prune ? named : [...without(before.topics, named), ...named];
    return { ...before, ...wanted, topics: sorted(topics) };
  },
  lacked: (before, wanted) => (wanted.topics ? without(before.topics, wanted.topics).map(({ topic }) => topic) : []),
  // A new product has some from the beginning.
  create: async (platform, after, prune) => {
    const before = (await readTopics(platform, after.productKey)) ?? { productKey: after.productKey };
    await becomes(platform, before, customTopicsKind.merge!(before, after, prune));
  },
  change: (platform, before, after) => becomes(platform, before, after),
  list: async (platform, scope) => {
    const specs: TopicsSpec[] = [];
    for (const { productID } of await productsIn(platform, scope)) {
      const spec = await readTopics(platform, productID);
      if (spec) specs.push(spec);
    }
    return specs;
  },
  fileOf: ({ productKey: key }) => `products/${fileName(key)}`,
};

const becomes = async ({ topics }: Platform, before: TopicsSpec, after: TopicsSpec): Promise<void> => {
  const { productKey: productID, definedOnly = false } = after;
  const known = byTopic(before.topics);
  // What goes first makes room: a product has so many and no more.
  for (const { topic } of without(before.topics, after.topics)) await topics.topicClassDelete({ productID, topic });
  for (const { topic, permission, description: desc } of after.topics ?? []) {
    const was = known.get(topic);
    if (!was) await topics.topicClassCreate({ productID, topic, permission, desc });
    else if (was.permission !== permission || was.description !== desc) {
      await topics.topicClassUpdate({ productID, topic, permission, desc });
    }
  }
  if (definedOnly !== (before.definedOnly ?? false)) await topics.topicAccessUpdate({ productID, definedOnly });
};
