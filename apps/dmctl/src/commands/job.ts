import { taskStatuses, taskTypes, wordOf } from '@alink/operator/words';
import { Code } from '@alink/contract/codes';
import { RpcError } from '@alink/rpc/rpc-error';
import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseLimit, parseSeconds } from '../parse-options';
import type { Session } from '../session';

interface CreateOptions {
  readonly topic: string;
  readonly payload: string;
  readonly cron?: string;
  readonly name?: string;
}

export const addJobCommands = (job: Command, io: Io): void => {
  withExample(
    job
      .command('list')
      .description('list jobs')
      .argument('[group]', 'of this group only')
      .option('--limit <n>', 'most rows', parseLimit, 100)
      .action(
        inSession(io, async ({ jobs, out }, { limit }: { limit: number }, groupCode?: string) => {
          const { list } = await jobs.TaskInfoIndex({ groupCode, page: { page: 1, size: limit } });
          const rows = list.map((task) => ({
            group: task.groupCode,
            code: task.code,
            name: task.name,
            type: wordOf(taskTypes, task.type),
            cron: task.cronExpr,
            status: wordOf(taskStatuses, task.status),
            params: task.params,
          }));
          out.rows(rows, ['group', 'code', 'type', 'cron', 'status', 'params'], 'no jobs');
        }),
      ),
    'job list',
  );

  withExample(
    job
      .command('create')
      .description('create a job; its group comes into being when it is new')
      .argument('<group>')
      .argument('<code>', 'name of the job within its group')
      .requiredOption('--topic <subject>', 'NATS subject to publish on')
      .option('--payload <text>', 'what to publish', '')
      .option(
        '--cron <expression>',
        '5 or 6 fields by the clock of CRON_TIMEZONE, or "@every 10m"; without it the job waits for "job run"',
      )
      .option('--name <text>', 'display name (the code when left out)')
      .action(inSession(io, createJob)),
    `job create reports nightly --topic reports.build --payload '{"day":"today"}' --cron '0 3 * * *'`,
  );

  withExample(
    job
      .command('run')
      .description('run a job once')
      .argument('<group>')
      .argument('<code>')
      .option('--delay <seconds>', 'not now but later', parseSeconds, 0)
      .action(
        inSession(io, async ({ jobs, out }, { delay }: { delay: number }, groupCode: string, code: string) => {
          // Where there is none, the service would ask for a message to make one of.
          await jobs.TaskInfoRead({ groupCode, code });
          const { taskID } = await jobs.TaskSend({ groupCode, code, option: { processIn: delay } });
          out.done({ taskId: taskID }, `${code} runs ${delay > 0 ? `in ${delay} s` : 'now'}, task ${taskID}`);
        }),
      ),
    'job run reports nightly --delay 30',
  );

  withExample(
    job
      .command('delete')
      .description('delete a job and cancel what it has queued')
      .argument('<group>')
      .argument('<code>')
      .action(
        inSession(io, async ({ jobs, out }, _options, groupCode: string, code: string) => {
          // Deleting what is not there is fine for the service; here it is a slip of the hand.
          await jobs.TaskInfoRead({ groupCode, code });
          await jobs.TaskInfoDelete({ groupCode, code });
          out.done({ deleted: `${groupCode}/${code}` }, `deleted job ${code} of ${groupCode}`);
        }),
      ),
    'job delete reports nightly',
  );
};

const createJob = async (
  { jobs, out }: Session,
  { topic, payload, cron, name }: CreateOptions,
  groupCode: string,
  code: string,
): Promise<void> => {
  // For the service a job that exists is created; it stays as it was, and people should know.
  if (await exists(jobs.TaskInfoRead({ groupCode, code }))) {
    throw new RpcError(Code.duplicate, `job ${code} of ${groupCode} exists already`);
  }
  const type = cron ? 'timed' : 'delayed';
  await jobs.TaskInfoCreate({
    groupCode,
    code,
    name: name ?? code,
    type: taskTypes[type],
    params: JSON.stringify({ topic, payload }),
    cronExpr: cron,
    status: taskStatuses['waiting to run'],
  });
  out.done({ group: groupCode, code, type, cron, topic }, `created job ${code} of ${groupCode}`);
};

/** False where a call is refused because what it is about does not exist. */
const exists = async (call: Promise<unknown>): Promise<boolean> => {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof RpcError && error.code === Code.notFound) return false;
    throw error;
  }
};
