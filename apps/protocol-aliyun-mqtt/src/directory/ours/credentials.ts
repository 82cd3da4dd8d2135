/** Credentials that our dm.rpc issues and knows: `alink.Credentials`. */
import { services } from '@alink/contract';
import type { Client, RpcChannel } from '@alink/rpc';
import type { CredentialsSource, ProductNames, Registration } from '../credentials-source';
import { orUnavailable, orUndefined } from '../dm-failure';
import type { DeviceEntry, DeviceRef } from '../records';
import { tokenEntry } from './token-entry';

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

export class OurCredentials implements CredentialsSource {
  readonly certificateStep = 'register it (dmctl cert add), or its CA for the product';
  private readonly client: Client<typeof services.credentials>;

  constructor(dm: RpcChannel) {
    this.client = dm.client(services.credentials);
  }

  async registerDevice({ productID }: ProductNames, deviceName: string) {
    const answer = await orUnavailable(this.client.registerDevice({ productID, deviceName }));
    return { ...answer, outcome: outcomeOf(answer.outcome) };
  }

  async issueDeviceToken({ productID }: ProductNames, deviceName: string) {
    const answer = await orUnavailable(this.client.issueDeviceToken({ productID, deviceName }));
    return { ...answer, outcome: outcomeOf(answer.outcome) };
  }

  /** Our dm tells them with the device. */
  async deviceToken({ tokens }: DeviceEntry, clientId: string) {
    return tokens.find(({ id }) => id === clientId);
  }

  async issueIotToken({ productID }: ProductNames, deviceName: string) {
    const answer = await orUnavailable(this.client.issueIotToken({ productID, deviceName }));
    return { ...answer, expiresAt: Number(answer.expiresAt) };
  }

  async readIotToken(iotId: string) {
    const answer = await orUnavailable(orUndefined(this.client.readIotToken({ iotId })));
    return answer?.device && answer.token ? { ...refOf(answer.device), token: tokenEntry(answer.token) } : undefined;
  }

  async resolveCertificate(chain: readonly Buffer[]) {
    const owner = await orUnavailable(orUndefined(this.client.resolveCertificate({ certificates: [...chain] })));
    return owner && refOf(owner);
  }
}

/** A device as it dials. */
const refOf = (device: { productKey: string; productID: string; deviceName: string }): DeviceRef => ({
  productKey: device.productKey || device.productID,
  deviceName: device.deviceName,
});
