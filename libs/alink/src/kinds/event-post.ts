/**
 * An event that a device reports: `thing/event/{event}/post`. Source: Alibaba Cloud IoT documentation, "Device
 * properties, events, and services".
 */
import { alink } from '../bodies/alink';
import { isRecord } from '../envelope';
import { readEvent } from '../event-output';
import { harmless, rejectionProblem } from '../problem';
import { ANSWERED, failed, paramsNoObject } from '../request-result';
import type { RequestResult, Route, UplinkContext } from '../route';
import { isTooFarAhead, tooFarAhead } from '../sample-time';

/** An event is taken whole or not at all. */
const post = (params: unknown, { name, id, now, model }: UplinkContext): RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const event = readEvent(name, params, now, model);
  if ('step' in event) return failed(event);
  const { timestamp, output } = event;
  if (isTooFarAhead(timestamp, now)) return failed(tooFarAhead(harmless(name)));
  const { type, accepted, rejected } = model.checkEvent(name, output);
  const [cause, ...others] = rejected.map(rejectionProblem);
  if (cause) return failed(cause, others);
  return {
    code: 200,
    message: {
      handle: 'thing',
      type: 'event',
      body: { method: 'eventPost', msgToken: id, timestamp, sys: ANSWERED, eventID: name, type, params: accepted },
    },
    problems: [],
  };
};

export const eventPost: readonly Route[] = [
  {
    topic: { family: 'sys', path: 'thing/event/{event}/post', meaning: 'report an event', replyOn: '_reply' },
    body: alink,
    report: post,
  },
];
