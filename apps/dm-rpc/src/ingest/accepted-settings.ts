/**
 * What devices have accepted to be set to. It comes in no report of theirs: their answer says that it is done, and the
 * record of the command says what. It is kept and told like a report that stands where the answer stands.
 */
import { Code, type Json, type JsonObject } from '@alink/contract';
import type { Transaction } from '../transaction';
import { deviceTime } from './fit';
import { tokenOf } from './sinks/replies';
import { column } from './sinks/rows';
import type { TakenReport } from './taken-report';

/** The answer of a device that did what it was told, and by what its record is found. */
interface Success {
  readonly answer: TakenReport;
  readonly deviceID: bigint;
  readonly msgToken: bigint;
}

interface SettingRow {
  readonly device_id: bigint;
  readonly msg_token: bigint;
  readonly user_id: bigint;
  readonly data_id: string;
  /** JSON. */
  readonly content: string;
}

const successesIn = (taken: readonly TakenReport[]): Success[] =>
  taken.flatMap((answer) => {
    const { device, message } = answer;
    if (!device || message?.method !== 'controlReply' || message.code !== Code.ok) return [];
    const msgToken = tokenOf(String(message.msgToken ?? ''));
    return msgToken === undefined ? [] : [{ answer, deviceID: device.id, msgToken }];
  });

/** What the commands wanted to be set. */
const readSettings = (tx: Transaction, successes: readonly Success[]): Promise<SettingRow[]> =>
  tx.$queryRaw<SettingRow[]>`
    SELECT device_id, msg_token, user_id, data_id, content FROM send_log
    WHERE action = 'propertyControlSend' AND (device_id, msg_token) IN (
      SELECT * FROM unnest(${column(successes, 'deviceID')}::bigint[], ${column(successes, 'msgToken')}::bigint[]))
    ORDER BY device_id, msg_token, part`;

/** An earlier version cut what was long. */
const parsed = (content: string): Json | undefined => {
  try {
    return JSON.parse(content) as Json;
  } catch {
    return undefined;
  }
};

const paramsOf = (rows: readonly SettingRow[]): JsonObject =>
  Object.fromEntries(
    rows.flatMap(({ data_id, content }) => {
      const value = parsed(content);
      return value === undefined ? [] : [[data_id, value] as const];
    }),
  );

/** What the device would have reported. */
const reportOf = ({ report, device }: TakenReport, params: JsonObject, operatorUserID: string): TakenReport => {
  const timestamp = deviceTime(report.message?.timestamp, report.arrivedAt);
  const message = { method: 'report', msgToken: String(report.message?.msgToken), timestamp, params } as const;
  // Whom the answer came from is answered for the answer.
  return { report: { ...report, message, operatorUserID, foreign: undefined }, device, message };
};

/** What the answers among the reports have made true. */
export const acceptedSettings = async (tx: Transaction, taken: readonly TakenReport[]): Promise<TakenReport[]> => {
  const successes = successesIn(taken);
  if (successes.length === 0) return [];
  const rows = await readSettings(tx, successes);
  return successes.flatMap(({ answer, deviceID, msgToken }) => {
    const ofCommand = rows.filter((row) => row.device_id === deviceID && row.msg_token === msgToken);
    const params = paramsOf(ofCommand);
    if (Object.keys(params).length === 0) return [];
    return [reportOf(answer, params, String(ofCommand[0]!.user_id))];
  });
};
