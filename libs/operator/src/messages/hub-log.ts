import { LOGGED_MESSAGES } from '@alink/contract/enumerations';
import type { Platform } from '../platform';
import { isoOfMs } from '../words/time-text';

/** A line of a device's log: what happened between node and device, its cause, and the step to take. */
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
  /** Unix milliseconds, inclusive. */
  readonly until?: number;
  readonly page: number;
  readonly size: number;
}

/** A message of the device has unitedrhino's name of its kind; which kind, its topic says. */
const wordOfAction = (action: string): string =>
  (LOGGED_MESSAGES as readonly string[]).includes(action) ? 'publish' : action;

/** One page of the log, oldest first. */
export const readHubLog = async ({ messages }: Pick<Platform, 'messages'>, query: LogQuery): Promise<LogRow[]> => {
  const { productID, deviceName, since, until, page, size } = query;
  const { list } = await messages.hubLogIndex({
    productID,
    deviceName,
    timeStart: since,
    timeEnd: until,
    page: { page, size },
  });
  const rows = list.map((entry) => ({
    time: isoOfMs(entry.timestamp),
    action: wordOfAction(entry.action),
    topic: entry.topic,
    code: Number(entry.resultCode),
    content: entry.content,
    requestId: entry.requestID,
    timestamp: Number(entry.timestamp),
  }));
  return rows.reverse().sort((a, b) => a.timestamp - b.timestamp);
};
