import { isoOfMs, jsonOrText } from '@alink/operator/words';
import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseLimit, parseMoment } from '../parse-options';

interface ListOptions {
  readonly event?: string;
  readonly since?: number;
  readonly limit: number;
}

export const addEventCommands = (event: Command, io: Io): void => {
  withExample(
    event
      .command('list')
      .description('list events, oldest first')
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--event <identifier>', 'only this event')
      .option('--since <moment>', '10m, 2h, 7d ago, an ISO date, or unix milliseconds', parseMoment(io.now))
      .option('--limit <n>', 'most rows: the newest', parseLimit, 100)
      .action(
        inSession(io, async ({ messages, out }, options: ListOptions, productID: string, deviceName: string) => {
          const { list } = await messages.eventLogIndex({
            productID,
            deviceName,
            dataID: options.event,
            timeStart: options.since,
            page: { page: 1, size: options.limit },
          });
          const rows = list
            .map((entry) => ({
              time: isoOfMs(entry.timestamp),
              event: entry.dataID,
              type: entry.type,
              params: jsonOrText(entry.params),
              timestamp: Number(entry.timestamp),
            }))
            .sort((a, b) => a.timestamp - b.timestamp);
          out.rows(rows, ['time', 'event', 'type', 'params'], 'no events');
        }),
      ),
    'event list aliyun_test_01 dev001 --since 1d',
  );
};
