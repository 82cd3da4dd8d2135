/** Values of properties: the history of all, and the latest of each. */
import { subjects, type JsonObject } from '@alink/contract';
import type { Transaction } from '../../transaction';
import { isListOf, isObject } from '../../wire/shape';
import { MAX_IDENTIFIER, textOf, timeOr } from '../fit';
import { idOf } from '../place';
import type { Report } from '../report';
import type { News, Sink } from '../sink';
import { column, isSample, isToken } from './rows';

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

const rowsOf = ({ timestamp: time, params }: Sample, report: Report, deviceID: bigint): PropertyRow[] => {
  const { arrivedAt, place } = report;
  const timestamp = timeOr(time, arrivedAt);
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

const newsOf = ({ timestamp: time, params }: Sample, { productID, deviceName, arrivedAt }: Report): News[] => {
  const timestamp = timeOr(time, arrivedAt);
  const { application } = subjects;
  const each = Object.entries(params)
    .filter(([identifier]) => isToken(identifier))
    .map(([identifier, param]) => ({
      subject: application.property(productID, deviceName, identifier),
      body: { timestamp, identifier, param },
    }));
  return [
    { subject: application.properties(productID, deviceName), body: { timestamp, params } },
    { subject: application.propertiesV2(productID, deviceName), body: { timestamp, params } },
    ...each,
  ];
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

/** @param rows at most one of each property, in the order of their keys */
export const writeLatest = (tx: Transaction, rows: readonly PropertyRow[]): Promise<number> =>
  tx.$executeRaw`
    INSERT INTO property_latest (device_id, identifier, value, timestamp)
    SELECT u.* FROM unnest(
      ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'identifier')}::text[], ${column(rows, 'value')}::text[],
      ${column(rows, 'timestamp')}::bigint[]) AS u (device_id, identifier, value, timestamp)
    ON CONFLICT (device_id, identifier) DO UPDATE SET value = EXCLUDED.value, timestamp = EXCLUDED.timestamp
    WHERE property_latest.timestamp <= EXCLUDED.timestamp`;

export const properties: Sink<PropertyRow> = {
  takes: {
    report: { needs: { params: isObject }, rows: rowsOf, news: newsOf },
    packReport: {
      needs: { properties: isListOf(isSample) },
      rows: (pack, report, deviceID) => pack.properties.flatMap((sample) => rowsOf(sample, report, deviceID)),
      news: (pack, report) => pack.properties.flatMap((sample) => newsOf(sample, report)),
    },
  },
  async write(tx, rows) {
    await writeHistory(tx, rows);
    await writeLatest(tx, newestOf(rows));
  },
};
