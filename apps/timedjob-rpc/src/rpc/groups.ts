/** TaskGroup*: groups of tasks, which say how their tasks run. */
import { Code, type services } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import { RpcError, type Handlers } from '@alink/rpc';
import { DEFAULT_PRIORITY } from '../standing-group';
import type { TaskChanges } from '../task-changes';
import { duplicate, notFound, refusedAs } from './database-errors';
import { pageArgs } from './page';
import { badField, boundedName, priorityOf, requiredName } from './request-fields';

type TimedHandlers = Handlers<typeof services.timedManage>;
type GroupHandlers = Pick<
  TimedHandlers,
  'TaskGroupCreate' | 'TaskGroupUpdate' | 'TaskGroupDelete' | 'TaskGroupIndex' | 'TaskGroupRead'
>;

/** How the messages of a group go out, as unitedrhino names it; all alike, see TaskRunner. */
const SUB_TYPES = ['nats', 'natsJs', 'js'];

export const groupHandlers = (prisma: PrismaClient, changes: TaskChanges): GroupHandlers => ({
  TaskGroupCreate: async (request) => {
    const code = requiredName(request.code, 'code');
    const data = {
      code,
      name: boundedName(request.name, 'name'),
      type: servedType(requiredName(request.type, 'type')),
      subType: knownSubType(request.subType),
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
      type: request.type ? servedType(request.type) : undefined,
      subType: knownSubType(request.subType) || undefined,
      priority: priorityOf(request.priority, 'priority') || undefined,
      env: Object.keys(request.env).length > 0 ? request.env : undefined,
      config: request.config || undefined,
    };
    await refusedAs(prisma.timedGroup.update({ where: { code }, data }), { P2025: notFound(`group "${code}"`) });
    return {};
  },

  TaskGroupDelete: async (request) => {
    const code = requiredName(request.code, 'code');
    // Its tasks go with it, and one that does not exist is as good as deleted: both as in unitedrhino.
    const tasks = await prisma.timedTask.findMany({ where: { groupCode: code } });
    await prisma.timedGroup.deleteMany({ where: { code } });
    await changes.deleted(...tasks);
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

/** @throws {RpcError} 100018 for what unitedrhino runs and this service does not: SQL and scripts that callers bring */
const servedType = (type: string): string => {
  if (type === 'queue') return type;
  if (!['sql', 'script'].includes(type)) throw badField('type', `"${type}" is unknown; queue is served`);
  throw new RpcError(Code.notImplemented, `type: "${type}" is not served, only queue`);
};

const knownSubType = (subType: string): string => {
  if (subType === '' || SUB_TYPES.includes(subType)) return subType;
  throw badField('subType', `"${subType}" is none of ${SUB_TYPES.join(', ')}`);
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
