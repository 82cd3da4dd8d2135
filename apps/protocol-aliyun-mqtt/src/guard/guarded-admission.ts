/**
 * Admission between two limits: who has failed too often is refused from memory, with nothing looked up, or answered
 * late; who has proved its secret too often is refused after all.
 */
import { hash } from 'node:crypto';
import { signedContents } from '@alink/signing';
import type { Admission, Decider } from '../connect/admission';
import type { Attempt } from '../connect/attempt';
import { refused, type Verdict } from '../connect/verdict';
import { provesKey } from '../connect/verify';
import type { ConnectRate } from './connect-rate';
import { lockedOut } from './guard-refusals';
import type { Claim, LoginLockout } from './login-lockout';

/** `securemode` of a login with an iotToken; a wrong one is answered with CONNACK 3, all else with 4. */
const IOT_TOKEN = '-1';

export class GuardedAdmission implements Decider {
  constructor(
    private readonly admission: Pick<Admission, 'decide' | 'misuse'>,
    private readonly lockout: LoginLockout,
    private readonly connectRate: Pick<ConnectRate, 'refuse'>,
  ) {}

  async decide(attempt: Attempt): Promise<Verdict> {
    const claim = claimOf(attempt);
    const locked = this.lockout.refuses(claim, attempt.address);
    if (locked) {
      const misuse = this.admission.misuse(attempt);
      if (!misuse) checkInVain(attempt);
      const wrongPassword = attempt.clientId.securemode === IOT_TOKEN ? 3 : 4;
      return refused(lockedOut(misuse?.returnCode ?? wrongPassword, locked));
    }
    const verdict = await this.admission.decide(attempt);
    if (verdict.as !== 'refused') this.lockout.succeeded(claim, attempt.address);
    else if (isFailure(attempt, verdict)) {
      const { refusal } = verdict;
      return { ...verdict, ...this.lockout.failed(claim, attempt.address, () => refusal.cause) };
    }
    const admitted = this.atItsRate(verdict);
    return admitted.as === 'device'
      ? { ...admitted, left: () => this.lockout.wasThere(claim, attempt.address) }
      : admitted;
  }

  /** Registrations are counted before dm.rpc is asked. */
  private atItsRate(verdict: Verdict): Verdict {
    if (verdict.as !== 'device') return verdict;
    const { productKey, deviceName } = verdict.device;
    const refusal = this.connectRate.refuse(productKey, deviceName);
    return refusal ? refused(refusal) : verdict;
  }
}

/**
 * Every answer that a wrong password gets counts, whatever it is for: a guesser must not find out by being locked. A CONNECT
 * whose form is wrong counts too: it is no device that works, and costs a line each time.
 */
const isFailure = ({ clientId }: Attempt, { refusal }: Extract<Verdict, { as: 'refused' }>): boolean => {
  if (refusal.returnCode === 4 || refusal.returnCode === 2) return true;
  const isIotToken = clientId.securemode === IOT_TOKEN && refusal.returnCode === 3;
  return isIotToken && !refusal.isOutage;
};

/** Characters kept of a username that names no device: an iotId has fewer. */
const MAX_USERNAME = 64;

/** An iotId stands for a device as well, and so does a certificate. */
const claimOf = ({ identity, username, certificates: [certificate] }: Attempt): Claim => {
  if (identity) return identity;
  const isCertificate = username === '' && certificate !== undefined;
  const deviceName = isCertificate ? hash('sha256', certificate, 'base64') : username.slice(0, MAX_USERNAME);
  return { productKey: '', deviceName };
};

/** The work of a check that fails, so that time tells nothing either. */
const checkInVain = ({ clientId, identity, password }: Attempt): void => {
  const contents = signedContents({ parsed: clientId, ...(identity ?? { productKey: '', deviceName: '' }) });
  provesKey({ signMethod: clientId.signMethod, password }, contents, undefined);
};
