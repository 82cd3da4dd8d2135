/**
 * Sub-devices that come and go over the connection of their gateway device. Source: Alibaba Cloud IoT documentation,
 * "Sub-device sessions", "Error codes for devices".
 */
import type { Body } from '../../bodies/body';
import { isRecord } from '../../envelope';
import { harmless } from '../../problem';
import type { ReportRoute, Route } from '../../route';
import { unreadAlink, unserved } from '../unknown-request';
import { notice, requestOn } from './unserved';

const NO_SUB_SESSIONS = 'no sub-devices yet';

/** Its method is `combine.login`, without the level before it (C SDK 3.x). */
const combine: Body<unknown> = {
  ...unreadAlink,
  write: (reply, idToken, methodToken, now) =>
    unreadAlink.write!(reply, idToken, methodToken.replace('session.', ''), now),
};

/** A name that may stand in a reply, else none. */
const nameIn = (params: unknown, member: string): string => {
  const name = isRecord(params) ? params[member] : undefined;
  return typeof name === 'string' && name === harmless(name) ? name : '';
};

/** The C SDK 3.x reads no reply whose data do not name the sub-device. */
const refuse: ReportRoute['report'] = (params, context) => ({
  ...unserved(params, context),
  data: { productKey: nameIn(params, 'productKey'), deviceName: nameIn(params, 'deviceName') },
});

const session = (name: string, meaning: string): Route => ({
  ...requestOn(
    NO_SUB_SESSIONS,
    { family: 'ext', path: `session/combine/${name}`, meaning, replyOn: '_reply' },
    combine,
  ),
  report: refuse,
});

export const subSessions: readonly Route[] = [
  session('login', 'gateway: log a sub-device in'),
  session('logout', 'gateway: log a sub-device out'),
  session('batch_login', 'gateway: log sub-devices in'),
  session('batch_logout', 'gateway: log sub-devices out'),
  notice(NO_SUB_SESSIONS, { family: 'ext', path: 'error', meaning: 'what was wrong with a message' }),
];
