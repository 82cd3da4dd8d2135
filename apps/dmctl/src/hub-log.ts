import type { Session } from './session';
import { isoOfMs } from './time-text';

/** A line of a device's log: what happened between gateway and device, its cause, and the step to take. */
export type LogRow = {
  readonly time: string | undefined;
  readonly action: string;
  readonly topic: string;
  readonly code: number;
  readonly content: string;
  readonly requestId: string;
  readonly timestamp: number;
};

export interface LogQuery {
  readonly productID?: string;
  readonly deviceName?: string;
  /** Unix milliseconds, inclusive. */
  readonly since?: number;
  readonly page: number;
  readonly size: number;
}

/** One page of the log, oldest first. */
export const readHubLog = async (
  { messages }: Session,
  query: LogQuery,
): Promise<{ rows: LogRow[]; total: number }> => {
  const { productID, deviceName, since, page, size } = query;
  const { list, total } = await messages.hubLogIndex({ productID, deviceName, timeStart: since, page: { page, size } });
  const rows = list.map((entry) => ({
    time: isoOfMs(entry.timestamp),
    action: entry.action,
    topic: entry.topic,
    code: Number(entry.resultCode),
    content: entry.content,
    requestId: entry.requestID,
    timestamp: Number(entry.timestamp),
  }));
  return { rows: rows.sort((a, b) => a.timestamp - b.timestamp), total: Number(total) };
};
