/** A task as its device reads it. */
import type { Task, TaskStatus, TaskSummary } from '@alink/alink';
import { jobFileUrl, type FileLinks } from '../config/links';
import type { DeviceTask, JobContent } from './store';

/** The file that goes with a job; undefined where there is none, or nobody knows any more where files are served. */
const fileOf = (links: FileLinks, { id, fileUrl, fileSign, fileSignMethod }: JobContent): Task['jobFile'] => {
  if (fileSign === '') return undefined;
  const url = fileUrl || jobFileUrl(links, id);
  return url === undefined ? undefined : { signMethod: fileSignMethod, sign: fileSign, fileUrl: url };
};

/** @param status what the device is told of it, where that is not what it is */
export const taskOf = (links: FileLinks, task: DeviceTask, status: TaskStatus = task.status): Task => {
  const { id, job } = task;
  const jobFile = fileOf(links, job);
  const jobDocument = JSON.parse(job.document) as Task['jobDocument'];
  return { taskId: id.toString(), status, jobDocument, ...(jobFile && { jobFile }) };
};

export const summaryOf = ({ id, status }: DeviceTask): TaskSummary => ({ taskId: id.toString(), status });
