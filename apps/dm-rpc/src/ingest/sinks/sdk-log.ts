/** Lines that the programs of devices log. */
import type { LogLine } from '@alink/alink';
import type { PrismaClient } from '@alink/db';
import { isListOf, isObject } from '../../wire/shape';
import { deviceTime, textOf } from '../fit';
import { idOf } from '../place';
import type { Sink } from '../sink';
import { column } from './rows';

export interface SdkLogRow {
  readonly deviceID: bigint;
  readonly timestamp: number;
  readonly arrivedAt: number;
  /** A UUID: the same line delivered twice is one row. */
  readonly messageID: string;
  readonly level: number;
  readonly module: string;
  readonly code: string;
  readonly traceContext: string;
  readonly content: string;
}

/** Characters of a line, and of each of its other parts. */
const MAX_CONTENT = 4096;
const MAX_WORD = 128;
const LEVELS: readonly number[] = [2, 3, 4, 5];
const DEBUG = 5;

/** The part of a row that a line makes, whoever sends it. */
export const linePart = (line: Partial<Record<keyof LogLine, unknown>>, arrivedAt: number) => ({
  timestamp: deviceTime(line.timestamp, arrivedAt),
  level: LEVELS.includes(Number(line.logLevel)) ? Number(line.logLevel) : DEBUG,
  module: textOf(line.module, MAX_WORD),
  code: textOf(line.code, MAX_WORD),
  traceContext: textOf(line.traceContext, MAX_WORD),
  content: textOf(line.content, MAX_CONTENT),
});

export const writeSdkLog = async (db: Pick<PrismaClient, '$executeRaw'>, rows: readonly SdkLogRow[]): Promise<void> => {
  await db.$executeRaw`
    INSERT INTO sdk_log (device_id, timestamp, arrived_at, message_id, level, module, code, trace_context, content)
    SELECT * FROM unnest(
      ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'timestamp')}::bigint[], ${column(rows, 'arrivedAt')}::bigint[],
      ${column(rows, 'messageID')}::uuid[], ${column(rows, 'level')}::int[], ${column(rows, 'module')}::text[],
      ${column(rows, 'code')}::text[], ${column(rows, 'traceContext')}::text[], ${column(rows, 'content')}::text[])
    ON CONFLICT DO NOTHING`;
};

export const sdkLog: Sink<SdkLogRow> = {
  takes: {
    logReport: {
      needs: { params: isListOf(isObject) },
      rows: ({ params }, { arrivedAt, place }, { id: deviceID }) =>
        params.map((line, part) => ({
          deviceID,
          arrivedAt,
          messageID: idOf(place, part),
          ...linePart(line, arrivedAt),
        })),
    },
  },
  write: writeSdkLog,
};
