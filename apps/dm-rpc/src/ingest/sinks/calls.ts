/**
 * Calls from a device: an action of the thing model whose direction is `up`. Only unitedrhino's gateways send them. They are
 * kept until an application, which is told, has answered them with `actionResp`.
 */
import { actionReport } from '@alink/contract';
import { isObject, isText } from '../../wire/shape';
import { deviceTime, MAX_IDENTIFIER, textOf } from '../fit';
import type { Sink } from '../sink';
import { column, isToken } from './rows';

interface CallRow {
  readonly deviceID: bigint;
  readonly msgToken: string;
  readonly actionID: string;
  /** When it came, unix milliseconds. */
  readonly timestamp: number;
}

/** The newest call of each token of a device, in the order of their keys. */
const newestOf = (rows: readonly CallRow[]): CallRow[] => {
  const newest = new Map(rows.map((row) => [`${row.deviceID}/${row.msgToken}`, row]));
  return [...newest.values()].sort((a, b) =>
    a.deviceID !== b.deviceID ? (a.deviceID < b.deviceID ? -1 : 1) : a.msgToken < b.msgToken ? -1 : 1,
  );
};

export const calls: Sink<CallRow> = {
  takes: {
    action: {
      needs: { actionID: isText, params: isObject },
      rows: ({ actionID, msgToken: token }, { arrivedAt }, { id: deviceID }) => {
        const msgToken = textOf(String(token ?? ''), MAX_IDENTIFIER);
        if (msgToken === '' || !isToken(actionID)) return [];
        return [{ deviceID, msgToken, actionID: textOf(actionID, MAX_IDENTIFIER), timestamp: arrivedAt }];
      },
      news: (call, report) => {
        const { actionID, params } = call;
        if (!isToken(actionID)) return [];
        const timestamp = deviceTime(call.timestamp, report.arrivedAt);
        const msgToken = String(call.msgToken ?? '');
        return [actionReport(report, { timestamp, actionID, msgToken, reqType: 'req', dir: 'up', params })];
      },
    },
  },

  /** Tokens are of the gateway's choice: a new call takes the place of an old one. */
  async write(tx, rows) {
    const newest = newestOf(rows);
    await tx.$executeRaw`
      INSERT INTO device_call (device_id, msg_token, action_id, timestamp)
      SELECT * FROM unnest(
        ${column(newest, 'deviceID')}::bigint[], ${column(newest, 'msgToken')}::text[],
        ${column(newest, 'actionID')}::text[], ${column(newest, 'timestamp')}::bigint[])
      ON CONFLICT (device_id, msg_token) DO UPDATE SET action_id = EXCLUDED.action_id, timestamp = EXCLUDED.timestamp`;
  },
};
