/** The answer to a call from a device: an application gives it, whom the call was told. */
import { Code, encodeEnvelope, subjects, type HubLogEntry, type services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { sendAnswer } from '../../ingest/foreign/answer';
import { MAX_CONTENT, MAX_IDENTIFIER } from '../../ingest/fit';
import { notFound } from '../../wire/errors';
import { jsonObject, plainText, requireText } from '../../wire/fields';
import type { RequestOf } from '../../wire/messages';
import { findTarget, refuseRejected, type CommandTarget } from './command-target';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'actionResp'>;
type Request = RequestOf<typeof services.deviceInteract, 'actionResp'>;

const MAX_MESSAGE = 1024;

interface Answer {
  readonly method: 'actionReply';
  readonly msgToken: string;
  readonly code: number;
  readonly actionID: string;
}

/** The message of unitedrhino; of a call that has failed it holds no output. @throws {RpcError} 100006 for what cannot be */
const answerTo = (actionID: string, { model }: CommandTarget, request: Request): Answer & { readonly msg?: string } => {
  const { msgToken, outputParams } = request;
  const code = Number(request.code) || Code.ok;
  const msg = plainText('msg', request.msg, MAX_MESSAGE) || undefined;
  const answer = { method: 'actionReply', msgToken, code, msg, actionID } as const;
  if (code !== Code.ok) return answer;
  const { accepted, rejected } = model.checkServiceOutput(actionID, jsonObject('outputParams', outputParams));
  refuseRejected('outputParams', rejected);
  return { ...answer, data: accepted } as Answer;
};

export const actionRespHandlers = (context: DmContext): Methods => {
  const { prisma, bus, now } = context;

  /** Tells the device's log. */
  const note = ({ device }: CommandTarget, answer: Answer): void => {
    const { productID, deviceName } = device;
    const line: HubLogEntry = {
      productID,
      deviceName,
      timestamp: now(),
      action: 'action',
      topic: '',
      requestID: answer.msgToken,
      content: `the call of ${answer.actionID} was answered`,
      resultCode: answer.code,
      respPayload: JSON.stringify(answer).slice(0, MAX_CONTENT),
    };
    bus
      .publishKept(subjects.hubLog, encodeEnvelope(JSON.stringify(line), line.timestamp))
      .catch((err: unknown) => context.log.debug({ err }, 'a line of a device log was not kept'));
  };

  return {
    /** A call is answered once. Whether the device has heard the answer nobody knows: it acknowledges none. */
    async actionResp(request) {
      const target = await findTarget(context, request);
      const msgToken = requireText('msgToken', request.msgToken, MAX_IDENTIFIER);
      const key = { deviceID: target.device.id, msgToken };
      const call = await prisma.deviceCall.findUnique({ where: { deviceID_msgToken: key } });
      if (!call) throw notFound(`call ${msgToken}`);
      const answer = answerTo(call.actionID, target, request);
      const { count } = await prisma.deviceCall.deleteMany({ where: key });
      if (count === 0) throw notFound(`call ${msgToken}`);
      sendAnswer(bus, { ...target.device, handle: 'thing', type: 'action' }, answer, now());
      note(target, answer);
      return {};
    },
  };
};
