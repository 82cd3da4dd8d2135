/** Writes the rows of a batch: one statement for each table, whatever their number, and nothing twice. */
import { Code } from '@alink/contract';
import type { Transaction } from '../context';
import type { EventRow, HubRow, PropertyRow, ReplyRow, Rows } from './rows';

/** One array for each column, as `unnest` takes them. */
const column = <R, K extends keyof R>(rows: readonly R[], key: K): R[K][] => rows.map((row) => row[key]);

/** Rows in the order of their keys: two batches that touch the same rows never wait for each other crosswise. */
const inKeyOrder = <R extends { readonly deviceID: bigint; readonly identifier: string }>(rows: Iterable<R>): R[] =>
  [...rows].sort((a, b) =>
    a.deviceID !== b.deviceID ? (a.deviceID < b.deviceID ? -1 : 1) : a.identifier < b.identifier ? -1 : 1,
  );

/** The newest value of each property; of two with the same time the later one. */
const newestOf = (rows: readonly PropertyRow[]): PropertyRow[] => {
  const newest = new Map<string, PropertyRow>();
  for (const row of rows) {
    const key = `${row.deviceID}/${row.identifier}`;
    const known = newest.get(key);
    if (!known || row.timestamp >= known.timestamp) newest.set(key, row);
  }
  return inKeyOrder(newest.values());
};

const writeHistory = (tx: Transaction, rows: readonly PropertyRow[]): Promise<number> =>
  tx.$executeRaw`
    INSERT INTO property_history (device_id, identifier, timestamp, arrived_at, message_id, value)
    SELECT * FROM unnest(
      ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'identifier')}::text[], ${column(rows, 'timestamp')}::bigint[],
      ${column(rows, 'arrivedAt')}::bigint[], ${column(rows, 'messageID')}::uuid[], ${column(rows, 'value')}::text[])
    ON CONFLICT DO NOTHING`;

const writeLatest = (tx: Transaction, rows: readonly PropertyRow[]): Promise<number> =>
  tx.$executeRaw`
    INSERT INTO property_latest (device_id, identifier, value, timestamp)
    SELECT u.* FROM unnest(
      ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'identifier')}::text[], ${column(rows, 'value')}::text[],
      ${column(rows, 'timestamp')}::bigint[]) AS u (device_id, identifier, value, timestamp)
    ON CONFLICT (device_id, identifier) DO UPDATE SET value = EXCLUDED.value, timestamp = EXCLUDED.timestamp
    WHERE property_latest.timestamp <= EXCLUDED.timestamp`;

const writeEvents = (tx: Transaction, rows: readonly EventRow[]): Promise<number> =>
  tx.$executeRaw`
    INSERT INTO event_history (device_id, timestamp, arrived_at, message_id, identifier, type, params)
    SELECT * FROM unnest(
      ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'timestamp')}::bigint[], ${column(rows, 'arrivedAt')}::bigint[],
      ${column(rows, 'messageID')}::uuid[], ${column(rows, 'identifier')}::text[], ${column(rows, 'type')}::text[],
      ${column(rows, 'params')}::text[])
    ON CONFLICT DO NOTHING`;

const writeHubLines = (tx: Transaction, rows: readonly HubRow[]): Promise<number> =>
  tx.$executeRaw`
    INSERT INTO hub_log (product_id, device_name, timestamp, message_id, action, request_id, trace_id, topic, content,
                         result_code, resp_payload)
    SELECT u.p, u.d, u.t, u.m, u.a, u.r, '', u.topic, u.c, u.code, u.resp FROM unnest(
      ${column(rows, 'productID')}::text[], ${column(rows, 'deviceName')}::text[], ${column(rows, 'timestamp')}::bigint[],
      ${column(rows, 'messageID')}::uuid[], ${column(rows, 'action')}::text[], ${column(rows, 'requestID')}::text[],
      ${column(rows, 'topic')}::text[], ${column(rows, 'content')}::text[], ${column(rows, 'resultCode')}::int[],
      ${column(rows, 'respPayload')}::text[]) AS u (p, d, t, m, a, r, topic, c, code, resp)
    ON CONFLICT DO NOTHING`;

/** A command that has ended keeps its first answer; a time-out is none. */
const writeReplies = (tx: Transaction, rows: readonly ReplyRow[]): Promise<number> =>
  tx.$executeRaw`
    UPDATE send_log SET result_code = u.code, result_msg = u.msg, output = u.output, ended_at = u.ended_at
    FROM unnest(
      ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'msgToken')}::bigint[], ${column(rows, 'code')}::int[],
      ${column(rows, 'msg')}::text[], ${column(rows, 'output')}::text[], ${column(rows, 'endedAt')}::bigint[])
      AS u (device_id, msg_token, code, msg, output, ended_at)
    WHERE send_log.device_id = u.device_id AND send_log.msg_token = u.msg_token 
      AND (send_log.result_code IS NULL OR send_log.result_code = ${Code.deviceTimeout})`;

/** Within a transaction of the caller's, who holds a share lock on the devices. */
export const writeRows = async (tx: Transaction, { properties, events, replies, hubLines }: Rows): Promise<void> => {
  if (properties.length > 0) {
    await writeHistory(tx, properties);
    await writeLatest(tx, newestOf(properties));
  }
  if (events.length > 0) await writeEvents(tx, events);
  if (replies.length > 0) await writeReplies(tx, replies);
  if (hubLines.length > 0) await writeHubLines(tx, hubLines);
};
