/**
 * Values that answers to commands bring: what a device has accepted to be set to, and what it answers to a question for its
 * properties. Neither comes in a report; both are kept and told as if it did.
 */
import { Code, type Json, type JsonObject } from '@alink/contract';
import type { Transaction } from '../transaction';
import { isObject } from '../wire/shape';
import type { FoundDevices } from './find-devices';
import { timeOr } from './fit';
import type { Report } from './report';
import { tokenOf } from './sinks/replies';
import { column } from './sinks/rows';

/** The answer of a device that did what it was told, and by what its record is found. */
interface Success {
  readonly report: Report;
  readonly deviceID: bigint;
  readonly msgToken: bigint;
}

interface SetValue {
  readonly device_id: bigint;
  readonly msg_token: bigint;
  readonly data_id: string;
  /** JSON. */
  readonly content: string;
}

const reportWith = (report: Report, params: JsonObject): Report => {
  const { message, arrivedAt } = report;
  const timestamp = timeOr(message?.timestamp, arrivedAt);
  return { ...report, message: { method: 'report', msgToken: String(message?.msgToken ?? ''), timestamp, params } };
};

const answersOf = (reports: readonly Report[], method: string): Report[] =>
  reports.filter(({ message }) => message?.method === method && message.code === Code.ok);

const toQuestions = (reports: readonly Report[]): Report[] =>
  answersOf(reports, 'getReportReply').flatMap((report) => {
    const data: unknown = (report.message as { readonly data?: unknown }).data;
    return isObject(data) ? [reportWith(report, data as JsonObject)] : [];
  });

const successesOf = (reports: readonly Report[], devices: FoundDevices): Success[] =>
  answersOf(reports, 'controlReply').flatMap((report) => {
    const deviceID = devices.of(report)?.id;
    const msgToken = tokenOf(String(report.message?.msgToken ?? ''));
    return deviceID === undefined || msgToken === undefined ? [] : [{ report, deviceID, msgToken }];
  });

/** An earlier version cut what was long. */
const parsed = (content: string): Json | undefined => {
  try {
    return JSON.parse(content) as Json;
  } catch {
    return undefined;
  }
};

const keyOf = (deviceID: bigint, msgToken: bigint): string => `${deviceID}/${msgToken}`;

/** What each command wanted to be set, by its device and token. */
const readSettings = async (tx: Transaction, successes: readonly Success[]): Promise<Map<string, SetValue[]>> => {
  const rows = await tx.$queryRaw<SetValue[]>`
    SELECT device_id, msg_token, data_id, content FROM send_log
    WHERE action = 'propertyControlSend' AND (device_id, msg_token) IN (
      SELECT * FROM unnest(${column(successes, 'deviceID')}::bigint[], ${column(successes, 'msgToken')}::bigint[]))
    ORDER BY device_id, msg_token, part`;
  const settings = new Map<string, SetValue[]>();
  for (const row of rows) {
    const key = keyOf(row.device_id, row.msg_token);
    settings.set(key, [...(settings.get(key) ?? []), row]);
  }
  return settings;
};

const toSettings = async (tx: Transaction, successes: readonly Success[]): Promise<Report[]> => {
  if (successes.length === 0) return [];
  const settings = await readSettings(tx, successes);
  return successes.flatMap(({ report, deviceID, msgToken }) => {
    const params = (settings.get(keyOf(deviceID, msgToken)) ?? []).flatMap(({ data_id, content }) => {
      const value = parsed(content);
      return value === undefined ? [] : [[data_id, value] as const];
    });
    return params.length > 0 ? [reportWith(report, Object.fromEntries(params))] : [];
  });
};

/** What the answers among the reports say of properties, as reports that stand where the answers stand. */
export const answeredValues = async (
  tx: Transaction,
  reports: readonly Report[],
  devices: FoundDevices,
): Promise<Report[]> => [...toQuestions(reports), ...(await toSettings(tx, successesOf(reports, devices)))];
