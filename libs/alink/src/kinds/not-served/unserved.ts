/** Routes of topics that the platform knows and does not serve yet. */
import type { Body } from '../../bodies/body';
import { raw } from '../../bodies/raw';
import type { CommandRoute, ReportRoute, RouteTopic } from '../../route';
import { unreadAlink, unserved } from '../unknown-request';

/** A request of a device below `/sys`: answered once, so that it does not wait or repeat. */
export const request = (notOffered: string, path: string, meaning: string): ReportRoute => ({
  topic: { family: 'sys', path, meaning, replyOn: '_reply' },
  body: unreadAlink,
  report: unserved,
  needsId: true,
  notOffered,
});

/** A request of a device in another family, whose answer has a form of its own. */
export const requestOn = (notOffered: string, topic: RouteTopic, body: Body<unknown>): ReportRoute => ({
  topic,
  body,
  report: unserved,
  notOffered,
});

/** What a device says without waiting for an answer. */
export const unanswered = (notOffered: string, topic: RouteTopic): ReportRoute<Buffer> => ({
  topic,
  body: raw,
  report: unserved,
  notOffered,
});

/** A request of the platform below `/sys`: whoever sends it puts it together, and the answer means nothing. */
export const command = (notOffered: string, path: string, meaning: string): CommandRoute => ({
  topic: { family: 'sys', path, meaning, replyOn: '_reply' },
  down: 'bytes',
  notOffered,
});

/** What the platform says without waiting for an answer: whoever sends it puts it together. */
export const notice = (notOffered: string, topic: RouteTopic): CommandRoute => ({ topic, down: 'bytes', notOffered });
