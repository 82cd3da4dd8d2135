import { isoOfMs, jsonOrText } from '@alink/operator/words';
import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { withLogPage, type LogPage } from '../log-page';
import type { Session } from '../session';

export const completeAuditCommand = (audit: Command, io: Io): void => {
  withExample(
    withLogPage(
      audit.argument('[productKey]', 'of this product only').argument('[deviceName]', 'of this device only'),
      io,
    ).action(inSession(io, showAudit)),
    'audit aliyun_test_01 dev001 --since 7d',
  );
};

const showAudit = async (
  { admin, out }: Session,
  { since, limit, page }: LogPage,
  productID?: string,
  deviceName?: string,
): Promise<void> => {
  const { list, total } = await admin.auditLogIndex({ productID, deviceName, timeStart: since, page, size: limit });
  const rows = list.map((entry) => ({
    time: isoOfMs(entry.timestamp),
    actor: entry.actor,
    action: entry.action,
    productKey: entry.productID,
    deviceName: entry.deviceName,
    detail: jsonOrText(entry.detail),
    peer: entry.peer,
    timestamp: Number(entry.timestamp),
  }));
  const columns = ['time', 'actor', 'action', 'productKey', 'deviceName', 'detail', 'peer'] as const;
  out.rows(rows, columns, 'nothing was changed');
  out.pageNote({ page, size: limit, shown: list.length, total: Number(total) });
};
