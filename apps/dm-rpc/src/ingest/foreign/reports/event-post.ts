/** `eventPost`: an event, taken whole or not at all. */
import { Code, type JsonObject } from '@alink/contract';
import { ModelCode, type Rejection } from '@alink/thing-model';
import type { ProductModel } from '../../../services/product-manage/compiled-models';
import { isText } from '../../../wire/shape';
import { DONE, type Answer } from '../answer';
import type { ReportKind } from '../report-kind';
import { paramsOf, refusal } from './property-report';

interface CheckedEvent {
  readonly type: string;
  readonly params: JsonObject;
  /** Present when it is refused. */
  readonly refused?: Answer;
}

/**
 * Holds an event against the thing model. A parameter that the model does not have is passed over, as unitedrhino does.
 * @param type as the device says; empty where it does not
 */
export const checkEvent = ({ model }: ProductModel, eventID: string, type: string, given: JsonObject): CheckedEvent => {
  const checked = model.checkEvent(eventID, given);
  const known = model.event(eventID);
  const isFault = ({ code }: Rejection) => !known || code !== ModelCode.memberUnknown;
  const faults = checked.rejected.filter(isFault);
  const params = checked.accepted;
  if (faults.length > 0) return { type, params, refused: refusal(faults) };
  if (known && type !== '' && type !== known.type) {
    const refused = { code: Code.parameter, msg: `the event is of type ${known.type} in the thing model` };
    return { type, params, refused };
  }
  return { type: known?.type ?? (type || checked.type), params };
};

export const eventPost: ReportKind<'eventPost'> = {
  method: 'eventPost',
  type: 'event',
  isAnswered: true,
  read({ members }, base) {
    const { eventID, type = '' } = members;
    const params = paramsOf(members['params']);
    return params && isText(eventID) && isText(type)
      ? { ...base, method: 'eventPost', eventID, type, params }
      : undefined;
  },
  check(message, product) {
    const { type, params, refused } = checkEvent(product, message.eventID, message.type, message.params);
    return refused ? { answer: refused } : { message: { ...message, type, params }, answer: DONE };
  },
};
