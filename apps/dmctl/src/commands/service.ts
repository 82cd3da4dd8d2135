import { deadlineFor, readAnswer } from '@alink/operator/messages';
import { jsonOrText } from '@alink/operator/words';
import type { Command } from 'commander';
import { addCommandLogCommand } from '../command-log';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseJsonObject, parseTimeout } from '../parse-options';
import type { Session } from '../session';

interface CallOptions {
  readonly async?: boolean;
  readonly timeout: number;
}

export const addServiceCommands = (service: Command, io: Io): void => {
  withExample(
    service
      .command('call')
      .description('call a service of a device, and wait for its answer')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('<service>', 'identifier of the service')
      .argument('[input]', 'JSON object: input parameters', parseJsonObject, '{}')
      .option('--async', 'do not wait for the answer')
      .option('--timeout <seconds>', 'how long to wait for the device', parseTimeout, 8)
      .action(inSession(io, callService)),
    `service call aliyun_test_01 dev001 echo '{"text":"hello"}'`,
  );

  addCommandLogCommand(service, io, {
    wanted: ['actionSend', 'sendMsg'],
    what: 'service calls and messages',
    columns: ['time', 'action', 'identifier', 'content', 'output', 'code', 'result', 'account'],
  });
};

const callService = async (
  { commands, out }: Session,
  { async: isAsync = false, timeout }: CallOptions,
  productID: string,
  deviceName: string,
  actionID: string,
  inputParams: string,
): Promise<void> => {
  const response = await commands.actionSend(
    { productID, deviceName, actionID, inputParams, isAsync, option: { requestTimeout: timeout } },
    deadlineFor(timeout),
  );
  if (isAsync) return out.done({ id: response.msgToken }, `sent, message id ${response.msgToken}`);
  const { code, message } = readAnswer(response.code, response.msg);
  const output = jsonOrText(response.outputParams || '{}');
  out.done({ code, message, id: response.msgToken, output }, `${code} ${message} ${JSON.stringify(output)}`);
};
