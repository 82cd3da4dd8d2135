/** Answers what devices behind foreign nodes ask, and notes it in their logs. */
import { Code, encodeEnvelope, subjects, type HubLogEntry } from '@alink/contract';
import type { Bus } from '@alink/bus';
import { databaseFault } from '@alink/db';
import { RpcError } from '@alink/rpc';
import { Turns, type Logger } from '@alink/runtime';
import { actionOfReport } from '../../log-action';
import { MAX_CONTENT } from '../fit';
import { answerMessage, sendAnswer, type Answer } from './answer';
import type { Asker, QuestionContext, QuestionKind } from './question-kind';
import type { ForeignMessage, ForeignUplink } from './uplink';

export interface ForeignQuestionsOptions {
  readonly bus: Bus;
  readonly context: QuestionContext;
  readonly log: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
}

interface Answered {
  readonly answer: Answer;
  /** Where it goes to. */
  readonly protocolCode: string;
}

/** Questions at once: some of the connections to the database are always left. */
const AT_ONCE = 4;
/** Some seconds' worth: of what comes beyond, the answer would come too late. */
const MAX_WAITING = 5000;
const TOO_MANY: Answer = { code: Code.system, msg: 'too many questions wait for their answers, ask again later' };

export class ForeignQuestions {
  private readonly turns = new Turns({ atOnce: AT_ONCE, maxWaiting: MAX_WAITING });

  constructor(private readonly options: ForeignQuestionsOptions) {}

  /** Answers; of a device that does not exist nobody. */
  async answer(kind: QuestionKind, uplink: ForeignUplink, message: ForeignMessage): Promise<void> {
    if (!this.turns.isFull) return this.turns.take(() => this.answerNow(kind, uplink, message));
    const { bus, now } = this.options;
    const asked = { ...message, method: kind.answeredAs ?? message.method };
    if (!message.noAsk) sendAnswer(bus, uplink, answerMessage(asked, TOO_MANY), now());
  }

  private async answerNow(kind: QuestionKind, uplink: ForeignUplink, message: ForeignMessage): Promise<void> {
    const { bus, log, now } = this.options;
    const found = await this.answerOf(kind, uplink, message);
    if (!found) return;
    const { answer, protocolCode } = found;
    const asked = { ...message, method: kind.answeredAs ?? message.method };
    const told = answerMessage(asked, answer);
    const noted = kind.isSecret ? answerMessage(asked, { code: answer.code, msg: answer.msg }) : told;
    this.note(kind, uplink, message, answer.code, noted).catch((err: unknown) =>
      log.debug({ err }, 'a line of a device log was not kept'),
    );
    if (!message.noAsk) sendAnswer(bus, { ...uplink, protocolCode }, told, now());
  }

  private async answerOf(
    kind: QuestionKind,
    uplink: ForeignUplink,
    message: ForeignMessage,
  ): Promise<Answered | undefined> {
    const { context, log } = this.options;
    let protocolCode = uplink.protocolCode;
    try {
      const device = await this.find(uplink);
      if (!device) return undefined;
      protocolCode ||= device.product.protocolCode;
      return { answer: await kind.answer({ device, uplink, message }, context), protocolCode };
    } catch (error) {
      if (error instanceof RpcError) return { answer: { code: error.code, msg: error.message }, protocolCode };
      const { productID, deviceName } = uplink;
      log.error({ err: error, productID, deviceName }, 'a question of a foreign node could not be answered');
      return { answer: { code: databaseFault(error) ? Code.database : Code.system }, protocolCode };
    }
  }

  private async find({ productID, deviceName }: ForeignUplink): Promise<Asker | undefined> {
    const row = await this.options.context.prisma.device.findUnique({
      where: { productID_deviceName: { productID, deviceName } },
      select: {
        id: true,
        logLevel: true,
        schemaRevision: true,
        product: { select: { productID: true, schemaRevision: true, protocolConf: true, protocolCode: true } },
      },
    });
    return row ? { productID, deviceName, ...row } : undefined;
  }

  /** Resolves once the line is on disk. */
  private async note(
    { isSecret }: QuestionKind,
    uplink: ForeignUplink,
    { method, msgToken }: ForeignMessage,
    resultCode: number,
    answer: object,
  ): Promise<void> {
    const { productID, deviceName, topic, arrivedAt, payload } = uplink;
    const line: HubLogEntry = {
      productID,
      deviceName,
      timestamp: arrivedAt,
      action: actionOfReport(uplink),
      topic,
      requestID: msgToken,
      content: isSecret ? method : payload.toString('utf8').slice(0, MAX_CONTENT),
      resultCode,
      respPayload: JSON.stringify(answer).slice(0, MAX_CONTENT),
    };
    await this.options.bus.publishKept(subjects.hubLog, encodeEnvelope(JSON.stringify(line), this.options.now()));
  }
}
