/**
 * Services that the platform calls: `thing/service/{service}` for an asynchronous call, RRPC for a synchronous one, and
 * the answers of both. Source: Alibaba Cloud IoT documentation, "Device properties, events, and services", "RRPC".
 */
import { rejectionProblem } from '../problem';
import {
  command,
  type AnswerResult,
  type DeviceAnswer,
  type PlatformMessage,
  type Route,
  type UplinkContext,
} from '../route';

const actionReply = ({ id, now, name }: UplinkContext, answer: DeviceAnswer): PlatformMessage => ({
  handle: 'thing',
  type: 'action',
  body: { method: 'actionReply', msgToken: id, timestamp: now, actionID: name || undefined, ...answer },
});

/**
 * Output that the thing model takes is passed on as it converts it. Other output is passed on as it came, with the
 * problems beside it: the caller waits, and what the device did cannot be taken back.
 */
const serviceReply = (answer: DeviceAnswer, context: UplinkContext): AnswerResult => {
  if (answer.code !== 200 || context.name === '') return { message: actionReply(context, answer), problems: [] };
  const { accepted, rejected } = context.model.checkServiceOutput(context.name, answer.data ?? {});
  const data = rejected.length === 0 ? accepted : answer.data;
  return { message: actionReply(context, { ...answer, data }), problems: rejected.map(rejectionProblem) };
};

export const service: readonly Route[] = [
  {
    topic: {
      family: 'sys',
      path: 'thing/service/{service}',
      meaning: 'call a service',
      replyOn: '_reply',
      rrpc: 'a synchronous call of a service, and its answer',
    },
    down: command('action', ({ actionID, params }) => ({
      path: `thing/service/${actionID}`,
      params,
      synchronous: true,
    })),
    answer: serviceReply,
  },
  {
    topic: {
      family: 'sys',
      path: 'rrpc/request/{messageId}',
      meaning: 'a synchronous call',
      replyOn: { path: 'rrpc/response/{messageId}', meaning: 'answer to a synchronous call' },
    },
    down: 'bytes',
    answer: serviceReply,
    idInPath: true,
  },
];
