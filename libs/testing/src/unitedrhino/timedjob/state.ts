/** Groups and tasks, in memory (unitedrhino, core: timed). */
export interface Group {
  readonly code: string;
  name: string;
  readonly type: string;
  subType: string;
  priority: number;
  env: Record<string, string>;
  config: string;
}

export interface Task {
  readonly groupCode: string;
  readonly code: string;
  readonly type: number;
  name: string;
  /** JSON: `{"topic","payload"}` in a group of type `queue`. */
  params: string;
  cronExpr: string;
  status: number;
  priority: number;
  topics: readonly string[];
}

export interface TaskRun {
  readonly id: number;
  readonly groupCode: string;
  readonly taskCode: string;
  readonly params: string;
  readonly resultCode: number;
  readonly resultMsg: string;
  /** Unix seconds. */
  readonly createdTime: number;
}

/** `Task.type`; only the first kind has a clock of its own. */
export const TaskType = { timing: 1, delayed: 2 } as const;
/** `Task.status`: callers ask with 2, 3 and 5, the scheduler answers with 1 and 4. */
export const TaskStatus = { running: 1, toRun: 2, toStop: 3, stopped: 4, toDelete: 5 } as const;

const group = (code: string, name: string, type: string, subType: string, priority: number): Group => ({
  code,
  name,
  type,
  subType,
  priority,
  env: {},
  config: '{}',
});

export class JobState {
  /** Those that its database has from the start. */
  readonly groups: Group[] = [
    group('queueTest', '消息队列测试', 'queue', 'natsJs', 9),
    group('unitedRhino-queue', '联犀系统定时消息任务组', 'queue', 'natsJs', 9),
    group('sqlJsTest', 'sqlJs模式测试', 'sql', 'js', 7),
  ];
  readonly tasks: Task[] = [];
  readonly runs: TaskRun[] = [];

  group(code: string): Group | undefined {
    return this.groups.find((one) => one.code === code);
  }

  /** By the code alone, or with the group where one is named. */
  task(code: string, groupCode = ''): Task | undefined {
    return this.tasks.find((task) => task.code === code && (!groupCode || task.groupCode === groupCode));
  }

  remove(task: Task): void {
    const at = this.tasks.indexOf(task);
    if (at >= 0) this.tasks.splice(at, 1);
  }
}
