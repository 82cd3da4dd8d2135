import { isoOfMs, onlineStates, wordOf } from '@alink/operator/words';
import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { withLogPage, type LogPage } from '../log-page';
import type { Session } from '../session';

export const addDeviceStatusLogCommand = (device: Command, io: Io): void => {
  withExample(
    withLogPage(
      device
        .command('status-log')
        .description('show when a device went online and offline, and why; newest first')
        .argument('<productKey>')
        .argument('<deviceName>'),
      io,
    ).action(inSession(io, showStatusLog)),
    'device status-log aliyun_test_01 dev001 --since 7d',
  );
};

const showStatusLog = async (
  { admin, out }: Session,
  { since, limit, page }: LogPage,
  productID: string,
  deviceName: string,
): Promise<void> => {
  const { list, total } = await admin.statusLogIndex({ productID, deviceName, timeStart: since, page, size: limit });
  const rows = list.map(({ timestamp, status, reason, via }) => ({
    time: isoOfMs(timestamp),
    state: wordOf(onlineStates, status),
    reason,
    timestamp: Number(timestamp),
    // The gateway device.
    via: via ? `${via.productID}/${via.deviceName}` : '',
  }));
  const isSubDevice = rows.some(({ via }) => via !== '');
  const columns = ['time', 'state', ...(isSubDevice ? (['via'] as const) : []), 'reason'] as const;
  out.rows(rows, columns, `${deviceName} was never online`);
  out.pageNote({ page, size: limit, shown: list.length, total: Number(total) });
};
