/**
 * Sub-devices that come and go over the connection of their gateway device ("Alibaba Cloud IoT documentation, 'Sub-device
 * sessions'"). The node that has the connection answers.
 */
import type { DeviceIdentity } from '@alink/signing';
import type { SignedSubDevice } from './topology';

export interface SubDeviceLogin extends SignedSubDevice {
  /** As sent; only an old edition of the documentation signed it. */
  readonly cleanSession?: string;
}

/** All or none; where none, answered with those that were refused, as `DeviceIdentity[]`. */
export type SubSessionQuestion =
  | { readonly kind: 'subSession.login'; readonly devices: readonly SubDeviceLogin[] }
  | { readonly kind: 'subSession.logout'; readonly devices: readonly DeviceIdentity[] };
