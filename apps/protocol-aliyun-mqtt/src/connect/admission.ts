/**
 * May this client in, and as what? The first way in that applies decides; nothing about a device is told to a client that
 * has not proved its secret.
 */
import { DirectoryUnavailable, NotServedByDm } from '../directory/records';
import { limits } from '../limits';
import type { Attempt } from './attempt';
import { refusals, type Refusal } from './refusals';
import { refused, type Verdict } from './verdict';
import { certificate } from './ways/certificate';
import { cloudPublisher } from './ways/cloud-publisher';
import { deviceSecret } from './ways/device-secret';
import { deviceToken } from './ways/device-token';
import { dynamicRegistration } from './ways/dynamic-registration';
import { iotToken } from './ways/iot-token';
import { productSecret } from './ways/product-secret';
import type { Way, WayContext } from './ways/way';

/** What decides on a login. */
export type Decider = Pick<Admission, 'decide'>;

export class Admission {
  private readonly ways: readonly Way[];

  constructor(context: WayContext) {
    const all = [cloudPublisher, dynamicRegistration, deviceToken, iotToken, certificate, productSecret, deviceSecret];
    this.ways = all.map((way) => way(context));
  }

  /** Decides on one CONNECT. While dm.rpc is away and nothing is known from before, that is CONNACK 3; what it never can do, 5. */
  async decide(attempt: Attempt): Promise<Verdict> {
    const misuse = this.misuse(attempt);
    if (misuse) return refused(misuse);
    try {
      return await this.wayOf(attempt).admit(attempt);
    } catch (error) {
      if (error instanceof DirectoryUnavailable) return refused(refusals.unavailable(error.message));
      if (error instanceof NotServedByDm) return refused(refusals.notServed(error.message));
      throw error;
    }
  }

  /** What is wrong with the form of a CONNECT, whoever sends it. */
  misuse(attempt: Attempt): Refusal | undefined {
    const { problem } = attempt.clientId;
    if (problem !== undefined) return refusals.malformedClientId(problem);
    const way = this.wayOf(attempt);
    return way.misuse?.(attempt) ?? (way.anyKeepalive ? undefined : badKeepalive(attempt));
  }

  private wayOf(attempt: Attempt): Way {
    return this.ways.find((candidate) => candidate.applies(attempt))!;
  }
}

const badKeepalive = ({ keepalive }: Attempt): Refusal | undefined => {
  const { min, max } = limits.keepalive;
  return keepalive !== undefined && (keepalive < min || keepalive > max) ? refusals.keepalive(keepalive) : undefined;
};
