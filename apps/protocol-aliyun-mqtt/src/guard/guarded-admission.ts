/** Admission behind the lockout: who has failed too often is refused from memory, with nothing looked up. */
import { createHash } from 'node:crypto';
import { signedContents } from '@alink/signing';
import type { Admission } from '../connect/admission';
import type { Attempt } from '../connect/attempt';
import { refusals } from '../connect/refusals';
import { provesKey } from '../connect/verify';
import { lockedOut } from './guard-refusals';
import type { Lock, LoginLockout } from './login-lockout';

/** What decides on a login. */
export type Decider = Pick<Admission, 'decide'>;
type Verdict = Awaited<ReturnType<Decider['decide']>>;

export interface LockoutEvents {
  /** A lock begins because of this login. */
  onLock(lock: Lock, attempt: Attempt): void;
  /** A login was refused because of a lock. */
  onRefused(): void;
}

/** `securemode` of a login with an iotToken; a wrong one is answered with CONNACK 3, all else with 4. */
const IOT_TOKEN = '-1';

export class GuardedAdmission implements Decider {
  constructor(
    private readonly admission: Decider,
    private readonly lockout: LoginLockout,
    private readonly events: LockoutEvents,
  ) {}

  async decide(attempt: Attempt): Promise<Verdict> {
    const device = deviceOf(attempt);
    if (this.lockout.isLocked(device, attempt.address)) {
      this.events.onRefused();
      checkInVain(attempt);
      return { as: 'refused', refusal: lockedOut(attempt.clientId.securemode === IOT_TOKEN ? 3 : 4) };
    }
    const verdict = await this.admission.decide(attempt);
    if (verdict.as !== 'refused') {
      this.lockout.succeeded(device, attempt.address);
    } else if (isFailure(attempt, verdict)) {
      const lock = this.lockout.failed(device, attempt.address);
      if (lock) this.events.onLock(lock, attempt);
    }
    return verdict;
  }
}

/** Every answer that a wrong password gets counts, whatever it is for: a guesser must not find out by being locked. */
const isFailure = ({ clientId }: Attempt, { refusal }: Extract<Verdict, { as: 'refused' }>): boolean => {
  if (refusal.returnCode === 4) return true;
  const isIotToken = clientId.securemode === IOT_TOKEN && refusal.returnCode === 3;
  return isIotToken && refusal.cause !== refusals.unavailable().cause;
};

/** Characters kept of a username that names no device: an iotId has fewer. */
const MAX_USERNAME = 64;

/** The device that a login claims to be: an iotId stands for one as well, and so does a certificate. */
const deviceOf = ({ identity, username, certificates: [certificate] }: Attempt): string => {
  if (identity) return `${identity.productKey}&${identity.deviceName}`;
  if (username === '' && certificate) return createHash('sha256').update(certificate).digest('base64');
  return username.slice(0, MAX_USERNAME);
};

/** The work of a check that fails, so that time tells nothing either. */
const checkInVain = ({ clientId, identity, password }: Attempt): void => {
  if (clientId.problem !== undefined) return;
  const contents = signedContents({ parsed: clientId, ...(identity ?? { productKey: '', deviceName: '' }) });
  provesKey({ signMethod: clientId.signMethod, password }, contents, undefined);
};
