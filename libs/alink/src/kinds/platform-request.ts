/**
 * Requests of the platform that have nothing to do with the thing model: a path, `params`, and an answer that says whether
 * the device has taken it. Source: Alibaba Cloud IoT documentation, "Alink protocol".
 */
import { command, type AnswerResult, type CommandRoute, type DeviceAnswer, type UplinkContext } from '../route';

const answer = (given: DeviceAnswer, { id, now }: UplinkContext): AnswerResult => ({
  message: {
    handle: 'thing',
    type: 'request',
    body: { method: 'requestReply', msgToken: id, timestamp: now, ...given },
  },
  problems: [],
});

const down = command('request', ({ path, params }) => ({ path, params, synchronous: false }));

/** The device is told something on `path`, and answers nothing. */
export const platformNotice = (path: string, meaning: string): CommandRoute => ({
  topic: { family: 'sys', path, meaning },
  down,
});

/** The device is asked on `path` and answers on `path` with `_reply`, if it does. */
export const platformRequest = (path: string, meaning: string): CommandRoute => ({
  topic: { family: 'sys', path, meaning, replyOn: '_reply' },
  down,
  answer,
});
