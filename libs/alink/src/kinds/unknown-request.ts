/**
 * Requests that this platform does not serve: answered once, so that the device does not wait or repeat, and told to
 * whoever looks after it.
 */
import { alink } from '../bodies/alink';
import { harmless, type Problem } from '../problem';
import { failed } from '../request-result';
import type { RequestResult, Route, UplinkContext } from '../route';

const notServed = (path: string, step: string): Problem => ({
  code: 6831,
  message: `${harmless(path)} is not served`,
  step,
});

/** A device asks for something that it may do without: it is told that all is well, and waits no longer. */
export const doWithout = (_params: unknown, { topic }: UplinkContext): RequestResult => ({
  code: 200,
  problems: [notServed(topic.path, 'Nothing was stored; check the topic, or let the device do without this function.')],
});

/** A device hands over data. Told "success", it would throw them away. */
export const reportElsewhere = (_params: unknown, { topic }: UplinkContext): RequestResult =>
  failed(
    notServed(
      topic.path,
      'Nothing was stored; report properties on thing/event/property/post, events on thing/event/{event}/post.',
    ),
  );

/** Whether a device hands over data, perhaps on a mistyped topic. */
const isReport = (path: string): boolean => path.startsWith('thing/event/') || path.endsWith('/post');

const answer = (params: unknown, context: UplinkContext): RequestResult =>
  isReport(context.topic.path) ? reportElsewhere(params, context) : doWithout(params, context);

const rest = (path: string, meaning: string) => ({
  topic: { family: 'sys', path, meaning, replyOn: '_reply', listed: false } as const,
  body: alink,
  report: answer,
  needsId: true as const,
  notOffered: 'nothing is known of it',
});

/** Takes every request below `thing/` and `_thing/` that no other route takes, so it stands last in the catalogue. */
export const unknownRequest: readonly Route[] = [
  // A service is one level, and the platform's to call.
  { ...rest('thing/service/{rest*}', 'anything else below thing/service/'), closed: true },
  rest('thing/{rest*}', 'anything else below thing/'),
  rest('_thing/{rest*}', 'anything else below _thing/'),
];
