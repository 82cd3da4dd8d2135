/** A way in: what a firmware knows of proving who it is. One way is one file, and one line in `admission.ts`. */
import type { Clock } from '@alink/runtime';
import type { CredentialsSource } from '../../directory/credentials-source';
import type { DeviceDirectory } from '../../directory/device-directory';
import type { Attempt } from '../attempt';
import type { Refusal } from '../refusals';
import type { Verdict } from '../verdict';

export interface Way {
  /** Whether this CONNECT asks for this way; the first way that does decides. */
  applies(attempt: Attempt): boolean;
  /** What is wrong with the form of the CONNECT, before anything is looked up. */
  misuse?(attempt: Attempt): Refusal | undefined;
  /** Whether the keepalive may be anything ("Alibaba Cloud IoT documentation, 'MQTT dynamic registration'"). */
  readonly anyKeepalive?: boolean;
  /** Decides. May throw DirectoryUnavailable, which is CONNACK 3. */
  admit(attempt: Attempt): Promise<Verdict>;
}

/** How often one device may ask for credentials. */
export interface CredentialsRate {
  /** A device has proved who it is. @returns why it may have none now, or undefined */
  refuse(productKey: string, deviceName: string): Refusal | undefined;
}

/** What ways work with. */
export interface WayContext {
  readonly directory: DeviceDirectory;
  readonly credentials: CredentialsSource;
  readonly clock: Clock;
  /** Asked before dm.rpc gives credentials, each of which is a line of the audit log. */
  readonly connectRate: CredentialsRate;
  /** ClientID of the latest successful login of a device on this node. */
  readonly latestLogin: (productKey: string, deviceName: string) => string | undefined;
  readonly cloudPublisher: boolean;
  /** Whether dynamic registration is served over plain TCP. */
  readonly plainRegistration: boolean;
  /** Whether certificates that can be forged prove a device. */
  readonly weakCertificates: boolean;
}
