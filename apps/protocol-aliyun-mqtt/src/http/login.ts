/** A request for credentials whose form is right: who it is about, and what decides on it. */
import type { CredentialsRate } from '../connect/ways/way';
import type { CredentialsSource } from '../directory/credentials-source';
import type { DeviceDirectory } from '../directory/device-directory';
import type { Claim } from '../guard/login-lockout';
import type { Outcome } from './answer';

export interface Login {
  readonly claim: Claim;
  /** Whether it is signed with that key; the same work without one. */
  readonly proves: (key: string | undefined) => boolean;
  /** May throw DirectoryUnavailable. */
  readonly decide: () => Promise<Outcome>;
}

/** What logins are decided with. */
export interface LoginContext {
  readonly directory: Pick<DeviceDirectory, 'find'>;
  readonly credentials: Pick<CredentialsSource, 'registerDevice' | 'issueIotToken'>;
  /** How often a device that has proved its secret may ask dm.rpc for credentials; each is a line of the audit log. */
  readonly connectRate: CredentialsRate;
}
