/** Events. */
import { eventReport, type ApplicationMessage, type EventSample, type JsonObject } from '@alink/contract';
import { isListOf, isObject, isText } from '../../wire/shape';
import type { FoundDevice } from '../find-devices';
import { deviceTime, MAX_IDENTIFIER, textOf } from '../fit';
import { idOf } from '../place';
import type { Report } from '../report';
import type { Sink } from '../sink';
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
  readonly history?: true;
}

/** @param index which of the report's events it is: each needs an id of its own */
const rowOf = (event: Event, report: Report, { id: deviceID }: FoundDevice, index = 0): EventRow => ({
  deviceID,
  identifier: textOf(event.eventID, MAX_IDENTIFIER),
  type: textOf(event.type, MAX_IDENTIFIER),
  timestamp: deviceTime(event.timestamp, report.arrivedAt),
  arrivedAt: report.arrivedAt,
  messageID: idOf(report.place, index),
  params: JSON.stringify(event.params),
});

/** An event that the thing model does not have is kept, without validation; applications could not read it. */
const newsOf = (event: Event, report: Report, { product }: FoundDevice): ApplicationMessage[] => {
  const { eventID: identifier, type, params, history } = event;
  if (!isToken(identifier) || !isToken(type) || !product.model.event(identifier)) return [];
  const timestamp = deviceTime(event.timestamp, report.arrivedAt);
  return [eventReport(report, { timestamp, identifier, type, params, history })];
};

/** An event inside a pack does not say of which type it is: the thing model does. */
const unpacked = (event: EventSample, { product }: FoundDevice, history?: true): Event => ({
  ...event,
  history,
  type: product.model.event(event.eventID)?.type ?? 'info',
});

export const events: Sink<EventRow> = {
  takes: {
    eventPost: {
      needs: { eventID: isText, type: isText, params: isObject },
      rows: (event, report, device) => [rowOf(event, report, device)],
      news: newsOf,
    },
    packReport: {
      needs: { events: isListOf(isSample) },
      rows: (pack, report, device) =>
        pack.events.map((event, index) => rowOf(unpacked(event, device), report, device, index)),
      news: ({ events: samples, history }, report, device) =>
        samples.flatMap((event) => newsOf(unpacked(event, device, history), report, device)),
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
