/** `alink.DeviceJobs`: what devices are to do, for operators. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { requireLockedProduct } from '../../services/lock-product';
import type { Transaction } from '../../transaction';
import { badParameter, notFound } from '../../wire/errors';
import { plainText, requireDeviceName, requireProductID } from '../../wire/fields';
import { pageOf } from '../../wire/paging';
import { NO_BASE_URL } from '../config/links';
import { contentOf, jobInfo, newJobRow } from './job-record';
import type { JobNotices } from './notices';
import { endTasks, tasksOfOnline } from './store';

const MAX_DEVICES = 10_000;

const noJob = (id: bigint) => notFound(`job ${id}`);

export const deviceJobs = (
  { prisma, audit, now, filesBaseUrl }: DmContext,
  notices: JobNotices,
): Handlers<typeof services.deviceJobs> => {
  /** How many tasks of each of these jobs have which status. */
  const countsOf = async (jobIDs: readonly bigint[]): Promise<ReadonlyMap<bigint, Record<string, number>>> => {
    const rows = await prisma.deviceTask.groupBy({
      by: ['jobID', 'status'],
      where: { jobID: { in: [...jobIDs] } },
      _count: true,
    });
    const counts = new Map<bigint, Record<string, number>>();
    for (const { jobID, status, _count } of rows) counts.set(jobID, { ...counts.get(jobID), [status]: _count });
    return counts;
  };

  const findJob = async (tx: Pick<Transaction, 'deviceJob'>, id: bigint) => {
    const row = await tx.deviceJob.findUnique({ where: { id } });
    if (!row) throw noJob(id);
    return row;
  };

  /** One task for each device that is named, or for each of the product. */
  const createTasks = async (tx: Transaction, productID: string, jobID: bigint, names: readonly string[]) => {
    if (names.length === 0) {
      return tx.$executeRaw`
        INSERT INTO device_task (job_id, device_id, updated_at)
        SELECT ${jobID}, id, ${now()}::bigint FROM device WHERE product_id = ${productID}`;
    }
    const made = await tx.$queryRaw<{ device_name: string }[]>`
      WITH named AS (SELECT id, device_name FROM device WHERE product_id = ${productID} AND device_name = ANY(${names}::text[])),
      made AS (INSERT INTO device_task (job_id, device_id, updated_at) SELECT ${jobID}, id, ${now()}::bigint FROM named)
      SELECT device_name FROM named`;
    const known = new Set(made.map((row) => row.device_name));
    const unknown = names.findIndex((name) => !known.has(name));
    if (unknown >= 0) {
      throw badParameter(`deviceNames[${unknown}]`, `names no device of product ${productID}: ${names[unknown]}`);
    }
    return made.length;
  };

  const namesOf = (names: readonly string[]): string[] => {
    if (names.length > MAX_DEVICES) throw badParameter('deviceNames', `must have at most ${MAX_DEVICES} entries`);
    return [...new Set(names.map((name, at) => requireDeviceName(`deviceNames[${at}]`, name)))];
  };

  return {
    async jobCreate(request, call) {
      const productID = requireProductID('productID', request.productID);
      const row = newJobRow(request, productID);
      const names = namesOf(request.deviceNames);
      const content = contentOf(request);
      if (content && filesBaseUrl === undefined) throw badParameter('file.content', `cannot be served: ${NO_BASE_URL}`);
      const id = await audit.transact(call, async (tx, note) => {
        await requireLockedProduct(tx, productID);
        const job = await tx.deviceJob.create({ data: { ...row, createdAt: new Date(now()) } });
        if (content) await tx.deviceJobFile.create({ data: { jobID: job.id, content: new Uint8Array(content) } });
        const tasks = await createTasks(tx, productID, job.id, names);
        note('job.create', { productID }, { jobID: job.id.toString(), name: row.name, tasks });
        return job.id;
      });
      notices.tell(await tasksOfOnline(prisma, id));
      return { jobID: id.toString() };
    },

    async jobIndex(request) {
      const productID = plainText('productID', request.productID, 128);
      const where = { ...(productID && { productID }) };
      const page = pageOf({ page: request.page, size: request.size, orders: [] });
      const [rows, total] = await Promise.all([
        prisma.deviceJob.findMany({ where, ...page, orderBy: { id: 'desc' } }),
        prisma.deviceJob.count({ where }),
      ]);
      const counts = await countsOf(rows.map(({ id }) => id));
      return { list: rows.map((row) => ({ ...jobInfo(row, counts.get(row.id) ?? {}), document: '' })), total };
    },

    async jobRead(request) {
      const row = await findJob(prisma, BigInt(request.jobID));
      return jobInfo(row, (await countsOf([row.id])).get(row.id) ?? {});
    },

    async jobCancel(request, call) {
      const id = BigInt(request.jobID);
      const { ended, known } = await audit.transact(call, async (tx, note) => {
        const { productID, cancelledAt } = await findJob(tx, id);
        const outcome = await endTasks(tx, id, 'CANCELLED', now());
        await tx.deviceJob.update({ where: { id }, data: { cancelledAt: cancelledAt ?? new Date(now()) } });
        note('job.cancel', { productID }, { jobID: id.toString(), tasks: outcome.ended });
        return outcome;
      });
      notices.tell(known, 'CANCELLED');
      return { cancelled: ended };
    },

    async jobRemove(request, call) {
      const id = BigInt(request.jobID);
      const known = await audit.transact(call, async (tx, note) => {
        const { productID, name } = await findJob(tx, id);
        const outcome = await endTasks(tx, id, 'REMOVED', now());
        await tx.deviceJob.delete({ where: { id } });
        note('job.remove', { productID }, { jobID: id.toString(), name });
        return outcome.known;
      });
      notices.tell(known, 'REMOVED');
      return {};
    },

    async taskIndex(request) {
      const jobID = BigInt(request.jobID);
      const productID = plainText('productID', request.productID, 128);
      const deviceName = plainText('deviceName', request.deviceName, 128);
      const status = plainText('status', request.status, 32);
      if (jobID === 0n && !(productID && deviceName)) {
        throw badParameter('jobID', 'must be set where productID and deviceName are not');
      }
      const where = {
        ...(jobID !== 0n && { jobID }),
        ...(status && { status }),
        device: { ...(productID && { productID }), ...(deviceName && { deviceName }) },
      };
      const page = pageOf({ page: request.page, size: request.size, orders: [] });
      const [rows, total] = await Promise.all([
        prisma.deviceTask.findMany({
          where,
          ...page,
          orderBy: { id: 'desc' },
          include: { device: { select: { productID: true, deviceName: true } } },
        }),
        prisma.deviceTask.count({ where }),
      ]);
      return {
        list: rows.map(({ id, jobID: job, device, status: is, progress, statusDetails, updatedAt }) => ({
          taskID: id.toString(),
          jobID: job.toString(),
          ...device,
          status: is,
          progress,
          statusDetails,
          updatedAt: updatedAt.toString(),
        })),
        total,
      };
    },
  };
};
