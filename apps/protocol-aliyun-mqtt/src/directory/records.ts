/** What the node must know of a product and of a device to admit it and to read its messages. */
import type { CompiledModel } from '@alink/thing-model';

/** A product, as the ProductKey that devices dial names it. */
export interface ProductEntry {
  readonly productKey: string;
  readonly productID: string;
  readonly secret: string;
  readonly enabled: boolean;
  /** 1 off, 2 existing devices may fetch their secret, 3 and 4 also create devices. */
  readonly autoRegister: number;
  /** Checks values; undefined where the product has no readable thing model. */
  readonly model: CompiledModel | undefined;
}

/** A device with its product. */
export interface DeviceEntry {
  readonly productKey: string;
  readonly productID: string;
  readonly deviceName: string;
  readonly secret: string;
  readonly enabled: boolean;
  /** How it came to be: `auto` for a device made at its first connect with the product secret. */
  readonly registration: string;
  /** ClientID of the latest successful login that dm knows of. */
  readonly lastClientId: string;
  /** Unix milliseconds of the latest reset; 0 = never. */
  readonly resetAt: number;
  /** Live deviceTokens, by clientId. */
  readonly tokens: readonly TokenEntry[];
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

/** Where records come from: dm.rpc. */
export interface DirectorySource {
  /**
   * Looks up many at once; unknown ones are left out. Products come only where they are asked for.
   * @throws {DirectoryUnavailable} when dm.rpc cannot be asked
   */
  resolve(
    devices: readonly DeviceRef[],
    productKeys: readonly string[],
  ): Promise<{ devices: DeviceEntry[]; products: ProductEntry[] }>;

  /** Creates a device at its first connect with the product secret. No error when it exists by now. */
  register(product: ProductEntry, deviceName: string): Promise<void>;
}

/** Dm.rpc is away and nothing is known from before. */
export class DirectoryUnavailable extends Error {
  override readonly name = 'DirectoryUnavailable';
}
