/** What a device hears of a message of its own. */
import { buildTopic, isValidTopic, replyTopic } from '@alink/topic';
import type { Reading } from './bodies/body';
import type { Reply } from './questions';
import type { AskRoute, ReportRoute, RouteTopic } from './route';
import type { Uplink, UplinkReply } from './uplink';

const topicOf = (replyOn: NonNullable<RouteTopic['replyOn']>, { topic, parsed }: Uplink): string => {
  if (replyOn === 'itself') return topic;
  return replyOn === '_reply' ? replyTopic(topic) : buildTopic({ ...parsed, path: replyOn.path });
};

export type Say = (reply: Reply) => UplinkReply;

/** Makes a reply into what the device hears; undefined where it wants none, or MQTT cannot carry one to it. */
export const replier = (
  route: ReportRoute | AskRoute,
  { id, idToken, wantsReply }: Reading<unknown>,
  /** `methodToken` is only asked for when something is said. */
  found: { readonly methodToken: string },
  uplink: Uplink,
): Say | undefined => {
  const { write, hasCodes } = route.body;
  const { replyOn } = route.topic;
  if (!write || !replyOn || !wantsReply) return undefined;
  if (id === '' && 'needsId' in route) return undefined;
  const topic = topicOf(replyOn, uplink);
  if (!isValidTopic(topic)) return undefined;
  const failed = hasCodes
    ? (code: number) => ({ topic, payload: write({ code }, idToken, found.methodToken, uplink.now) })
    : undefined;
  return (reply) => ({
    topic,
    payload: write(reply, idToken, found.methodToken, uplink.now),
    code: reply.code,
    failed,
  });
};
