/** A sub-device, as its gateway device knows it. */
import type { DeviceIdentity } from '@alink/signing';

/** What its gateway device asks the platform for next. */
export type Stage = 'register' | 'attach' | 'login' | 'logout';

/** Kinds of requests by which gateway devices bring their sub-devices online. */
export const stageKinds = {
  register: 'sub-register',
  attach: 'topo-add',
  login: 'sub-login',
  logout: 'sub-logout',
} as const satisfies Record<Stage, string>;

export type StageKind = (typeof stageKinds)[Stage];

export interface SubClient {
  readonly identity: DeviceIdentity;
  /** Empty until it is registered. */
  deviceSecret: string;
  /** Where it stands: what has to be asked for it before it is online. */
  stage: Exclude<Stage, 'logout'>;
  loggedIn(): void;
  /** It was refused, or nobody answered. */
  refused(why: string): void;
  /** Its session is over, though the connection is not. */
  loggedOut(): void;
}
