/** TaskGroup*: groups of tasks, which say how their tasks run. */
import { Code, type services } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import { RpcError, type Handlers } from '@alink/rpc';
import { duplicate, notFound, refusedAs } from './database-errors';
import { pageArgs } from './page';
import { badField, boundedName, priorityOf, requiredName } from './request-fields';

type TimedHandlers = Handlers<typeof services.timedManage>;
type GroupHandlers = Pick<
  TimedHandlers,
  'TaskGroupCreate' | 'TaskGroupUpdate' | 'TaskGroupDelete' | 'TaskGroupIndex' | 'TaskGroupRead'
>;

const DEFAULT_PRIORITY = 3;

export const groupHandlers = (prisma: PrismaClient): GroupHandlers => ({
  TaskGroupCreate: async (request) => {
    const code = requiredName(request.code, 'code');
    const data = {
      code,
      name: boundedName(request.name, 'name'),
      type: served(requiredName(request.type, 'type'), 'type', ['queue']),
      subType: served(requiredName(request.subType, 'subType'), 'subType', ['nats', 'natsJs']),
      priority: priorityOf(request.priority, 'priority') || DEFAULT_PRIORITY,
      env: request.env,
      config: request.config,
    };
    await refusedAs(prisma.timedGroup.create({ data }), { P2002: duplicate(`group "${code}"`) });
    return {};
  },

  TaskGroupUpdate: async (request) => {
    const code = requiredName(request.code, 'code');
    const data: Prisma.TimedGroupUpdateInput = {
      name: boundedName(request.name, 'name') || undefined,
      type: request.type ? served(request.type, 'type', ['queue']) : undefined,
      subType: request.subType ? served(request.subType, 'subType', ['nats', 'natsJs']) : undefined,
      priority: priorityOf(request.priority, 'priority') || undefined,
      env: Object.keys(request.env).length > 0 ? request.env : undefined,
      config: request.config || undefined,
    };
    await refusedAs(prisma.timedGroup.update({ where: { code }, data }), { P2025: notFound(`group "${code}"`) });
    return {};
  },

  TaskGroupDelete: async (request) => {
    const code = requiredName(request.code, 'code');
    await refusedAs(prisma.timedGroup.delete({ where: { code } }), {
      P2025: notFound(`group "${code}"`),
      P2003: [Code.notEmpty, `group "${code}" still has tasks`],
    });
    return {};
  },

  TaskGroupIndex: async ({ page }) => {
    const args = pageArgs(page, ['code', 'name', 'priority', 'createdTime'], [{ createdTime: 'asc' }, { code: 'asc' }]);
    const [list, total] = await Promise.all([prisma.timedGroup.findMany(args), prisma.timedGroup.count()]);
    return { list: list.map(toWire), total };
  },

  TaskGroupRead: async (request) => {
    const code = requiredName(request.code, 'code');
    const group = await prisma.timedGroup.findUnique({ where: { code } });
    if (!group) throw new RpcError(...notFound(`group "${code}"`));
    return toWire(group);
  },
});

/** @throws {RpcError} 100018 for kinds of groups that this service does not run */
const served = (value: string, field: string, kinds: readonly string[]): string => {
  if (kinds.includes(value)) return value;
  const known = ['queue', 'sql', 'script', 'nats', 'natsJs', 'js'].includes(value);
  if (!known) throw badField(field, `"${value}" is unknown; ${kinds.join(' or ')} is served`);
  throw new RpcError(Code.notImplemented, `${field}: "${value}" is not served, only ${kinds.join(' and ')}`);
};

const toWire = ({ code, name, type, subType, priority, env, config }: Prisma.TimedGroupGetPayload<object>) => ({
  code,
  name,
  type,
  subType,
  priority,
  env: env as Record<string, string>,
  config,
});
