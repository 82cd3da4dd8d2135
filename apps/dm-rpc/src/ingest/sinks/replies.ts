/** Devices' answers to commands: they complete the command's record, and whoever waits for them is told. */
import { actionReport, Code, type ApplicationMessage, type Json } from '@alink/contract';
import type { Transaction } from '../../transaction';
import type { FoundDevice } from '../find-devices';
import { codeOr, deviceTime, MAX_IDENTIFIER, textOf } from '../fit';
import type { Report } from '../report';
import type { Intake, MessageOf, Sink } from '../sink';
import { column, isToken } from './rows';

/** A device's answer to a command. */
export interface ReplyRow {
  readonly deviceID: bigint;
  readonly msgToken: bigint;
  readonly code: number;
  readonly msg: string;
  /** JSON; empty where the device sent none. */
  readonly output: string;
  /** Unix milliseconds. */
  readonly endedAt: number;
}

/** A uint32 in decimal, as msgTokens are; devices may answer to anything. */
export const tokenOf = (msgToken: string): bigint | undefined =>
  /^\d{1,10}$/.test(msgToken) ? BigInt(msgToken) : undefined;

type Answer = MessageOf<'controlReply' | 'getReportReply' | 'actionReply' | 'requestReply'>;

const rowsOf = (answer: Answer, { arrivedAt }: Report, { id: deviceID }: FoundDevice): ReplyRow[] => {
  const data: Json | undefined = answer.data;
  const msgToken = tokenOf(String(answer.msgToken ?? ''));
  if (msgToken === undefined || msgToken === 0n) return [];
  const code = codeOr(answer.code, 0);
  const msg = textOf(String(answer.msg ?? ''), MAX_IDENTIFIER);
  return [
    { deviceID, msgToken, code, msg, output: data === undefined ? '' : JSON.stringify(data), endedAt: arrivedAt },
  ];
};

const newsOfAction = (answer: MessageOf<'actionReply'>, report: Report): ApplicationMessage[] => {
  const { actionID, code, msg, data } = answer;
  if (!actionID || !isToken(actionID)) return [];
  const timestamp = deviceTime(answer.timestamp, report.arrivedAt);
  const msgToken = String(answer.msgToken ?? '');
  return [actionReport(report, { timestamp, actionID, msgToken, reqType: 'resp', dir: 'up', params: data, code, msg })];
};

const answer: Intake<Answer, ReplyRow> = { needs: {}, isAnswer: true, rows: rowsOf };

/**
 * Completes the records of commands. One that has ended keeps its first answer; a time-out is none. Rows are locked in the
 * order of their keys, as several that do this may meet in the same ones.
 */
export const writeReplies = async (tx: Pick<Transaction, '$executeRaw'>, rows: readonly ReplyRow[]): Promise<void> => {
  await tx.$executeRaw`
    WITH u AS (
      SELECT * FROM unnest(
        ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'msgToken')}::bigint[], ${column(rows, 'code')}::int[],
        ${column(rows, 'msg')}::text[], ${column(rows, 'output')}::text[], ${column(rows, 'endedAt')}::bigint[])
        AS u (device_id, msg_token, code, msg, output, ended_at)
    ), locked AS (
      SELECT s.device_id, s.msg_token, s.part FROM send_log s JOIN u USING (device_id, msg_token)
      ORDER BY s.device_id, s.msg_token, s.part FOR UPDATE OF s
    )
    UPDATE send_log SET result_code = u.code, result_msg = u.msg, output = u.output, ended_at = u.ended_at
    FROM u JOIN locked USING (device_id, msg_token)
    WHERE send_log.device_id = locked.device_id AND send_log.msg_token = locked.msg_token AND send_log.part = locked.part
      AND (send_log.result_code IS NULL OR send_log.result_code = ${Code.deviceTimeout})`;
};

/** @param onKept told of answers once they are kept */
export const replies = (onKept: (replies: readonly ReplyRow[]) => void): Sink<ReplyRow> => ({
  takes: {
    controlReply: answer,
    getReportReply: answer,
    requestReply: answer,
    actionReply: { ...answer, news: newsOfAction },
  },
  write: writeReplies,
  kept: onKept,
});
