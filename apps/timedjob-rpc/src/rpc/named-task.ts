/** The task that a caller names: by group and code or, as unitedrhino takes it too, by its code alone. */
import type { Prisma, PrismaClient } from '@alink/db';
import { RpcError } from '@alink/rpc';
import { notFound } from './database-errors';
import { requiredName } from './request-fields';

export interface TaskName {
  /** Empty where only the code is given. */
  readonly groupCode: string;
  readonly code: string;
}

/** What tasks must be to be meant. @throws {RpcError} 100006 without a code */
export const named = ({ groupCode, code }: TaskName): { readonly groupCode?: string; readonly code: string } => ({
  code: requiredName(code, 'code'),
  ...(groupCode !== '' && { groupCode: requiredName(groupCode, 'groupCode') }),
});

/**
 * The task; where only a code is given that several groups have, the oldest.
 * @throws {RpcError} 100006 without a code, 100009 when there is none
 */
export const findTask = async (prisma: PrismaClient, name: TaskName): Promise<Prisma.TimedTaskGetPayload<object>> => {
  const where = named(name);
  const task = await prisma.timedTask.findFirst({ where, orderBy: [{ createdTime: 'asc' }, { groupCode: 'asc' }] });
  if (!task) throw new RpcError(...notFound(describe(name)));
  return task;
};

const describe = ({ groupCode, code }: TaskName): string => `task "${code}"${groupCode && ` of group "${groupCode}"`}`;
