/** What the node must know of a product and of a device to admit it and to read its messages. */
import type { DefinedTopics, ForwardRule } from '@alink/alink';
import type { CompiledModel } from '@alink/thing-model';

/** A product, as the ProductKey that devices dial names it. */
export interface ProductEntry {
  readonly productKey: string;
  readonly productID: string;
  readonly secret: string;
  readonly enabled: boolean;
  /** 1 off, 2 existing devices may fetch their secret, 3 and 4 also create devices. */
  readonly autoRegister: number;
  /** 1 device, 2 gateway device, 3 sub-device (`DeviceType`); absent where it is not known. */
  readonly deviceType?: number;
  /** Checks values; undefined where the product has no readable thing model. */
  readonly model: CompiledModel | undefined;
  /** The custom topics that its devices may use; absent where they may use any. unitedrhino's dm knows none. */
  readonly topics?: DefinedTopics;
  /** Which custom messages go on to other devices; absent for none. */
  readonly forwards?: readonly Forward[];
}

export interface Forward extends ForwardRule {
  readonly targetProductID: string;
}

/** Devices that were made by their first connect: only these may connect again with the product secret. */
export const AUTO_REGISTRATION = 'auto';
/** Devices that were made by a registration without pre-registration: their name is shared by up to five units. */
export const SHARED_NAME = 'nwl';
/** Where it stands in `DeviceInfo.protocolConf` how a device came to be. */
export const REGISTRATION_KEY = 'registration';

/** A device with its product. */
export interface DeviceEntry {
  readonly productKey: string;
  readonly productID: string;
  readonly deviceName: string;
  readonly secret: string;
  readonly enabled: boolean;
  /** How it came to be: {@link AUTO_REGISTRATION}, {@link SHARED_NAME}, or otherwise. */
  readonly registration: string;
  /** ClientID of the latest successful login that dm knows of; unitedrhino's knows none. */
  readonly lastClientId: string;
  /** Unix milliseconds of the latest reset; 0 = never. unitedrhino's dm tells nobody of one. */
  readonly resetAt: number;
  /** Live deviceTokens, by clientId, as our dm tells them; see `CredentialsSource.deviceToken`. */
  readonly tokens: readonly TokenEntry[];
  /** Checks values where the device has a thing model of its own; absent where its product's is its own. */
  readonly model?: CompiledModel;
  /** The gateway device that it is attached to; absent where it is attached to none. */
  readonly gateway?: { readonly productID: string; readonly deviceName: string };
}

/** A token that was issued: its holder knows the text, we know SHA-256(salt + text). */
export interface TokenEntry {
  readonly id: string;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
  /** Unix seconds; 0 = never. */
  readonly expiresAt: number;
}

/** The answer to "who is this?": either part may be unknown. */
export interface Found {
  readonly product?: ProductEntry;
  readonly device?: DeviceEntry;
}

export interface DeviceRef {
  readonly productKey: string;
  readonly deviceName: string;
}

export interface Records {
  readonly devices: DeviceEntry[];
  readonly products: ProductEntry[];
}

/** Where records come from: dm.rpc. */
export interface DirectorySource {
  /**
   * Looks up many at once; unknown ones are left out. Products come only where they are asked for.
   * @throws {DirectoryUnavailable} when dm.rpc cannot be asked
   */
  resolve(devices: readonly DeviceRef[], productKeys: readonly string[]): Promise<Records>;

  /**
   * Creates a device at its first connect with the product secret. No error when it exists by now.
   * @throws {DirectoryUnavailable} when dm.rpc did not create it
   * @throws {NotServedByDm} when it takes no device of that name
   */
  register(product: ProductEntry, deviceName: string): Promise<void>;
}

/** Dm.rpc did not answer, why in words, and nothing is known from before. */
export class DirectoryUnavailable extends Error {
  override readonly name = 'DirectoryUnavailable';
}

/** This dm.rpc has no way to do what was asked; the message names what it lacks. */
export class NotServedByDm extends Error {
  override readonly name = 'NotServedByDm';
}
