/** Custom topics of products in the database, and which of their messages go on. */
import type { TopicClass, TopicPermission } from '@alink/alink';
import type { Prisma } from '@alink/db';
import { badParameter } from '../../wire/errors';

const PERMISSIONS: readonly TopicPermission[] = ['publish', 'subscribe', 'both'];

/** Key of `protocolConf` of a product: whether its devices may use the custom topics that it defines and no others. */
export const ACCESS_KEY = 'customTopics';
/** What may stand there; nothing is the same as `any`. */
export const ACCESSES = ['any', 'defined'] as const;

export const definedOnly = (protocolConf: Prisma.JsonValue): boolean =>
  (protocolConf as Record<string, string>)[ACCESS_KEY] === 'defined';

/** A row as the class that it is. */
export const topicClass = ({ topic, permission }: { topic: string; permission: string }): TopicClass => ({
  topic,
  permission: permission as TopicPermission,
});

/** @throws {RpcError} 100006 for another word */
export const requirePermission = (permission: string): TopicPermission => {
  const found = PERMISSIONS.find((each) => each === permission);
  if (!found) throw badParameter('permission', `must be one of ${PERMISSIONS.join(', ')}`);
  return found;
};
