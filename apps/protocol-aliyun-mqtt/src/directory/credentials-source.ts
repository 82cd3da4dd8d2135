/** Credentials that dm.rpc issues and knows: `alink.Credentials`. */
import { services } from '@alink/contract';
import type { Client, RpcChannel } from '@alink/rpc';
import { DirectoryUnavailable, type DeviceRef, type TokenEntry } from './records';
import { orUndefined, tokenEntry } from './rpc-source';

/** How a registration ended. */
export type Registration = 'registered' | 'off' | 'unknownDevice' | 'alreadyActive' | 'disabled' | 'tooManyTokens';

/** What the ways in ask of dm.rpc. Every method throws DirectoryUnavailable when it cannot be asked. */
export interface CredentialsSource {
  registerDevice(productID: string, deviceName: string): Promise<{ outcome: Registration; deviceSecret: string }>;
  issueDeviceToken(
    productID: string,
    deviceName: string,
  ): Promise<{ outcome: Registration; clientId: string; deviceToken: string }>;
  /** @returns the token that is shown this once; `expiresAt` in Unix seconds */
  issueIotToken(productID: string, deviceName: string): Promise<{ iotId: string; iotToken: string; expiresAt: number }>;
  /** Undefined for unknown, revoked and expired ones. */
  readIotToken(iotId: string): Promise<(DeviceRef & { token: TokenEntry }) | undefined>;
  /** Whose certificate it is; undefined for unknown, revoked and expired ones. */
  resolveCertificate(chain: readonly Buffer[]): Promise<DeviceRef | undefined>;
}

/** Names that `RegisterOutcome` has on the wire. */
const outcomes: Record<string, Registration> = {
  REGISTERED: 'registered',
  REGISTRATION_OFF: 'off',
  DEVICE_UNKNOWN: 'unknownDevice',
  ALREADY_ACTIVE: 'alreadyActive',
  DEVICE_DISABLED: 'disabled',
  TOO_MANY_TOKENS: 'tooManyTokens',
};

const outcomeOf = (name: string): Registration => outcomes[name] ?? 'off';

export class RpcCredentialsSource implements CredentialsSource {
  private readonly client: Client<typeof services.credentials>;

  constructor(channel: RpcChannel) {
    this.client = channel.client(services.credentials);
  }

  async registerDevice(productID: string, deviceName: string) {
    const answer = await available(this.client.registerDevice({ productID, deviceName }));
    return { ...answer, outcome: outcomeOf(answer.outcome) };
  }

  async issueDeviceToken(productID: string, deviceName: string) {
    const answer = await available(this.client.issueDeviceToken({ productID, deviceName }));
    return { ...answer, outcome: outcomeOf(answer.outcome) };
  }

  async issueIotToken(productID: string, deviceName: string) {
    const answer = await available(this.client.issueIotToken({ productID, deviceName }));
    return { ...answer, expiresAt: Number(answer.expiresAt) };
  }

  async readIotToken(iotId: string) {
    const answer = await available(orUndefined(this.client.readIotToken({ iotId })));
    return answer?.device && answer.token ? { ...refOf(answer.device), token: tokenEntry(answer.token) } : undefined;
  }

  async resolveCertificate(chain: readonly Buffer[]) {
    const owner = await available(orUndefined(this.client.resolveCertificate({ certificates: [...chain] })));
    return owner && refOf(owner);
  }
}

/** A device as it dials. */
const refOf = (device: { productKey: string; productID: string; deviceName: string }): DeviceRef => ({
  productKey: device.productKey || device.productID,
  deviceName: device.deviceName,
});

const available = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (error) {
    throw new DirectoryUnavailable('dm.rpc did not answer', { cause: error });
  }
};
