/** A run of a task: a message on NATS, whatever the group's sub-type says (unitedrhino, core: processTask, pubJob). */
import type { RhinoBus } from '../bus/rhino-bus';
import { RhinoError } from '../wire/rhino-error';
import type { JobState, Task } from './state';

/** Whether a message can be sent there: no wildcard, no empty part. */
const isSubject = (topic: string): boolean =>
  topic.split('.').every((part) => part !== '' && part !== '*' && part !== '>') && !/\s/.test(topic);

export class Runner {
  constructor(
    private readonly state: JobState,
    private readonly bus: RhinoBus,
  ) {}

  /**
   * @param params what is run, where it is not what stands in the task
   * @throws {RhinoError} 100006 for a subject that is none, or a group that runs something else
   */
  async run(task: Task, params = task.params): Promise<void> {
    const type = this.state.group(task.groupCode)?.type;
    if (type !== 'queue') throw new RhinoError(100006, [], `参数错误:not support job type:${String(type)}`);
    const { topic = '', payload = '' } = JSON.parse(params || '{}') as { topic?: string; payload?: string };
    if (!isSubject(topic)) {
      task.status = 3;
      throw new RhinoError(100006, [], `参数错误:invalid nats subject: "${topic}"`);
    }
    await this.bus.publish(topic, payload);
    this.state.runs.push({
      id: this.state.runs.length + 1,
      groupCode: task.groupCode,
      taskCode: task.code,
      params,
      resultCode: 200,
      resultMsg: '成功',
      createdTime: Math.trunc(Date.now() / 1000),
    });
  }
}
