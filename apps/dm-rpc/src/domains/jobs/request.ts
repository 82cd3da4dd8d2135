/** What devices ask and say about their tasks. */
import type { Reply } from '@alink/alink';
import type { DmContext } from '../../context';
import { isText } from '../../wire/shape';
import type { Answerers } from '../answerer';
import { readTasks, updateTasks, type DeviceTask, type UpdateOutcome } from './store';
import { summaryOf, taskOf } from './task';

/** What a device hears that said the same of its task before: a message of QoS 1 may come twice. */
const outcomeReply = (outcome: UpdateOutcome, status: string): Reply => {
  if (outcome === 'changed' || outcome === status) return { code: 200 };
  if (outcome === undefined) return { code: 460, message: 'request parameter error: there is no such task' };
  return { code: 460, message: `request parameter error: the task is ${outcome} already` };
};

export const jobAnswerers = (context: DmContext): Answerers => {
  const { prisma, now } = context;
  const whole = (task: DeviceTask | undefined): Reply => ({
    code: 200,
    ...(task && { data: { ...taskOf(context, task) } }),
  });
  return {
    'jobs.list': {
      needs: {},
      async answer(asked) {
        const found = await readTasks(prisma, asked);
        return found.map((tasks): Reply => ({ code: 200, data: tasks.map((task) => ({ ...summaryOf(task) })) }));
      },
    },

    'jobs.next': {
      needs: {},
      async answer(asked) {
        const found = await readTasks(prisma, asked);
        return found.map(([next]) => whole(next));
      },
    },

    'jobs.get': {
      needs: { taskId: isText },
      async answer(asked) {
        const requests = asked.map(({ device, question }) => ({ device, taskId: question.taskId }));
        const found = await readTasks(prisma, requests);
        return found.map(([task]) => whole(task));
      },
    },

    'jobs.update': {
      needs: { taskId: isText, status: isText },
      async answer(asked) {
        const updates = asked.map(({ device, question: { kind: _kind, ...update } }) => ({ device, ...update }));
        const outcomes = await updateTasks(prisma, updates, now());
        return outcomes.map((outcome, at) => outcomeReply(outcome, updates[at]!.status));
      },
    },
  };
};
