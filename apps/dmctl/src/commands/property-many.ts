import { ShadowControl } from '@alink/contract/enumerations';
import { sendToMany, type Fate, type SentTo } from '@alink/operator/messages';
import { MAX_LINES } from '@alink/operator/devices';
import { jsonOrText } from '@alink/operator/words';
import type { Command } from 'commander';
import { addManyOptions, chooseMany, type ManyChoice } from '../chosen-many';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { collect, parseJsonObject, parseTimeout } from '../parse-options';
import type { Session } from '../session';

/** Seconds that the platform waits for an answer to a question. */
const QUESTION_SECONDS = 8;

interface SetOptions extends ManyChoice {
  readonly async?: boolean;
  readonly keep?: boolean;
  readonly timeout: number;
}

interface GetOptions extends ManyChoice {
  readonly property?: readonly string[];
}

/** Settings and questions for many devices at once. */
export const addPropertyManyCommands = (property: Command, io: Io): void => {
  withExample(
    addManyOptions(
      property
        .command('set-many')
        .description('set properties of many devices at once, and wait for their answers')
        .argument('<productKey>')
        .argument('<values>', 'JSON object: value by identifier', parseJsonObject),
    )
      .option('--timeout <seconds>', 'how long to wait for the devices', parseTimeout, 8)
      .option('--async', 'do not wait: many devices never answer, and only report the new value')
      .option('--keep', 'have the values wait for devices until they come online; nothing is sent to those that are')
      .action(inSession(io, setMany)),
    `property set-many aliyun_test_01 '{"temperature":28}' --group "Hall 2" --yes`,
    `property set-many aliyun_test_01 '{"temperature":28}' --from names.csv --yes`,
    `property set-many aliyun_test_01 '{"temperature":28}' dev001 dev002`,
  );

  withExample(
    addManyOptions(
      property
        .command('get-many')
        .description('ask many devices at once for their current values')
        .argument('<productKey>'),
    )
      .option('--property <identifier>', 'only this one; may be given again', collect)
      .action(inSession(io, getMany)),
    'property get-many aliyun_test_01 --online --property temperature --yes',
  );
};

const setMany = async (
  session: Session,
  { async: isAsync = false, keep = false, timeout, ...choice }: SetOptions,
  productID: string,
  data: string,
  named: string[],
): Promise<void> => {
  if (isAsync && keep) throw new CliError(ExitCode.usage, '--async or --keep, not both');
  const names = await chooseMany(session, productID, named, choice, 'set properties of');
  const request = { productID, data, isAsync, syncTimeout: timeout };
  const shadowControl = keep ? ShadowControl.keepOnly : ShadowControl.sendOnly;
  const results = await sendToMany(
    names,
    { deviceSeconds: isAsync || keep ? 0 : timeout },
    async (deviceNames, within) =>
      (await session.commands.propertyControlMultiSend({ ...request, shadowControl, deviceNames }, within)).list,
    session.out,
  );
  const done = keep ? 'kept' : isAsync ? 'sent' : 'set';
  tell(session, results, done, ({ msgToken }) => ({ id: msgToken }), ['deviceName', 'result']);
};

const getMany = async (
  session: Session,
  { property = [], ...choice }: GetOptions,
  productID: string,
  named: string[],
): Promise<void> => {
  const names = await chooseMany(session, productID, named, choice, 'ask');
  const results = await sendToMany(
    names,
    { deviceSeconds: QUESTION_SECONDS },
    async (deviceNames, within) =>
      (await session.commands.propertyGetReportMultiSend({ productID, deviceNames, dataIDs: [...property] }, within))
        .list,
    session.out,
  );
  const values = ({ params, msg }: { readonly params: string; readonly msg: string }) => ({
    values: params === '' ? undefined : jsonOrText(params),
    note: msg === 'success' ? '' : msg,
  });
  tell(session, results, 'answered', values, ['deviceName', 'result', 'values', 'note']);
};

/**
 * A row for each device, and how many did it; of a long list only those that did not.
 * @throws {CliError} when some did not
 */
const tell = <F extends Fate, More extends object>(
  { out }: Session,
  results: readonly SentTo<F>[],
  done: string,
  more: (fate: F) => More,
  columns: readonly string[],
): void => {
  const rows = results.map(({ deviceName, isDone, code, reason, fate }) => ({
    deviceName,
    result: isDone ? done : reason,
    code,
    ...more(fate),
  }));
  const good = results.filter(({ isDone }) => isDone).length;
  const isLong = results.length > MAX_LINES && columns.length === 2;
  const shown = isLong ? rows.filter(({ code }) => code !== undefined) : rows;
  if (!out.json && shown.length > 0) out.rows<Record<string, unknown>>(shown, columns, '');
  const failed = results.length - good;
  out.done({ [done]: good, failed, devices: rows }, `${done} ${good} of ${results.length} devices`);
  if (failed > 0) throw new CliError(ExitCode.refused, `${failed} of ${results.length} devices failed`);
};
