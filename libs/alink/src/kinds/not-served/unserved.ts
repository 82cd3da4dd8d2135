/** Routes of topics that the platform knows and does not serve yet. */
import { alink } from '../../bodies/alink';
import { raw } from '../../bodies/raw';
import { keepBytes } from '../../request-result';
import type { CommandRoute, ReportRoute, RouteTopic } from '../../route';
import { doWithout } from '../unknown-request';

/** A request of a device below `/sys`: answered once, so that it does not wait or repeat. */
export const request = (
  notOffered: string,
  path: string,
  meaning: string,
  report: ReportRoute['report'] = doWithout,
): ReportRoute => ({
  topic: { family: 'sys', path, meaning, replyOn: '_reply' },
  body: alink,
  report,
  needsId: true,
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

/** A message of a device that is kept as bytes, for applications: nobody answers. */
export const kept = (notOffered: string, topic: RouteTopic): ReportRoute<Buffer> => ({
  topic,
  body: raw,
  report: keepBytes,
  notOffered,
});
