/** Credentials that are issued to devices and known of them. The node has checked the device's signature before it asks. */
import type { DeviceEntry, DeviceRef, ProductEntry, TokenEntry } from './records';

/** How a registration ended. */
export type Registration = 'registered' | 'off' | 'unknownDevice' | 'alreadyActive' | 'disabled' | 'tooManyTokens';

/** A DeviceSecret; empty unless it was registered. */
export interface FetchedSecret {
  readonly outcome: Registration;
  readonly deviceSecret: string;
}

/** A new pair, shown this once; empty unless it was registered. */
export interface IssuedPair {
  readonly outcome: Registration;
  readonly clientId: string;
  readonly deviceToken: string;
}

/** Shown this once. */
export interface IssuedIotToken {
  readonly iotId: string;
  readonly iotToken: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** The names of a product: the one that devices dial, and dm's own. */
export type ProductNames = Pick<ProductEntry, 'productKey' | 'productID'>;

/**
 * What the ways in ask of dm.rpc. Every method throws {@link DirectoryUnavailable} when it cannot be asked, and
 * {@link NotServedByDm} when this dm.rpc has no way to do it.
 */
export interface CredentialsSource {
  /** 一型一密, pre-registered: the DeviceSecret of a device that exists and was never online. */
  registerDevice(product: ProductNames, deviceName: string): Promise<FetchedSecret>;

  /** 一型一密, pre-registration-free: the device is created where it is missing. */
  issueDeviceToken(product: ProductNames, deviceName: string): Promise<IssuedPair>;

  /** The live deviceToken of that clientId; undefined for unknown, revoked and expired ones. */
  deviceToken(device: DeviceEntry, clientId: string): Promise<TokenEntry | undefined>;

  /** HTTPS authentication before MQTT: good for seven days. */
  issueIotToken(product: ProductNames, deviceName: string): Promise<IssuedIotToken>;

  /** Undefined for unknown, revoked and expired ones. */
  readIotToken(iotId: string): Promise<(DeviceRef & { token: TokenEntry }) | undefined>;

  /**
   * Whose certificate it is; undefined for unknown, revoked and expired ones.
   * @param chain DER: the client's own first, then what it sent along
   * @param claimed who the client says that it is, where it does: whoever keeps certificates by their devices looks there
   */
  resolveCertificate(chain: readonly Buffer[], claimed: DeviceRef | undefined): Promise<DeviceRef | undefined>;

  /** What is to be done about a certificate that is not known, for the log. */
  readonly certificateStep: string;
}
