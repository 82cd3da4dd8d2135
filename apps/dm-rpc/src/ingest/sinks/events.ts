/** Events. */
import { subjects, type JsonObject } from '@alink/contract';
import { isListOf, isObject, isText } from '../../wire/shape';
import { MAX_IDENTIFIER, textOf, timeOr } from '../fit';
import { idOf } from '../place';
import type { Report } from '../report';
import type { News, Sink } from '../sink';
import { column, isSample, isToken } from './rows';

interface EventRow {
  readonly deviceID: bigint;
  readonly identifier: string;
  readonly type: string;
  readonly timestamp: number;
  readonly arrivedAt: number;
  readonly messageID: string;
  /** JSON object. */
  readonly params: string;
}

interface Event {
  readonly eventID: string;
  readonly type: string;
  readonly params: JsonObject;
  readonly timestamp: number;
}

/** @param index which of the report's events it is: each needs an id of its own */
const rowOf = (event: Event, report: Report, deviceID: bigint, index = 0): EventRow => ({
  deviceID,
  identifier: textOf(event.eventID, MAX_IDENTIFIER),
  type: textOf(event.type, MAX_IDENTIFIER),
  timestamp: timeOr(event.timestamp, report.arrivedAt),
  arrivedAt: report.arrivedAt,
  messageID: idOf(report.place, index),
  params: JSON.stringify(event.params),
});

const newsOf = ({ eventID: identifier, type, params, timestamp: time }: Event, report: Report): News[] => {
  if (!isToken(identifier) || !isToken(type)) return [];
  const { productID, deviceName, arrivedAt } = report;
  const timestamp = timeOr(time, arrivedAt);
  const subject = subjects.application.event(productID, deviceName, type, identifier);
  return [{ subject, body: { timestamp, identifier, type, params } }];
};

/** Type of an event inside a pack, which does not say: the thing model would; `info` is what a reader expects least of. */
const PACKED = { type: 'info' } as const;

export const events: Sink<EventRow> = {
  takes: {
    eventPost: {
      needs: { eventID: isText, type: isText, params: isObject },
      rows: (event, report, deviceID) => [rowOf(event, report, deviceID)],
      news: newsOf,
    },
    packReport: {
      needs: { events: isListOf(isSample) },
      rows: (pack, report, deviceID) =>
        pack.events.map((event, index) => rowOf({ ...event, ...PACKED }, report, deviceID, index)),
      news: (pack, report) => pack.events.flatMap((event) => newsOf({ ...event, ...PACKED }, report)),
    },
  },
  async write(tx, rows) {
    await tx.$executeRaw`
      INSERT INTO event_history (device_id, timestamp, arrived_at, message_id, identifier, type, params)
      SELECT * FROM unnest(
        ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'timestamp')}::bigint[], ${column(rows, 'arrivedAt')}::bigint[],
        ${column(rows, 'messageID')}::uuid[], ${column(rows, 'identifier')}::text[], ${column(rows, 'type')}::text[],
        ${column(rows, 'params')}::text[])
      ON CONFLICT DO NOTHING`;
  },
};
