/** The node's timing task: every ten minutes, whatever was missed is made good. */
import type { Bus, Subscription } from '@alink/bus';
import { Code, PROTOCOL_CODE, services, subjects, TaskStatus, TaskType } from '@alink/contract';
import { RpcError, type Client, type RpcChannel } from '@alink/rpc';
import type { Logger } from '@alink/runtime';

type Tasks = Client<typeof services.timedManage>;

/** As the protocols of unitedrhino's SDK have it; its timedjob.rpc and ours have this group from the start. */
const GROUP_CODE = 'unitedRhino-queue';
/** The group of earlier versions. */
const FORMER_GROUP_CODE = 'protocol';
const TASK_CODE = `protocol-${PROTOCOL_CODE}-timer`;

/** Creates group and task where they are missing. */
const createTask = async (tasks: Tasks): Promise<void> => {
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
      // unitedrhino's scheduler picks up none that is said to run already.
      status: TaskStatus.toRun,
    }),
  );
};

/** Another implementation of the protocol may have made the task, with a topic of its own. */
const topicOfTask = async (tasks: Tasks): Promise<string> => {
  try {
    const { params } = await tasks.TaskInfoRead({ groupCode: GROUP_CODE, code: TASK_CODE });
    const { topic } = JSON.parse(params) as { readonly topic?: unknown };
    return typeof topic === 'string' && topic !== '' ? topic : subjects.nodeTimer;
  } catch {
    return subjects.nodeTimer;
  }
};

/** Earlier versions had it in another group, where it would go on firing. */
const deleteFormerTask = async (tasks: Tasks, log: Logger): Promise<void> => {
  try {
    await tasks.TaskInfoDelete({ groupCode: FORMER_GROUP_CODE, code: TASK_CODE });
  } catch (error) {
    if (error instanceof RpcError && error.code === Code.notFound) return;
    log.warn({ err: error, groupCode: FORMER_GROUP_CODE, code: TASK_CODE }, 'a timing task of earlier versions stays');
  }
};

/** Starts the task and calls back at each of its runs, on every node. */
export const startTimer = async (
  timedjob: RpcChannel,
  bus: Bus,
  log: Logger,
  onFire: () => Promise<void>,
): Promise<Subscription> => {
  const tasks = timedjob.client(services.timedManage);
  await createTask(tasks);
  await deleteFormerTask(tasks, log);
  return bus.subscribe(await topicOfTask(tasks), () => {
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
