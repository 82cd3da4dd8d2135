import { ANSWER_DEADLINE_MS, deadlineFor, readAnswer, rowsOfLatest } from '@alink/operator/messages';
import { isoOfMs, jsonOrText } from '@alink/operator/words';
import { Code } from '@alink/contract/codes';
import { ShadowControl } from '@alink/contract/enumerations';
import type { Command } from 'commander';
import { addCommandLogCommand } from '../command-log';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseJsonObject, parseTimeout } from '../parse-options';
import type { Session } from '../session';
import { addPropertyHistoryCommand } from './property-history';
import { addPropertyManyCommands } from './property-many';

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
            rowsOfLatest(list, dataIDs),
            ['property', 'name', 'value', 'time', 'timestamp'],
            `${deviceName} has reported nothing yet`,
          );
        }),
      ),
    'property latest aliyun_test_01 dev001',
  );

  addPropertyHistoryCommand(property, io);

  withExample(
    property
      .command('set')
      .description('set properties of a device, and wait for its answer')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('<values>', 'JSON object: value by identifier', parseJsonObject)
      .option('--timeout <seconds>', 'how long to wait for the device', parseTimeout, 8)
      .option('--async', 'do not wait: many devices never answer, and only report the new value')
      .option('--keep', 'where the device is offline, have the values wait until it comes online')
      .action(inSession(io, setProperties)),
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

  addPropertyManyCommands(property, io);

  addCommandLogCommand(property, io, {
    wanted: ['propertyControlSend', 'propertyGetReportSend'],
    what: 'property commands',
    columns: ['time', 'action', 'identifier', 'content', 'code', 'result', 'account'],
  });
};

interface SetOptions {
  readonly async?: boolean;
  readonly timeout: number;
  readonly keep?: boolean;
}

const isOffline = (error: unknown): boolean =>
  (error as { readonly code?: unknown } | null)?.code === Code.deviceOffline;

const setProperties = async (
  { commands, out }: Session,
  { async: isAsync = false, timeout, keep = false }: SetOptions,
  productID: string,
  deviceName: string,
  data: string,
): Promise<void> => {
  const request = { productID, deviceName, data, syncTimeout: timeout };
  try {
    const { code, msg, msgToken } = await commands.propertyControlSend(
      { ...request, isAsync, shadowControl: ShadowControl.sendOnly },
      deadlineFor(timeout),
    );
    if (isAsync) return out.done({ id: msgToken }, `sent, message id ${msgToken}`);
    const answer = readAnswer(code, msg);
    out.done({ ...answer, id: msgToken }, `${answer.code} ${answer.message}`);
  } catch (error) {
    if (!keep || !isOffline(error)) throw error;
    await commands.propertyControlSend({ ...request, shadowControl: ShadowControl.keepOnly });
    out.done({ code: Code.ok, message: 'kept', id: '' }, `kept: ${deviceName} is set when it comes online`);
  }
};
