/** A job of devices on the wire and in the database. */
import { createHash } from 'node:crypto';
import { isStorable } from '@alink/alink';
import type { services } from '@alink/contract';
import { badParameter } from '../../wire/errors';
import { jsonObject, plainText, requireText } from '../../wire/fields';
import type { RequestOf, ResponseOf } from '../../wire/messages';
import { unixSeconds } from '../../wire/times';
import { OPEN, type JobRow } from './store';

export type JobInput = RequestOf<typeof services.deviceJobs, 'jobCreate'>;
type JobOutput = ResponseOf<typeof services.deviceJobs, 'jobRead'>;

const MAX_DOCUMENT_BYTES = 64 * 1024;
const MAX_URL = 1024;
const MAX_FILE_BYTES = 1024 * 1024;
/** A year. */
const MAX_TIMEOUT_MINUTES = 527_040;

/** Hex digits of each: as SDKs know the names ("Md5", not "MD5"). */
const signMethods: Readonly<Record<string, number>> = { Md5: 32, Sha256: 64 };

const documentOf = (text: string): string => {
  if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) {
    throw badParameter('document', `must have at most ${MAX_DOCUMENT_BYTES} bytes`);
  }
  const document = jsonObject('document', text);
  if (!isStorable(document)) throw badParameter('document', 'holds text that cannot be kept, or is nested too deep');
  return JSON.stringify(document);
};

const signMethodOf = (file: NonNullable<JobInput['file']>): string => {
  const method = file.signMethod || 'Md5';
  if (Object.hasOwn(signMethods, method)) return method;
  throw badParameter('file.signMethod', `must be one of ${Object.keys(signMethods).join(', ')}`);
};

/** The file of a job whose bytes are given with it; undefined for none. */
export const contentOf = ({ file }: JobInput): Buffer | undefined => {
  if (!file || file.content.length === 0) return undefined;
  if (file.url !== '') throw badParameter('file.content', 'must be empty where file.url is set');
  if (file.content.length <= MAX_FILE_BYTES) return Buffer.from(file.content);
  throw badParameter('file.content', `must have at most ${MAX_FILE_BYTES} bytes`);
};

const fileOf = (job: JobInput) => {
  const { file } = job;
  const content = contentOf(job);
  if (file && content) {
    const method = signMethodOf(file);
    return { fileUrl: '', fileSign: createHash(method).update(content).digest('hex'), fileSignMethod: method };
  }
  if (!file?.url) return { fileUrl: '', fileSign: '', fileSignMethod: '' };
  const { url, sign } = file;
  if (!/^https?:\/\/[^\s/]/.test(url) || url.length > MAX_URL) {
    throw badParameter('file.url', `must be a URL of at most ${MAX_URL} characters`);
  }
  const method = signMethodOf(file);
  const digits = signMethods[method]!;
  if (!new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(sign)) {
    throw badParameter('file.sign', `must be ${digits} hex digits for ${method}`);
  }
  return { fileUrl: url, fileSign: sign, fileSignMethod: method };
};

const timeoutOf = (minutes: string): number => {
  const timeout = Number(minutes);
  if (timeout >= 0 && timeout <= MAX_TIMEOUT_MINUTES) return timeout;
  throw badParameter('timeoutMinutes', `must be 0 to ${MAX_TIMEOUT_MINUTES}`);
};

/** The row of a new job. */
export const newJobRow = (job: JobInput, productID: string) => ({
  productID,
  name: requireText('name', job.name),
  desc: plainText('desc', job.desc, 1024),
  document: documentOf(job.document),
  ...fileOf(job),
  timeoutMinutes: timeoutOf(job.timeoutMinutes),
});

const statusOf = ({ cancelledAt }: JobRow, counts: Readonly<Record<string, number>>): string => {
  if (cancelledAt) return 'cancelled';
  return OPEN.some((status) => (counts[status] ?? 0) > 0) ? 'running' : 'finished';
};

/** @param counts of its tasks, by their status */
export const jobInfo = (row: JobRow, counts: Readonly<Record<string, number>>): JobOutput => ({
  jobID: row.id.toString(),
  productID: row.productID,
  name: row.name,
  desc: row.desc,
  document: row.document,
  file: { url: row.fileUrl, sign: row.fileSign, signMethod: row.fileSignMethod, content: Buffer.alloc(0) },
  deviceNames: [],
  timeoutMinutes: row.timeoutMinutes.toString(),
  status: statusOf(row, counts),
  counts: Object.fromEntries(Object.entries(counts)),
  createdTime: unixSeconds(row.createdAt),
});
