/**
 * Calls from a device: an action of the thing model whose direction is `up`. Only unitedrhino's gateways send them; nobody
 * here answers, but applications are told, and may.
 */
import { actionReport } from '@alink/contract';
import { isObject, isText } from '../../wire/shape';
import { deviceTime } from '../fit';
import type { Sink } from '../sink';
import { isToken } from './rows';

export const calls: Sink<never> = {
  takes: {
    action: {
      needs: { actionID: isText, params: isObject },
      rows: () => [],
      news: (call, report) => {
        const { actionID, params } = call;
        if (!isToken(actionID)) return [];
        const timestamp = deviceTime(call.timestamp, report.arrivedAt);
        const msgToken = String(call.msgToken ?? '');
        return [actionReport(report, { timestamp, actionID, msgToken, reqType: 'req', dir: 'up', params })];
      },
    },
  },
  async write() {
    // Nothing of a call is kept but its line in the device's log.
  },
};
