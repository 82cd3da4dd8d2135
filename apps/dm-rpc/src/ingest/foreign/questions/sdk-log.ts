/** The log of a device's own program: which level it is to write, and what it wrote. */
import { randomUUID } from 'node:crypto';
import { Code, LogLevel } from '@alink/contract';
import { badParameter } from '../../../wire/errors';
import { isListOf, isObject, isText } from '../../../wire/shape';
import { linePart, writeSdkLog } from '../../sinks/sdk-log';
import { DONE } from '../answer';
import type { QuestionKind } from '../question-kind';

interface Entry {
  readonly content: string;
  readonly timestamp?: unknown;
  readonly logLevel?: unknown;
}

const isEntry = (value: unknown): boolean => {
  const { content } = (isObject(value) ? value : {}) as { content?: unknown };
  return isText(content) && content !== '';
};

export const sdkLogLevel: QuestionKind = {
  handle: 'log',
  type: 'operation',
  async answer({ device }) {
    return { code: Code.ok, data: { logLevel: device.logLevel || LogLevel.off } };
  },
};

/** Of an entry without a time that of the message counts, as in unitedrhino, and else that of arrival. */
export const sdkLogReport: QuestionKind = {
  handle: 'log',
  type: 'report',
  async answer({ device, message, uplink }, { prisma }) {
    const { params, timestamp } = message.members;
    if (!isListOf(isEntry)(params) || (params as readonly unknown[]).length === 0) {
      throw badParameter('params', 'must be a list of {"content", "timestamp", "logLevel"}');
    }
    const { arrivedAt } = uplink;
    const rows = (params as readonly Entry[]).map((entry) => ({
      deviceID: device.id,
      arrivedAt,
      messageID: randomUUID(),
      ...linePart({ ...entry, timestamp: entry.timestamp || timestamp }, arrivedAt),
    }));
    await writeSdkLog(prisma, rows);
    return DONE;
  },
};
