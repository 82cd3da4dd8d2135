/**
 * Properties that the platform asks for: `thing/service/property/get`, and the device's answer. In no product document;
 * the C SDK 3.x serves it when it is built with shadow (`dm_message.c`).
 */
import { isRecord } from '../envelope';
import type { Problem } from '../problem';
import { readPropertyValues } from '../property-values';
import { command, type AnswerResult, type DeviceAnswer, type Route, type UplinkContext } from '../route';

const PATH = 'thing/service/property/get';

/** The values that the thing model takes; what it does not take is a problem, not a value. */
const checked = (answer: DeviceAnswer, context: UplinkContext): DeviceAnswer & { problems: readonly Problem[] } => {
  if (answer.code !== 200 || !isRecord(answer.data)) return { ...answer, problems: [] };
  const values = readPropertyValues(answer.data, context.now, context.model);
  if ('step' in values) return { ...answer, data: {}, problems: [values] };
  return { ...answer, data: values.accepted, problems: values.problems };
};

const getReply = (answer: DeviceAnswer, context: UplinkContext): AnswerResult => {
  const { problems, ...rest } = checked(answer, context);
  const body = { method: 'getReportReply' as const, msgToken: context.id, timestamp: context.now, ...rest };
  return { message: { handle: 'thing', type: 'property', body }, problems };
};

export const propertyGet: readonly Route[] = [
  {
    topic: {
      family: 'sys',
      path: PATH,
      meaning: 'ask for properties',
      replyOn: '_reply',
      rrpc: 'a synchronous question for properties, and its answer',
    },
    down: command('getReport', ({ identifiers }) => ({ path: PATH, params: identifiers, synchronous: false })),
    answer: getReply,
  },
];
