/** Values of properties: the history of all, and the latest of each. */
import { Code, type ApplicationMessage, type JsonObject } from '@alink/contract';
import type { Transaction } from '../../transaction';
import { isListOf, isObject } from '../../wire/shape';
import type { FoundDevice } from '../find-devices';
import { deviceTime, MAX_AHEAD_MS, MAX_IDENTIFIER, textOf } from '../fit';
import { idOf } from '../place';
import { propertyNews } from '../property-news';
import type { Report } from '../report';
import type { MessageOf, Sink } from '../sink';
import { column, isSample } from './rows';

interface PropertyRow {
  readonly deviceID: bigint;
  readonly identifier: string;
  readonly timestamp: number;
  readonly arrivedAt: number;
  readonly messageID: string;
  /** JSON. */
  readonly value: string;
}

/** Values that were read at one time. */
interface Sample {
  readonly timestamp: number;
  readonly params: JsonObject;
}

/** @param at when the sample came, and its place, which is its id */
export const rowsOf = (
  { timestamp: time, params }: Sample,
  { arrivedAt, place }: Pick<Report, 'arrivedAt' | 'place'>,
  { id: deviceID }: Pick<FoundDevice, 'id'>,
): PropertyRow[] => {
  const timestamp = deviceTime(time, arrivedAt);
  const messageID = idOf(place);
  return Object.entries(params).map(([name, value]) => ({
    deviceID,
    identifier: textOf(name, MAX_IDENTIFIER),
    timestamp,
    arrivedAt,
    messageID,
    value: JSON.stringify(value),
  }));
};

const newsOf = (
  { timestamp, params }: Sample,
  report: Report,
  { product }: FoundDevice,
): readonly ApplicationMessage[] => {
  const { arrivedAt, operatorUserID } = report;
  return propertyNews(report, product, { timestamp: deviceTime(timestamp, arrivedAt), params, operatorUserID });
};

/** What a device answers when it is asked for its values, it also reports. */
const answered = (answer: MessageOf<'getReportReply'>): Sample[] => {
  const { code, data, timestamp } = answer;
  return code === Code.ok && isObject(data) ? [{ timestamp, params: data as JsonObject }] : [];
};

/** The newest value of each property, in the order of their keys; of two with the same time the later one. */
const newestOf = (rows: readonly PropertyRow[]): PropertyRow[] => {
  const newest = new Map<string, PropertyRow>();
  for (const row of rows) {
    const key = `${row.deviceID}/${row.identifier}`;
    const known = newest.get(key);
    if (!known || row.timestamp >= known.timestamp) newest.set(key, row);
  }
  return [...newest.values()].sort((a, b) =>
    a.deviceID !== b.deviceID ? (a.deviceID < b.deviceID ? -1 : 1) : a.identifier < b.identifier ? -1 : 1,
  );
};

const writeHistory = (tx: Transaction, rows: readonly PropertyRow[]): Promise<number> =>
  tx.$executeRaw`
    INSERT INTO property_history (device_id, identifier, timestamp, arrived_at, message_id, value)
    SELECT * FROM unnest(
      ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'identifier')}::text[], ${column(rows, 'timestamp')}::bigint[],
      ${column(rows, 'arrivedAt')}::bigint[], ${column(rows, 'messageID')}::uuid[], ${column(rows, 'value')}::text[])
    ON CONFLICT DO NOTHING`;

/**
 * What stands there with a time that has not come yet was written while a clock was wrong, the platform's own perhaps:
 * anything is newer.
 * @param rows at most one of each property, in the order of their keys
 */
export const writeLatest = (tx: Transaction, rows: readonly PropertyRow[]): Promise<number> =>
  tx.$executeRaw`
    INSERT INTO property_latest (device_id, identifier, value, timestamp)
    SELECT u.* FROM unnest(
      ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'identifier')}::text[], ${column(rows, 'value')}::text[],
      ${column(rows, 'timestamp')}::bigint[]) AS u (device_id, identifier, value, timestamp)
    ON CONFLICT (device_id, identifier) DO UPDATE SET value = EXCLUDED.value, timestamp = EXCLUDED.timestamp
    WHERE property_latest.timestamp <= EXCLUDED.timestamp OR property_latest.timestamp > ${Date.now() + MAX_AHEAD_MS}`;

export const properties: Sink<PropertyRow> = {
  takes: {
    report: { needs: { params: isObject }, rows: rowsOf, news: newsOf },
    packReport: {
      needs: { properties: isListOf(isSample) },
      rows: (pack, report, device) => pack.properties.flatMap((sample) => rowsOf(sample, report, device)),
      news: (pack, report, device) => pack.properties.flatMap((sample) => newsOf(sample, report, device)),
    },
    getReportReply: {
      needs: {},
      isAnswer: true,
      rows: (answer, report, device) => answered(answer).flatMap((sample) => rowsOf(sample, report, device)),
      news: (answer, report, device) => answered(answer).flatMap((sample) => newsOf(sample, report, device)),
    },
  },
  async write(tx, rows) {
    await writeHistory(tx, rows);
    await writeLatest(tx, newestOf(rows));
  },
};
