import { isoOfSeconds } from '@alink/operator/words';
import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { collect, parseJsonObject, parseLimit, parsePage, parseSeconds } from '../parse-options';
import { readBytes } from '../read-text-file';
import type { Session } from '../session';

interface CreateOptions {
  readonly document: string;
  readonly device: readonly string[];
  readonly file?: string;
  readonly url?: string;
  readonly sign?: string;
  readonly signMethod?: string;
  readonly timeout: number;
  readonly desc: string;
}
interface PageOptions {
  readonly limit: number;
  readonly page: number;
}
type Job = Awaited<ReturnType<Session['deviceJobs']['jobRead']>>;

export const addDeviceJobCommands = (job: Command, io: Io): void => {
  withExample(
    job
      .command('create')
      .description('let devices of a product do something: those named, or all that there are now')
      .argument('<productKey>')
      .argument('<name>', 'for people')
      .option('--document <json>', 'JSON object that tells devices what to do', parseJsonObject, '{}')
      .option('--device <deviceName>', 'a device that is to do it; may be given again', collect, [])
      .option('--file <file>', 'file of at most 1 MB that devices fetch from the platform')
      .option('--url <url>', 'file that devices fetch; C SDKs take no port in it')
      .option('--sign <hex>', 'of the bytes of the file')
      .option('--sign-method <name>', 'Md5 or Sha256 (Md5 when left out)')
      .option('--timeout <minutes>', "from a device's IN_PROGRESS to TIMED_OUT; 0 for never", parseSeconds, 0)
      .option('--desc <text>', 'more for people', '')
      .action(
        inSession(io, async ({ deviceJobs, out }, options: CreateOptions, productID: string, name: string) => {
          const { document, device, url, sign, signMethod, timeout, desc } = options;
          const content = options.file === undefined ? undefined : Buffer.from(await readBytes(io, options.file));
          const file = url === undefined && !content ? null : { url, sign, signMethod, content };
          const request = { productID, name, desc, document, file, deviceNames: [...device], timeoutMinutes: timeout };
          const { jobID } = await deviceJobs.jobCreate(request);
          const made = await deviceJobs.jobRead({ jobID });
          out.done({ id: jobID, tasks: tasksOf(made) }, `created job ${jobID} for ${tasksOf(made)} devices`);
        }),
      ),
    `device-job create aliyun_test_01 blink --document '{"led":1}' --device dev001`,
    `device-job create aliyun_test_01 fonts --url https://files.example/f.bin --sign 9e107d9d372bb6826bd81d3542a419d6`,
  );

  withExample(
    paged(job.command('list').description('list jobs of devices, newest first'))
      .argument('[productKey]', 'of this product only')
      .action(
        inSession(io, async ({ deviceJobs, out }, { limit, page }: PageOptions, productID?: string) => {
          const { list, total } = await deviceJobs.jobIndex({ productID, page, size: limit });
          const rows = list.map(rowOf);
          out.rows(rows, ['id', 'product', 'name', 'status', 'tasks', 'done', 'created'], 'no jobs of devices');
          out.pageNote({ page, size: limit, shown: rows.length, total: Number(total) });
        }),
      ),
    'device-job list aliyun_test_01',
  );

  withExample(
    job
      .command('show')
      .description('show a job of devices, and how many have come how far')
      .argument('<id>')
      .action(
        inSession(io, async ({ deviceJobs, out }, _options, jobID: string) => {
          const found = await deviceJobs.jobRead({ jobID });
          const { desc, document, file, timeoutMinutes, counts } = found;
          out.record({
            ...rowOf(found),
            desc,
            document,
            url: file?.url,
            timeoutMinutes: timeoutMinutes === '0' ? '' : timeoutMinutes,
            ...countsInWords(counts),
          });
        }),
      ),
    'device-job show 12',
  );

  withExample(
    paged(job.command('tasks').description('list how far each device has come with a job'))
      .argument('<id>')
      .option('--status <status>', 'QUEUED, SENT, IN_PROGRESS, SUCCEEDED, FAILED, REJECTED, CANCELLED or TIMED_OUT')
      .action(
        inSession(
          io,
          async ({ deviceJobs, out }, { limit, page, status }: PageOptions & { status?: string }, jobID: string) => {
            const { list, total } = await deviceJobs.taskIndex({ jobID, status, page, size: limit });
            const rows = list.map((task) => ({
              task: task.taskID,
              device: task.deviceName,
              status: task.status,
              progress: `${task.progress} %`,
              details: task.statusDetails,
              updated: new Date(Number(task.updatedAt)).toISOString(),
            }));
            out.rows(rows, ['task', 'device', 'status', 'progress', 'details', 'updated'], 'no tasks');
            out.pageNote({ page, size: limit, shown: rows.length, total: Number(total) });
          },
        ),
      ),
    'device-job tasks 12 --status FAILED',
  );

  withExample(
    job
      .command('cancel')
      .description('end what is not finished of a job; devices that know of it are told')
      .argument('<id>')
      .action(
        inSession(io, async ({ deviceJobs, out }, _options, jobID: string) => {
          const { cancelled } = await deviceJobs.jobCancel({ jobID });
          out.done({ id: jobID, cancelled }, `cancelled job ${jobID}: ${cancelled} tasks were not finished`);
        }),
      ),
    'device-job cancel 12',
  );

  withExample(
    job
      .command('remove')
      .description('delete a job with its tasks; devices that are at it are told')
      .argument('<id>')
      .action(
        inSession(io, async ({ deviceJobs, out }, _options, jobID: string) => {
          await deviceJobs.jobRemove({ jobID });
          out.done({ removed: jobID }, `removed job ${jobID}`);
        }),
      ),
    'device-job remove 12',
  );
};

const paged = (command: Command): Command =>
  command.option('--limit <n>', 'rows of a page', parseLimit, 100).option('--page <n>', 'from 1', parsePage, 1);

/** `IN_PROGRESS` as `in progress`. */
const countsInWords = (counts: Job['counts']): Record<string, string> =>
  Object.fromEntries(Object.entries(counts).map(([status, count]) => [status.toLowerCase().replace('_', ' '), count]));

const OPEN = ['QUEUED', 'SENT', 'IN_PROGRESS'];

const tasksOf = ({ counts }: Job): number => Object.values(counts).reduce((sum, count) => sum + Number(count), 0);

const rowOf = (job: Job) => ({
  id: job.jobID,
  product: job.productID,
  name: job.name,
  status: job.status,
  tasks: tasksOf(job),
  done: tasksOf(job) - OPEN.reduce((sum, status) => sum + Number(job.counts[status] ?? 0), 0),
  created: isoOfSeconds(job.createdTime),
});
