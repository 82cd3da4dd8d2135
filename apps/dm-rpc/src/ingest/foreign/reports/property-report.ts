/** `report`: properties, each by itself. What the thing model does not take is left out; when nothing is left, it is refused. */
import { Code, type JsonObject } from '@alink/contract';
import type { Rejection } from '@alink/thing-model';
import { isObject } from '../../../wire/shape';
import { DONE, type Answer } from '../answer';
import type { ReportKind } from '../report-kind';

/** @param rejected why; of a report without any value nothing */
export const refusal = ([first]: readonly Rejection[]): Answer => ({
  code: Code.parameter,
  msg: first?.message ?? 'parameter error: no values',
});

/** An object, or none where it was left out for being empty. */
export const paramsOf = (params: unknown = {}): JsonObject | undefined =>
  isObject(params) ? (params as JsonObject) : undefined;

export const propertyReport: ReportKind<'report'> = {
  method: 'report',
  type: 'property',
  isAnswered: true,
  read({ members }, base) {
    const params = paramsOf(members['params']);
    return params && { ...base, method: 'report', params };
  },
  check(message, { model }) {
    const { accepted, rejected } = model.checkWithElements(message.params);
    if (Object.keys(accepted).length === 0) return { answer: refusal(rejected) };
    return { message: { ...message, params: accepted }, answer: DONE };
  },
};
