/** The node's timing task: every ten minutes, whatever was missed is made good. */
import type { Bus, Subscription } from '@alink/bus';
import { Code, PROTOCOL_CODE, services, subjects, TaskStatus, TaskType } from '@alink/contract';
import { RpcError, type RpcChannel } from '@alink/rpc';
import type { Logger } from '@alink/runtime';

const GROUP_CODE = 'protocol';
const TASK_CODE = `protocol-${PROTOCOL_CODE}-timer`;

/** Creates group and task where they are missing. */
const createTask = async (timedjob: RpcChannel): Promise<void> => {
  const tasks = timedjob.client(services.timedManage);
  await orDuplicate(
    tasks.TaskGroupCreate({ code: GROUP_CODE, name: 'device protocols', type: 'queue', subType: 'nats', priority: 3 }),
  );
  await orDuplicate(
    tasks.TaskInfoCreate({
      groupCode: GROUP_CODE,
      code: TASK_CODE,
      name: 'refresh products and presence',
      type: TaskType.timing,
      cronExpr: '@every 10m',
      params: JSON.stringify({ topic: subjects.nodeTimer, payload: '{}' }),
      priority: 3,
      status: TaskStatus.running,
    }),
  );
};

/** Starts the task and calls back at each of its runs, on every node. */
export const startTimer = async (
  timedjob: RpcChannel,
  bus: Bus,
  log: Logger,
  onFire: () => Promise<void>,
): Promise<Subscription> => {
  await createTask(timedjob);
  return bus.subscribe(subjects.nodeTimer, () => {
    onFire().catch((error: unknown) => log.warn({ err: error }, 'the ten-minute refresh failed'));
  });
};

const orDuplicate = async (call: Promise<unknown>): Promise<void> => {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof RpcError) || error.code !== Code.duplicate) throw error;
  }
};
