/** Runs that are asked for: at once, after a while, at a time (unitedrhino, core: TaskSend). */
import { randomUUID } from 'node:crypto';
import { RhinoError } from '../wire/rhino-error';
import type { TimedjobMessage } from '../wire/messages';
import type { Runner } from './runner';
import { TaskStatus, TaskType, type Group, type JobState, type Task } from './state';

type Request = TimedjobMessage<'TaskSendReq'>;

/** The longest that a timer of Node.js waits. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export class Sends {
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly state: JobState,
    private readonly runner: Runner,
  ) {}

  /**
   * A task that does not exist yet is made. Without an option it runs before this answers, and has no id; not the first time.
   * @throws {RhinoError} 100006 for an unknown group, and for a new task that says nothing of what to run; 100007 where a new
   *   task is to run at once
   */
  async send(request: Request): Promise<{ taskID: string }> {
    const group = this.state.group(request.groupCode);
    if (!group) throw new RhinoError(100006, [], '参数错误:任务组未找到,请填写正确的任务组');
    const known = this.state.task(request.code);
    const task = known ?? this.make(group, request);
    const { option, paramQueue } = request;
    const params = paramQueue ? queueParams(paramQueue) : task.params;
    if (!option) {
      // One that this call has made does not find its group; it does the next time.
      if (!known) throw new RhinoError(100007, ['{"code":100006,"msg":"参数错误:任务没有找到任务组"}']);
      await this.runner.run(task, params);
      return { taskID: '' };
    }
    const taskID = option.taskID || randomUUID();
    if (this.waiting.has(taskID)) throw new RhinoError(100007, ['task ID conflicts with another task']);
    const at =
      option.processIn === '0' ? Number(option.processAt) * 1000 : Date.now() + Number(option.processIn) * 1000;
    const run = (): void => {
      this.waiting.delete(taskID);
      void this.runner.run(task, params).catch(() => undefined); // its log has it
    };
    this.waiting.set(taskID, setTimeout(run, Math.min(MAX_DELAY_MS, Math.max(0, at - Date.now()))));
    return { taskID };
  }

  cancel(taskID: string): void {
    clearTimeout(this.waiting.get(taskID));
    this.waiting.delete(taskID);
  }

  stop(): void {
    for (const taskID of [...this.waiting.keys()]) this.cancel(taskID);
  }

  private make(group: Group, { code, option, paramQueue }: Request): Task {
    if (!paramQueue) throw new RhinoError(100006, [], '参数错误:任务组为消息发送类型,请填写消息发送参数');
    const task: Task = {
      groupCode: group.code,
      code,
      type: TaskType.delayed,
      name: '',
      params: queueParams(paramQueue),
      cronExpr: '',
      status: TaskStatus.running,
      priority: Number(option?.priority ?? 0) || 3,
      topics: [],
    };
    this.state.tasks.push(task);
    return task;
  }
}

const queueParams = ({ topic, payload }: NonNullable<Request['paramQueue']>): string =>
  JSON.stringify({ topic, payload });
