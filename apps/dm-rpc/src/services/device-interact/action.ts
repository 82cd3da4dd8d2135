/** Calls a service of a device. */
import { actionReport, Code, type JsonObject, type services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { jsonObject, requireText } from '../../wire/fields';
import { badParameter } from '../../wire/errors';
import type { CommandSender } from './command-sender';
import { findTarget, refuseRejected, timeoutOf } from './command-target';
import { readResult } from './read-result';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'actionSend' | 'actionRead'>;

/** An asynchronous call waits so long in the background before it counts as timed out. */
const BACKGROUND_TIMEOUT_MS = 60_000;

export const actionHandlers = (context: DmContext, sender: CommandSender): Methods => {
  const { applicationNews, now } = context;

  return {
    async actionSend(request, call) {
      const actionID = requireText('actionID', request.actionID);
      const { device, model } = await findTarget(context, request);
      if (model.validation !== 'none' && !model.service(actionID)) {
        throw badParameter('actionID', `names no service of the thing model: ${actionID}`);
      }
      const { accepted, rejected } = model.checkServiceInput(actionID, jsonObject('inputParams', request.inputParams));
      refuseRejected('inputParams', rejected);
      const params = accepted as JsonObject;
      const about = { device, action: 'actionSend', dataID: actionID } as const;
      if (request.isAsync && !device.isOnline) throw sender.offline(about);

      const background = Number(request.option?.timeoutToFail ?? 0) * 1000 || BACKGROUND_TIMEOUT_MS;
      const { msgToken, answer } = await sender.send({
        ...about,
        content: JSON.stringify(params),
        user: call.user,
        body: { kind: 'thing', type: 'action', message: { method: 'action', actionID, params } },
        timeoutMs: request.isAsync ? background : timeoutOf(request.option?.requestTimeout ?? '0', call, now()),
      });
      const operatorUserID = String(call.user?.['UserID'] ?? '');
      const sent = { timestamp: now(), actionID, msgToken, params, operatorUserID } as const;
      applicationNews.tell([actionReport(device, { ...sent, reqType: 'req', dir: 'down' })]);
      if (request.isAsync) {
        // Nobody waits: how it ends stands in its record.
        answer.catch(() => undefined);
        return { code: Code.ok, msg: '', msgToken, outputParams: '' };
      }
      const { code, msg, output } = await answer;
      return { code, msg, msgToken, outputParams: output || '{}' };
    },

    async actionRead(request) {
      const { code, msg, output } = await readResult(context, request, 'actionSend');
      return { code, msg, msgToken: request.msgToken, outputParams: output || '{}' };
    },
  };
};
