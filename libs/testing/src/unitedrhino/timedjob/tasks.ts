/** timedjob.TimedManage: groups, tasks and their runs (unitedrhino, core: timedmanage). */
import { RhinoError } from '../wire/rhino-error';
import type { TimedjobMessage } from '../wire/messages';
import type { Methods } from '../wire/rpc-server';
import type { Sends } from './sends';
import type { Group, JobState, Task } from './state';

const groupOf = (state: JobState, code: string): Group => {
  const group = state.group(code);
  if (!group) throw new RhinoError(100009);
  return group;
};

const taskOf = (state: JobState, code: string, groupCode?: string): Task => {
  const task = state.task(code, groupCode);
  if (!task) throw new RhinoError(100009);
  return task;
};

const listOf = <T>(list: readonly T[]): { list: readonly T[]; total: number } => ({ list, total: list.length });

/** The members of a change that are set. */
const setOnes = <T extends object>(change: T): Partial<T> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== '' && value !== 0)) as Partial<T>;

export const taskMethods = (state: JobState, sends: Sends): Methods[string] => ({
  TaskGroupCreate: ({ code, name, type, subType, priority, env, config }: TimedjobMessage<'TaskGroup'>) => {
    if (state.group(code)) throw new RhinoError(100010, ['duplicate key']);
    state.groups.push({ code, name, type, subType, priority: Number(priority), env, config });
    return {};
  },

  TaskGroupUpdate: ({ code, name, subType, priority, config }: TimedjobMessage<'TaskGroup'>) => {
    Object.assign(groupOf(state, code), setOnes({ name, subType, priority: Number(priority), config }));
    return {};
  },

  /** With tasks in it, too: the clock drops them then. */
  TaskGroupDelete: ({ code }: TimedjobMessage<'WithCode'>) => {
    const at = state.groups.findIndex((group) => group.code === code);
    if (at >= 0) state.groups.splice(at, 1);
    return {};
  },

  TaskGroupRead: ({ code }: TimedjobMessage<'WithCode'>) => groupOf(state, code),
  TaskGroupIndex: () => listOf(state.groups),

  /** Looks at no group; one that exists is left as it is, and that is no error. */
  TaskInfoCreate: (request: TimedjobMessage<'TaskInfo'>) => {
    const { groupCode, code, name, params, cronExpr, topics } = request;
    if (state.task(code, groupCode)) return {};
    const type = Number(request.type) || 1;
    const priority = Number(request.priority) || 3;
    state.tasks.push({
      groupCode,
      code,
      type,
      name,
      params,
      cronExpr,
      status: Number(request.status),
      priority,
      topics,
    });
    return {};
  },

  TaskInfoUpdate: (request: TimedjobMessage<'TaskInfo'>) => {
    const { name, params, cronExpr, status, priority } = request;
    const change = { name, params, cronExpr, status: Number(status), priority: Number(priority) };
    Object.assign(taskOf(state, request.code), setOnes(change));
    return {};
  },

  TaskInfoDelete: ({ code, groupCode }: TimedjobMessage<'WithGroupCode'>) => {
    const task = state.task(code, groupCode);
    if (task) state.remove(task);
    return {};
  },

  TaskInfoRead: ({ code, groupCode }: TimedjobMessage<'WithGroupCode'>) => taskOf(state, code, groupCode),

  TaskInfoIndex: ({ groupCode }: TimedjobMessage<'TaskInfoIndexReq'>) =>
    listOf(state.tasks.filter((task) => !groupCode || task.groupCode === groupCode)),

  TaskLogIndex: ({ groupCode, taskCode }: TimedjobMessage<'TaskLogIndexReq'>) =>
    listOf(
      state.runs
        .filter((run) => (!groupCode || run.groupCode === groupCode) && (!taskCode || run.taskCode === taskCode))
        .reverse(),
    ),

  TaskSend: (request: TimedjobMessage<'TaskSendReq'>) => sends.send(request),

  /** One that is unknown, or has run, too. */
  TaskCancel: ({ taskID }: TimedjobMessage<'TaskWithTaskID'>) => {
    sends.cancel(taskID);
    return {};
  },
});
