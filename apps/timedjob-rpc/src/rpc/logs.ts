/** TaskLogIndex: what came of the runs. */
import type { services } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import { pageArgs } from './page';

/** Lines without a page: the newest. */
const DEFAULT_SIZE = 100;

export const logHandlers = (prisma: PrismaClient): Pick<Handlers<typeof services.timedManage>, 'TaskLogIndex'> => ({
  TaskLogIndex: async ({ page, groupCode, taskCode }) => {
    const where = { ...(groupCode && { groupCode }), ...(taskCode && { taskCode }) };
    const args = pageArgs(page, ['createdTime', 'resultCode'], [], DEFAULT_SIZE);
    const orderBy = [...args.orderBy, { id: 'desc' as const }];
    const [list, total] = await Promise.all([
      prisma.timedLog.findMany({ where, ...args, orderBy }),
      prisma.timedLog.count({ where }),
    ]);
    return {
      list: list.map(({ id, createdTime, ...line }) => ({
        ...line,
        id: String(id),
        createdTime: Math.floor(createdTime.getTime() / 1000),
      })),
      total,
    };
  },
});
