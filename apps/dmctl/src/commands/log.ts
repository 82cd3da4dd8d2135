import { readHubLog, whyNoReports } from '@alink/operator/messages';
import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseLimit, parseMoment } from '../parse-options';

export const completeLogCommand = (log: Command, io: Io): void => {
  withExample(
    log
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--since <moment>', '10m, 2h, 7d ago, an ISO date, or unix milliseconds', parseMoment(io.now))
      .option('--limit <n>', 'most lines: the newest', parseLimit, 50)
      .action(
        inSession(
          io,
          async (session, options: { since?: number; limit: number }, productID: string, deviceName: string) => {
            const { since, limit } = options;
            const rows = await readHubLog(session, { productID, deviceName, since, page: 1, size: limit });
            const columns = ['time', 'action', 'topic', 'code', 'content'] as const;
            session.out.rows(rows, columns, `the node has seen nothing of ${deviceName}`);
            if (rows.some(({ action }) => action === 'publish')) return;
            const why = await whyNoReports(session, { productID, deviceName }, io.now());
            if (!why) return;
            session.out.note(
              `what ${deviceName} reports is not in its log: ${why}; ` +
                `dmctl device update ${productID} ${deviceName} --log-level info has it written from now on`,
            );
          },
        ),
      ),
    'log aliyun_test_01 dev001 --since 10m',
  );
};
