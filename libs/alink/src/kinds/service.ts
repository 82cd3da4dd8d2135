/**
 * Services that the platform calls: `thing/service/{service}` for an asynchronous call, RRPC for a synchronous one, and
 * the answers of both. Source: Alibaba Cloud IoT documentation, "Device properties, events, and services", "RRPC".
 */
import {
  downlink,
  type AnswerResult,
  type DeviceAnswer,
  type MessageKind,
  type PlatformMessage,
  type UplinkContext,
} from '../message-kind';
import { rejectionProblem } from '../problem';

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

export const service: MessageKind = {
  up: [
    { path: 'thing/service/+_reply', answer: serviceReply },
    { path: 'rrpc/response/+', answer: serviceReply, idInPath: true },
  ],
  down: downlink('action', ({ actionID, params }) => ({
    path: `thing/service/${actionID}`,
    params,
    synchronous: true,
  })),
};
