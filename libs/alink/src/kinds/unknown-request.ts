/**
 * Requests that this platform does not serve: answered once with a code that says so, so that the device neither waits nor
 * takes for done what nobody has done, and told to whoever looks after it.
 */
import { alink } from '../bodies/alink';
import type { Body } from '../bodies/body';
import { harmless, type Problem } from '../problem';
import { failed } from '../request-result';
import type { RequestResult, Route, UplinkContext } from '../route';

const NOT_SERVED = 6831;

/** Whether a device hands over data, perhaps on a mistyped topic. */
const isReport = (path: string): boolean => path.startsWith('thing/event/') || path.endsWith('/post');

const stepFor = (path: string): string =>
  isReport(path)
    ? 'Nothing was stored; report properties on thing/event/property/post, events on thing/event/{event}/post.'
    : 'Nothing was done; check the topic, or let the device do without this function.';

/** SDKs repeat these for ever until they hear that all is well; a device on the network already does without them. */
const isRepeatedForEver = (path: string): boolean => /^thing\/(awss|lan)\//.test(path);

/** A topic without the names of its device; below `/sys` as SDKs and documents call it. */
const named = ({ scope, path }: UplinkContext['topic']): string => (scope === 'sys' ? path : `${scope}/${path}`);

const problem = (topic: UplinkContext['topic'], what: string): Problem => ({
  code: NOT_SERVED,
  message: `${harmless(named(topic))} is not ${what}`,
  step: stepFor(topic.path),
});

/** What comes of a request that nothing serves, whatever it holds. */
export const unserved = (_content: unknown, { topic }: UplinkContext): RequestResult =>
  isRepeatedForEver(topic.path)
    ? { code: 200, problems: [problem(topic, 'offered')], unserved: true }
    : { ...failed(problem(topic, 'served')), unserved: true };

/** Alink of which only the id matters: of a request that nothing serves nobody says that it is malformed. */
export const unreadAlink: Body<unknown> = {
  ...alink,
  read: (payload, expected) => ({ ...alink.read(payload, expected), fault: undefined, remarks: [] }),
};

const rest = (path: string, meaning: string) => ({
  topic: { family: 'sys', path, meaning, replyOn: '_reply', listed: false } as const,
  body: unreadAlink,
  report: unserved,
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
