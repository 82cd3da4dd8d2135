/** Calls a service of a device. */
import { actionReport, Code, PROTOCOL_CODE, type JsonObject, type services } from '@alink/contract';
import { RpcError, type CallContext, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { badParameter } from '../../wire/errors';
import { jsonObject, requireText } from '../../wire/fields';
import type { RequestOf } from '../../wire/messages';
import { backgroundOf } from './action-option';
import { successOf } from './answer-of';
import type { CommandSender } from './command-sender';
import { findTarget, refuseRejected, timeoutOf, type CommandTarget } from './command-target';
import { readResult } from './read-result';
import { closeCommand, openCommand } from './send-log';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'actionSend' | 'actionRead'>;
type Request = RequestOf<typeof services.deviceInteract, 'actionSend'>;

/** A call, or that one has come to nothing, as applications hear of it. */
interface Told {
  readonly actionID: string;
  readonly msgToken: string;
  readonly params: JsonObject;
  readonly call: CallContext;
  readonly failure?: RpcError;
}

export const actionHandlers = (context: DmContext, sender: CommandSender): Methods => {
  const { prisma, applicationNews, now } = context;

  const tell = (device: DeviceCore, { actionID, msgToken, params, call, failure }: Told): void => {
    const sent = { timestamp: now(), actionID, msgToken, reqType: 'req' } as const;
    const report = failure
      ? actionReport(device, { ...sent, dir: 'up', code: failure.code, msg: failure.message })
      : actionReport(device, { ...sent, dir: 'down', params, operatorUserID: String(call.user?.UserID ?? '') });
    applicationNews.tell([report]);
  };

  const recordOf = ({ device }: CommandTarget, { actionID }: Request, params: JsonObject) =>
    ({
      device,
      action: 'actionSend',
      entries: [{ dataID: actionID, content: JSON.stringify(params) }],
    }) as const;

  /** The caller knows the answer itself: recorded and told like one of the device. */
  const answerByCaller = async (target: CommandTarget, request: Request, params: JsonObject, call: CallContext) => {
    const { device } = target;
    const { actionID, outputParams } = request;
    const record = recordOf(target, request, params);
    if (!device.isOnline) throw await sender.offline(record);
    const output = JSON.stringify(jsonObject('outputParams', outputParams));
    const { action, entries } = record;
    const token = await openCommand(prisma, { deviceID: device.id, action, entries, user: call.user }, now());
    await closeCommand(prisma, { deviceID: device.id, msgToken: token, code: Code.ok, msg: '', output }, now());
    const msgToken = String(token);
    tell(device, { actionID, msgToken, params, call });
    return { code: Code.ok, msg: '', msgToken, outputParams };
  };

  /** Our nodes call by RRPC what the thing model says is called so. */
  const isCall = ({ device, model }: CommandTarget, actionID: string): boolean =>
    device.protocolCode === PROTOCOL_CODE && model.service(actionID)?.callType === 'sync';

  const send = async (target: CommandTarget, request: Request, params: JsonObject, call: CallContext) => {
    const { device } = target;
    const { actionID, isAsync, option } = request;
    const record = recordOf(target, request, params);
    if (isAsync && !device.isOnline) throw await sender.offline(record);
    const { msgToken, answer } = await sender.send({
      ...record,
      user: call.user,
      isCall: isCall(target, actionID),
      body: { kind: 'thing', type: 'action', message: { method: 'action', actionID, params } },
      ...(isAsync ? backgroundOf(option) : { timeoutMs: timeoutOf(option?.requestTimeout ?? '0', call, now()) }),
    });
    tell(device, { actionID, msgToken, params, call });
    if (isAsync) {
      // Nobody waits: how it ends stands in its record, and who set a limit has it told.
      answer.catch((error: unknown) => {
        if (option) tell(device, { actionID, msgToken, params, call, failure: RpcError.from(error) });
      });
      return { code: Code.ok, msg: '', msgToken, outputParams: '' };
    }
    const { code, msg, output } = successOf(await answer);
    return { code, msg, msgToken, outputParams: output || '{}' };
  };

  return {
    async actionSend(request, call) {
      const actionID = requireText('actionID', request.actionID);
      const target = await findTarget(context, request);
      const { model } = target;
      if (model.validation !== 'none' && !model.service(actionID)) {
        throw badParameter('actionID', `names no service of the thing model: ${actionID}`);
      }
      const { accepted, rejected } = model.checkServiceInput(actionID, jsonObject('inputParams', request.inputParams));
      refuseRejected('inputParams', rejected);
      const params = accepted as JsonObject;
      return request.outputParams ? answerByCaller(target, request, params, call) : send(target, request, params, call);
    },

    async actionRead(request) {
      const { code, msg, output } = await readResult(context, request, 'actionSend');
      return { code, msg, msgToken: request.msgToken, outputParams: output || '{}' };
    },
  };
};
