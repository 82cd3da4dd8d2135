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
  /** True: it stands back behind any value that is known already, whatever the times say. */
  readonly onlyFills: boolean;
}

/** Values that were read at one time. */
interface Sample {
  readonly timestamp: number;
  readonly params: JsonObject;
}

/** Which of several samples it is, and whether it says how things were while the device was offline. */
interface SampleKind {
  readonly part?: number;
  readonly history?: boolean;
}

/**
 * @param report when the sample came, and its place, which is its id
 * @param kind `history`: a time that is not before that of arrival was none, and such a value is no news of now
 */
export const rowsOf = (
  { timestamp: time, params }: Sample,
  { arrivedAt, place }: Pick<Report, 'arrivedAt' | 'place'>,
  { id: deviceID }: Pick<FoundDevice, 'id'>,
  { part = 0, history = false }: SampleKind = {},
): PropertyRow[] => {
  const timestamp = deviceTime(time, arrivedAt);
  const messageID = idOf(place, part);
  const onlyFills = history && timestamp >= arrivedAt;
  return Object.entries(params).map(([name, value]) => ({
    deviceID,
    identifier: textOf(name, MAX_IDENTIFIER),
    timestamp,
    arrivedAt,
    messageID,
    value: JSON.stringify(value),
    onlyFills,
  }));
};

const newsOf = (
  { timestamp, params }: Sample,
  report: Report,
  { product }: FoundDevice,
  history?: true,
): readonly ApplicationMessage[] => {
  const { arrivedAt, operatorUserID } = report;
  const at = deviceTime(timestamp, arrivedAt);
  return propertyNews(report, product, { timestamp: at, params, operatorUserID, history });
};

/** What a device answers when it is asked for its values, it also reports. */
const answered = (answer: MessageOf<'getReportReply'>): Sample[] => {
  const { code, data, timestamp } = answer;
  return code === Code.ok && isObject(data) ? [{ timestamp, params: data as JsonObject }] : [];
};

/** Whether a row takes the place of one that came before it. */
const supersedes = (row: PropertyRow, known: PropertyRow): boolean =>
  row.onlyFills === known.onlyFills ? row.timestamp >= known.timestamp : known.onlyFills;

/** The newest value of each property, in the order of their keys; of two with the same time the later one. */
const newestOf = (rows: readonly PropertyRow[]): PropertyRow[] => {
  const newest = new Map<string, PropertyRow>();
  for (const row of rows) {
    const key = `${row.deviceID}/${row.identifier}`;
    const known = newest.get(key);
    if (!known || supersedes(row, known)) newest.set(key, row);
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
    SELECT u.device_id, u.identifier, u.value, u.timestamp FROM unnest(
      ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'identifier')}::text[], ${column(rows, 'value')}::text[],
      ${column(rows, 'timestamp')}::bigint[], ${column(rows, 'onlyFills')}::boolean[])
      AS u (device_id, identifier, value, timestamp, only_fills)
    WHERE NOT u.only_fills OR NOT EXISTS (
      SELECT FROM property_latest p WHERE p.device_id = u.device_id AND p.identifier = u.identifier)
    ON CONFLICT (device_id, identifier) DO UPDATE SET value = EXCLUDED.value, timestamp = EXCLUDED.timestamp
    WHERE property_latest.timestamp <= EXCLUDED.timestamp OR property_latest.timestamp > ${Date.now() + MAX_AHEAD_MS}`;

export const properties: Sink<PropertyRow> = {
  takes: {
    report: {
      needs: { params: isObject },
      rows: (sample, report, device) => rowsOf(sample, report, device),
      news: (sample, report, device) => newsOf(sample, report, device),
    },
    packReport: {
      needs: { properties: isListOf(isSample) },
      rows: ({ properties: samples, history }, report, device) =>
        samples.flatMap((sample, part) => rowsOf(sample, report, device, { part, history })),
      news: ({ properties: samples, history }, report, device) =>
        samples.flatMap((sample) => newsOf(sample, report, device, history)),
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
