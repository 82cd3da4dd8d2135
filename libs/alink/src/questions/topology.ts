/**
 * The sub-devices of a gateway device ("Alibaba Cloud IoT documentation, 'Register devices', 'Manage topological
 * relationships'"). Whoever asks is the gateway device, always about its own.
 */
import type { DeviceIdentity } from '@alink/signing';

/** What proves that the gateway device has the secret of a sub-device; members that were not sent are absent. */
export interface SignedSubDevice extends DeviceIdentity {
  readonly clientId?: string;
  /** As sent: milliseconds, seconds, or the time since the device was started. */
  readonly timestamp?: string;
  /** As sent; absent: HMAC-MD5. */
  readonly signMethod?: string;
  readonly sign: string;
}

/** The same with the secret of the sub-device's product. */
export interface SubDeviceOfProduct extends DeviceIdentity {
  readonly random: string;
  readonly signMethod?: string;
  readonly sign: string;
}

/** A sub-device that is registered. */
export interface RegisteredSubDevice extends DeviceIdentity {
  readonly iotId: string;
  readonly deviceSecret: string;
}

/** A sub-device that is not, and why: an Alink code, and its own words where they are not the code's. */
export interface RefusedSubDevice extends DeviceIdentity {
  readonly code: number;
  readonly message?: string;
}

/** What came of a registration. */
export interface SubDeviceRegistration {
  readonly registered: readonly RegisteredSubDevice[];
  readonly refused: readonly RefusedSubDevice[];
}

export type TopologyQuestion =
  /**
   * Answered with {@link SubDeviceRegistration}. Where one is refused none is registered, and the code is that of the first;
   * unless `partial`: then each stands by itself, and the code is 200.
   */
  | { readonly kind: 'topology.register'; readonly devices: readonly DeviceIdentity[]; readonly partial?: true }
  /** The same for those whose signature is right, each by itself. The node checks it, and asks dm to register them. */
  | { readonly kind: 'topology.registerSigned'; readonly devices: readonly SubDeviceOfProduct[] }
  /** They are sub-devices of it no more; those that it had made by registering them, and that nobody has used, are deleted. */
  | { readonly kind: 'topology.unregister'; readonly devices: readonly DeviceIdentity[] }
  /** All become its sub-devices, or none does. The node checks the signatures, and asks dm to bind them. */
  | { readonly kind: 'topology.add'; readonly devices: readonly SignedSubDevice[] }
  /** The same, of a node that has checked the signatures. */
  | { readonly kind: 'topology.bind'; readonly devices: readonly DeviceIdentity[] }
  | { readonly kind: 'topology.delete'; readonly devices: readonly DeviceIdentity[] }
  /** Answered with `DeviceIdentity[]`. */
  | { readonly kind: 'topology.get' }
  /** It has seen these; applications are told, and may let it bind them. */
  | { readonly kind: 'topology.found'; readonly devices: readonly DeviceIdentity[] };
