/**
 * Requests that this platform does not serve: answered once, so that the device does not wait or repeat, and told to
 * whoever looks after it.
 */
import type { RequestResult, UplinkContext, UplinkRoute } from '../message-kind';
import { harmless, type Problem } from '../problem';

const notServed = (path: string): Problem => ({
  code: 6831,
  message: `${harmless(path)} is not served`,
  step: 'Nothing was stored; check the topic, or let the device do without this function.',
});

const answer = (_params: unknown, { name: path }: UplinkContext): RequestResult => {
  const problem = notServed(path);
  // A device that is told "success" for its data would throw the data away.
  return path.startsWith('thing/event/')
    ? { code: problem.code, text: problem.message, problems: [problem] }
    : { code: 200, problems: [problem] };
};

const isThing = (path: string): boolean => path.startsWith('thing/') || path.startsWith('_thing/');

/** Takes every request below `thing/` and `_thing/`; its context's `name` is the whole path. */
export const unknownRequest: Extract<UplinkRoute, { request: unknown }> & { accepts: (path: string) => boolean } = {
  path: '',
  accepts: (path) => isThing(path) && !path.endsWith('_reply'),
  request: answer,
};
