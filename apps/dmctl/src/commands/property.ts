import { ShadowControl } from '@alink/contract/enumerations';
import type { Command } from 'commander';
import { addCommandLogCommand } from '../command-log';
import { ANSWER_DEADLINE_MS, deadlineFor, readAnswer } from '../device-answer';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { jsonOrText } from '../json-or-text';
import { parseJsonObject, parseLimit, parseMoment, parseTimeout } from '../parse-options';
import { isoOfMs } from '../time-text';

/** `PropertyLogIndexReq.order`. */
const NEWEST_FIRST = 2;

export const addPropertyCommands = (property: Command, io: Io): void => {
  withExample(
    property
      .command('latest')
      .description('show the latest value of each property')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('[identifiers...]', 'only these')
      .action(
        inSession(io, async ({ messages, out }, _options, productID: string, deviceName: string, dataIDs: string[]) => {
          const { list } = await messages.propertyLatestIndex({ productID, deviceName, dataIDs });
          out.rows(
            list.map((entry) => ({ ...rowOf(entry), name: entry.dataName })),
            ['property', 'name', 'value', 'time', 'timestamp'],
            `${deviceName} has reported nothing yet`,
          );
        }),
      ),
    'property latest aliyun_test_01 dev001',
  );

  withExample(
    property
      .command('history')
      .description('show what a property has been, oldest first')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('<identifier>')
      .option('--since <moment>', '10m, 2h, 7d ago, an ISO date, or unix milliseconds', parseMoment(io.now))
      .option('--limit <n>', 'most rows: the newest', parseLimit, 100)
      .action(
        inSession(
          io,
          async (
            { messages, out },
            { since, limit }: { since?: number; limit: number },
            productID: string,
            deviceName: string,
            dataID: string,
          ) => {
            const { list } = await messages.propertyLogIndex({
              productID,
              deviceName,
              dataID,
              timeStart: since,
              order: NEWEST_FIRST,
              page: { page: 1, size: limit },
            });
            const rows = list.map(rowOf).sort((a, b) => a.timestamp - b.timestamp);
            out.rows(rows, ['time', 'value', 'timestamp'], `nothing of ${dataID} in that time`);
          },
        ),
      ),
    'property history aliyun_test_01 dev001 temperature --since 2h',
  );

  withExample(
    property
      .command('set')
      .description('set properties of a device, and wait for its answer')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('<values>', 'JSON object: value by identifier', parseJsonObject)
      .option('--timeout <seconds>', 'how long to wait for the device', parseTimeout, 8)
      .action(
        inSession(
          io,
          async (
            { commands, out },
            { timeout }: { timeout: number },
            productID: string,
            deviceName: string,
            data: string,
          ) => {
            const { code, msg, msgToken } = await commands.propertyControlSend(
              { productID, deviceName, data, shadowControl: ShadowControl.sendOnly, syncTimeout: timeout },
              deadlineFor(timeout),
            );
            const answer = readAnswer(code, msg);
            out.done({ ...answer, id: msgToken }, `${answer.code} ${answer.message}`);
          },
        ),
      ),
    `property set aliyun_test_01 dev001 '{"temperature":28}'`,
  );

  withExample(
    property
      .command('get')
      .description('ask a device for its current values')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('[identifiers...]', 'only these')
      .action(
        inSession(io, async ({ commands, out }, _options, productID: string, deviceName: string, dataIDs: string[]) => {
          const response = await commands.propertyGetReportSend(
            { productID, deviceName, dataIDs },
            { deadlineMs: ANSWER_DEADLINE_MS },
          );
          readAnswer(response.code, response.msg);
          const values = jsonOrText(response.params || '{}') as Record<string, unknown>;
          const timestamp = Number(response.timestamp);
          const rows = Object.entries(values).map(([identifier, value]) => ({
            property: identifier,
            value,
            time: isoOfMs(timestamp),
            timestamp,
          }));
          out.rows(rows, ['property', 'value', 'time', 'timestamp'], `${deviceName} answered with no values`);
        }),
      ),
    'property get aliyun_test_01 dev001 temperature',
  );

  addCommandLogCommand(property, io, ['propertyControlSend', 'propertyGetReportSend'], 'property commands');
};

const rowOf = (entry: { dataID: string; value: string; timestamp: string }) => ({
  property: entry.dataID,
  value: jsonOrText(entry.value),
  time: isoOfMs(entry.timestamp),
  timestamp: Number(entry.timestamp),
});
