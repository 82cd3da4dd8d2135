/**
 * An event that a device reports: `thing/event/{event}/post`. Source: Alibaba Cloud IoT documentation, "Device
 * properties, events, and services".
 */
import { alink } from '../bodies/alink';
import { isRecord } from '../envelope';
import { harmless, notStorable, rejectionProblem } from '../problem';
import { isUsableIdentifier, isValueAndTime } from '../property-values';
import { ANSWERED, failed, paramsNoObject } from '../request-result';
import type { RequestResult, Route, UplinkContext } from '../route';
import { isTooFarAhead, malformedTime, readTime, tooFarAhead } from '../sample-time';
import { isStorable } from '../storable';

/**
 * `{"value":{..},"time":..}`, where the Link SDK for C 4.x leaves it to the user to send the bare output. That may hold
 * a parameter called `value`: then the long form is told by the output inside.
 */
const isLongForm = (event: Readonly<Record<string, unknown>>, hasValueMember = false): boolean =>
  Object.hasOwn(event, 'value') && isValueAndTime(event) && (!hasValueMember || isRecord(event.value));

/** An event is taken whole or not at all. */
const post = (params: unknown, { name, id, now, model }: UplinkContext): RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const long = isLongForm(params, model.event(name)?.hasValueMember);
  const output = long ? params.value : params;
  if (!isUsableIdentifier(name) || !isStorable(output)) return failed(notStorable(name));
  const timestamp = long ? readTime(params.time, now) : now;
  if (timestamp === undefined) return failed(malformedTime(harmless(name)));
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
