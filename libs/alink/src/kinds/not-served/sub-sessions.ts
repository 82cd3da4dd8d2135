/**
 * Sub-devices that come and go over the connection of their gateway device. Source: Alibaba Cloud IoT documentation,
 * "Sub-device sessions", "Error codes for devices".
 */
import type { Route } from '../../route';
import { kept, notice } from './unserved';

const NO_SUB_SESSIONS = 'no sub-devices yet';

const session = (name: string, meaning: string): Route =>
  kept(NO_SUB_SESSIONS, { family: 'ext', path: `session/combine/${name}`, meaning, replyOn: '_reply' });

export const subSessions: readonly Route[] = [
  session('login', 'gateway: log a sub-device in'),
  session('logout', 'gateway: log a sub-device out'),
  session('batch_login', 'gateway: log sub-devices in'),
  session('batch_logout', 'gateway: log sub-devices out'),
  notice(NO_SUB_SESSIONS, { family: 'ext', path: 'error', meaning: 'what was wrong with a message' }),
];
