/** Groups that nobody has to make: the one of unitedrhino's services, and those that tasks are created in. */
import type { Prisma, PrismaClient } from '@alink/db';

/** What a group, and with it its tasks, has where nobody says. */
export const DEFAULT_PRIORITY = 3;

/**
 * In this group the services of unitedrhino, and gateways made with its SDK, create and send their tasks. They take it to
 * be there: its own service has it from the first start, with this type and priority.
 */
const UNITEDRHINO_GROUP = {
  code: 'unitedRhino-queue',
  name: 'jobs of unitedrhino services',
  type: 'queue',
  subType: 'natsJs',
  priority: 9,
} as const;

/**
 * Makes the group of unitedrhino's services where it is missing; one that is there stays as it is. At each start and not
 * once with the tables: who deletes it by mistake has it back, and empty it is in nobody's way.
 */
export const makeStandingGroup = async (prisma: PrismaClient): Promise<void> => {
  await prisma.timedGroup.createMany({ data: UNITEDRHINO_GROUP, skipDuplicates: true });
};

/**
 * The group in which a task is to be created. unitedrhino's service takes a task without looking for its group; here a
 * group that is missing comes into being, so that the task runs.
 */
export const groupForTask = async (
  prisma: PrismaClient,
  code: string,
): Promise<Prisma.TimedGroupGetPayload<object>> => {
  const where = { code };
  const known = await prisma.timedGroup.findUnique({ where });
  if (known) return known;
  const data = { code, name: code, type: 'queue', subType: 'nats', priority: DEFAULT_PRIORITY };
  // Several may create tasks in it at the same moment.
  await prisma.timedGroup.createMany({ data, skipDuplicates: true });
  return prisma.timedGroup.findUniqueOrThrow({ where });
};
