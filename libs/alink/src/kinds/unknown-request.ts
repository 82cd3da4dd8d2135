/**
 * Requests that this platform does not serve: answered once, so that the device does not wait or repeat, and told to
 * whoever looks after it.
 */
import type { RequestResult, UplinkContext, UplinkRoute } from '../message-kind';
import { harmless, type Problem } from '../problem';

const NOT_SERVED = 'Nothing was stored; check the topic, or let the device do without this function.';
const REPORT_ELSEWHERE =
  'Nothing was stored; report properties on thing/event/property/post, events on thing/event/{event}/post.';

/** Reports of its own health that a device may go without: what it would do about an error, nobody has seen. */
const DIAGNOSTIC = new Set(['thing/log/post', '_thing/diag/post', '_thing/service/post']);

/** Whether a device hands over data, perhaps on a mistyped topic. Told "success", it would throw the data away. */
const isReport = (path: string): boolean =>
  path.startsWith('thing/event/') || (path.endsWith('/post') && !DIAGNOSTIC.has(path));

const answer = (_params: unknown, { name: path }: UplinkContext): RequestResult => {
  const report = isReport(path);
  const message = `${harmless(path)} is not served`;
  const problem: Problem = { code: 6831, message, step: report ? REPORT_ELSEWHERE : NOT_SERVED };
  return report ? { code: problem.code, text: message, problems: [problem] } : { code: 200, problems: [problem] };
};

const isThing = (path: string): boolean => path.startsWith('thing/') || path.startsWith('_thing/');

/** Takes every request below `thing/` and `_thing/`; its context's `name` is the whole path. */
export const unknownRequest: Extract<UplinkRoute, { request: unknown }> & { accepts: (path: string) => boolean } = {
  path: '',
  accepts: (path) => isThing(path) && !path.endsWith('_reply'),
  request: answer,
};
